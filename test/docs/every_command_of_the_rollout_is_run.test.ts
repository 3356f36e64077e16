import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import { startOrg } from "../harness/org.ts"
import { createEmptyDatabase } from "../harness/postgres.ts"
import { type Service, startService } from "../harness/service.ts"
import { settle } from "../harness/settled.ts"
import { readDocument, runShell, runSql } from "./document.ts"

/** The one command that does not end. */
const runLine = /^npm run sf-shadow -- run\n/m

test("docs/rollout.md, step by step on an empty database: every block works as written", async (t) => {
  const url = await createEmptyDatabase()
  const { org, environment } = await startOrg(t, { products: 20, accounts: 20 })
  const variables = environment(url)
  const service = new pg.Pool({ connectionString: url, max: 2 })
  const operator = new pg.Pool({ connectionString: url, max: 2, options: "-c role=sf_shadow_operator" })
  t.after(() => Promise.all([service.end(), operator.end()]))
  let running: Service | undefined
  let ran = 0
  for (const { heading, blocks } of await readDocument("rollout.md")) {
    for (const { language, text, line } of blocks) {
      const where = `docs/rollout.md:${line} (${heading})`
      ran++
      if (language === "sql") {
        await runSql(text, { operator, service }).catch((error) => {
          throw new Error(`${where}: ${error.message}`)
        })
        continue
      }
      assert.equal(language, "sh", `${where}: only sh and sql are run`)
      if (runLine.test(text)) {
        running = await startService(t, variables)
        continue
      }
      const { code, output } = await runShell(text, variables)
      assert.equal(code, 0, `${where}\n${output}`)
      if (/SF_SHADOW_ENABLED=false .*backfill/.test(text)) assert.match(output, /is switched off/)
    }
  }
  assert.ok(ran >= 10, "there are blocks")
  await settle(org, service, 60_000)
  await running?.stop()
})
