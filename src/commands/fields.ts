import { Command } from "commander"
import type { Pool } from "pg"
import { readDatabaseConfig } from "../base/config.ts"
import { createLog } from "../base/log.ts"
import { sfShadow } from "../base/sf_shadow.ts"
import { addFieldsCommand } from "./fields_add.ts"
import { removeFieldsCommand, renameFieldCommand } from "./fields_remove.ts"
import { exitCodes, type Invocation, UsageError } from "./invocation.ts"
import type { Work } from "./program.ts"
import { printResult } from "./result.ts"
import { textTable } from "./text_table.ts"

/** `fields OBJECT`: which of its fields are columns; and with a word before it, how they become ones. */
export function fieldsCommand(invocation: Invocation, work: Work): Command {
  return new Command("fields")
    .description("list the fields of a mirrored object: type, column, whether it is mapped")
    .argument("<object>", "Salesforce name, for instance Contact")
    .option("--json", "print the rows as JSON")
    .addHelpText(
      "after",
      `\nExamples:\n  ${sfShadow} fields Contact\n  ${sfShadow} fields add Contact Title Phone`,
    )
    .action((object: string, { json }: { json?: boolean }) =>
      work(async () => {
        const { databaseUrl, logLevel } = readDatabaseConfig(invocation.environment)
        const { withDatabase } = await import("./database.ts")
        const rows = await withDatabase(databaseUrl, createLog(logLevel), (pool) => readFields(pool, object))
        printResult(json, rows, textTable(rows))
        return exitCodes.done
      }),
    )
    .addCommand(addFieldsCommand(invocation, work))
    .addCommand(removeFieldsCommand(invocation, work))
    .addCommand(renameFieldCommand(invocation, work))
}

/** Mapped ones first; the others as the last describe has listed them. */
async function readFields(pool: Pool, object: string): Promise<Record<string, unknown>[]> {
  const { objectsInOrder } = await import("../mapping/index.ts")
  const mirrored = await pool.query("select from sf_shadow.object where object = $1", [object])
  if (mirrored.rows.length === 0) {
    const known = await objectsInOrder({ pool })
    throw new UsageError(`${object} is not mirrored. The mirrored objects are ${known.join(", ")}.`)
  }
  const { rows } = await pool.query(
    `select coalesce(m.field, d.field) as field, coalesce(m.column_type, d.type) as type, m.column_name as "column",
       case when m.field is null then 'no' when d.vanished_at is not null then 'yes, but it has vanished'
         when m.unfilled_until is not null then 'yes, it waits for its values' else 'yes' end as mapped
     from (select * from sf_shadow.field where object = $1) m
     full join (select * from sf_shadow.described_field where object = $1) d on d.field = m.field
     where m.field is not null or d.vanished_at is null and d.field <> 'Id'
     order by m.field is null, coalesce(m.field, d.field)`,
    [object],
  )
  return rows
}
