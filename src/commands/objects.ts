import { Command } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { exitCodes, type Invocation } from "./invocation.ts"
import { addObjectsCommand } from "./objects_add.ts"
import { historyCommand } from "./objects_history.ts"
import { removeObjectCommand } from "./objects_remove.ts"
import { onOrg } from "./on_org.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"
import { textTable } from "./text_table.ts"

/** `objects`: what is mirrored; and with a word more, what could be, and how it is added or removed. */
export function objectsCommand(invocation: Invocation, work: Work): Command {
  return new Command("objects")
    .description("list the mirrored objects: table, rows, state, where changes come from")
    .option("--json", "print the rows as JSON")
    .addHelpText("after", `\nExamples:\n  ${sfShadow} objects\n  ${sfShadow} objects add Contact`)
    .action(({ json }: { json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const rows = await withDatabase(databaseUrl, createLog(logLevel), readObjects)
        printResult(json, rows, textTable(rows))
        return exitCodes.done
      }),
    )
    .addCommand(availableCommand(invocation, work))
    .addCommand(addObjectsCommand(invocation, work))
    .addCommand(removeObjectCommand(invocation, work))
    .addCommand(historyCommand(invocation, work))
}

async function readObjects(pool: Pool): Promise<Record<string, unknown>[]> {
  const { rows } = await pool.query(
    `select o.object, o.shadow_table as "table", l.rows, l.state, coalesce(l.changes, o.topic) as changes, o.parent_object as parent, o.keep, o.filter,
       o.history_table as history,
       (select count(*)::int from sf_shadow.field f where f.object = o.object) as columns
     from sf_shadow.object o
     left join public.sf_shadow_lag l on l.object = o.object
     order by o.object_id`,
  )
  return rows
}

function availableCommand(invocation: Invocation, work: Work): Command {
  return new Command("available")
    .description("list the org's objects that can be mirrored; of those that a pattern names also why not")
    .argument("[pattern]", "part of a name, in any case; * stands for anything")
    .option("--json", "print the objects as JSON")
    .addHelpText(
      "after",
      `
Change events have to be selected for an object in Setup, Change Data Capture; whether they are, the org does not tell.

Examples:
  ${sfShadow} objects available
  ${sfShadow} objects available 'opportunity*'`,
    )
    .action((pattern: string | undefined, { json }: { json?: boolean }) =>
      work(async () => {
        const objects = await onOrg(invocation, async (pool, session) => {
          const { listObjects } = await import("../salesforce/describe_objects.ts")
          const mirrored = new Set((await readObjects(pool)).map(({ object }) => object))
          return (await listObjects(session)).map((one) => {
            return { object: one.name, label: one.label, can_be_added: answer(one, mirrored) }
          })
        })
        const wanted = objects.filter(({ object, can_be_added }) =>
          pattern === undefined ? can_be_added.startsWith("yes") : matcher(pattern).test(object),
        )
        const others = pattern === undefined ? objects.length - wanted.length : 0
        const more =
          others > 0 ? `\n${others} others are mirrored, or cannot be: a pattern shows them, and why.` : ""
        printResult(json, wanted, `${textTable(wanted)}${more}`)
        return exitCodes.done
      }),
    )
}

function answer(
  { name, queryable, hasEvents }: { name: string; queryable: boolean; hasEvents: boolean },
  mirrored: ReadonlySet<unknown>,
): string {
  if (mirrored.has(name)) return "is mirrored"
  if (!queryable) return "no: it cannot be queried"
  return hasEvents
    ? "yes"
    : "yes: it has no change events, and is polled every 5m unless --poll says otherwise"
}

function matcher(pattern: string): RegExp {
  const parts = pattern.split("*").map((part) => part.replace(/[^\w]/g, "\\$&"))
  return new RegExp(parts.length > 1 ? `^${parts.join(".*")}$` : (parts[0] as string), "i")
}
