import { createRequire } from "node:module"
import { join } from "node:path"
import { sfShadow } from "../base/sf_shadow.ts"

/** What to try while the demo runs, as lines to copy. The database's password is in them: it is the demo's own. */
export function whatToTry(databaseUrl: string, httpUrl: string, shellFile: string): string {
  const query =
    `node -e 'const {Client} = require("pg"), db = new Client("${databaseUrl}"); ` +
    "db.connect().then(() => db.query(process.argv[1])).then(({rows}) => console.table(rows)).finally(() => db.end())'"
  return `
Look: ${httpUrl}/   the status page, live: objects, loads, streams, events
Try, in another terminal, and watch the page:
  psql '${databaseUrl}'
    select sku, name, plan_tier from sf_product_shadow limit 5;
    select * from sf_shadow_lag;                                       how fresh each object is
    select add_job('backfill', '{"object":"Product2"}');               load the products again
    select add_job('add_object', '{"object":"Service_Site__c"}');       mirror one object more
    listen sf_shadow_changed;                                          be told of changes
${hasPgHere() ? `  without psql, in this folder:\n    ${query} 'select * from sf_shadow_lag'\n` : ""}  DATABASE_URL='${databaseUrl}' ${sfShadow} status
  . '${shellFile}' && ${sfShadow} objects add Contact              one object more, while it runs
  ${httpUrl}/readyz and ${httpUrl}/metrics

Ctrl-C stops everything; the data stays for the next start.`
}

/** Whether the working folder's own packages have pg: a checkout, or where this package is installed, not globally. */
function hasPgHere(): boolean {
  try {
    createRequire(join(process.cwd(), "here.js")).resolve("pg")
    return true
  } catch {
    return false
  }
}
