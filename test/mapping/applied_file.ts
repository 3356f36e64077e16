import { type ApplyOptions, applyMappingFile, type MappingPlan } from "../../src/mapping/file/apply.ts"
import { readMappingFile } from "../../src/mapping/file/read.ts"
import type { ObjectMapping } from "../../src/mapping/file/schema.ts"
import { transaction } from "../../src/postgres/transaction.ts"
import type { DescribedForPlan } from "../../src/salesforce/describe_objects.ts"
import type { TestDatabase } from "../harness/postgres.ts"

/** Applies a mapping file of these objects, in an org that has the described ones. */
export async function applyFile(
  pool: TestDatabase["pool"],
  org: readonly DescribedForPlan[],
  objects: Record<string, ObjectMapping>,
  options: Partial<ApplyOptions> = {},
): Promise<MappingPlan> {
  const file = readMappingFile("mapping.json", JSON.stringify({ version: 1, objects }, null, 1))
  const orgObjects = {
    described: new Map(org.map((one) => [one.name.toLowerCase(), one])),
    names: org.map(({ name }) => name),
    records: new Map(),
    refused: new Map(),
  }
  return transaction(pool, async (client) => {
    await client.query("savepoint before")
    const all = { prune: false, dropData: false, isDry: false, ...options }
    const plan = await applyMappingFile(client, file, orgObjects, all)
    if (all.isDry) await client.query("rollback to savepoint before")
    return plan
  })
}
