import assert from "node:assert/strict"
import { test } from "node:test"
import type { ObjectMapping } from "../../src/mapping/file/schema.ts"
import { createTestDatabase } from "../harness/postgres.ts"
import { described } from "./added_fields.ts"
import { applyFile } from "./applied_file.ts"
import { everything, field } from "./described_objects.ts"

const org = [
  {
    ...described(
      "Account",
      field("Internet_Eligibility__c", "string"),
      field("Phone", "phone"),
      field("Fax", "phone"),
      field("Valid_From__c", "date"),
    ),
    updateable: true,
  },
]
const shipped = {
  Internet_Eligibility__c: "internet_eligibility",
  Internet_Eligibility_Status__c: "eligibility_source",
}
const account = (fields: Record<string, string | true>, more: Partial<ObjectMapping> = {}) => ({
  Account: { fields: { ...shipped, ...fields }, ...more } as ObjectMapping,
})

for (const [what, before, then, options, refusal] of [
  [
    "a column that it adds is in the way of the history that it asks for",
    account({}),
    account({ Valid_From__c: "valid_from" }, { history: true }),
    {},
    /line \d+: the history of Account has columns .* and valid_from \(Valid_From__c\) would be in their way/,
  ],
  [
    "a column that it renames is",
    account({ Phone: "phone" }),
    account({ Phone: "valid_to" }, { history: true }),
    {},
    /line \d+: the history of Account has columns .* and valid_to \(Phone\) would be in their way/,
  ],
  [
    "a field that it takes away is to have an index",
    account({ Phone: "phone" }),
    account({}, { indexes: ["phone"] }),
    { prune: true },
    /line \d+: Account: no index without a column: phone. Name it in the fields, too/,
  ],
  [
    "a field of which another one takes the column is to have an index",
    account({ Phone: "phone" }),
    account({ Fax: "phone" }, { indexes: ["Phone"] }),
    {},
    /line \d+: Account: no index without a column: Phone/,
  ],
] as const)
  test(`where ${what}, the plan refuses as applying it does`, async () => {
    const { pool } = await createTestDatabase()
    await applyFile(pool, org, before)
    const held = await everything(pool)
    const refused = async (isDry: boolean) => {
      await assert.rejects(applyFile(pool, org, then, { ...options, isDry }), { message: refusal })
      assert.equal(await everything(pool), held)
    }
    await refused(true)
    await refused(false)
  })
