import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { before, test } from "node:test"
import fc from "fast-check"
import { createTestDatabase, type TestDatabase } from "../harness/postgres.ts"

let pool: TestDatabase["pool"]
before(async () => {
  pool = (await createTestDatabase()).pool
})

interface Named {
  field: string
  column_name: string
  renamed: string | null
}

async function columnsOf(fields: string[], key = "contact_id"): Promise<Map<string, Named>> {
  const { rows } = await pool.query<Named>("select * from sf_shadow._column_names($1, $2)", [fields, key])
  return new Map(rows.map((row) => [row.field, row]))
}

const plain: [field: string, column: string][] = [
  ["FirstName", "first_name"],
  ["Internet_Eligibility__c", "internet_eligibility"],
  ["AccountId", "account_id"],
  ["Product2Id", "product2_id"],
  ["SIM_Type__c", "sim_type"],
  ["IsVATExempt", "is_vat_exempt"],
  ["HTMLBody", "html_body"],
  ["MailingStreet", "mailing_street"],
  ["acme__Plan_Tier__c", "acme_plan_tier"],
  ["Position__Latitude__s", "position_latitude"],
  ["Nickname__pc", "nickname"],
  ["Time", "time"],
]

test("a field's column is its name in Postgres's spelling", async () => {
  const columns = await columnsOf(plain.map(([field]) => field))
  for (const [field, column] of plain)
    assert.deepEqual(columns.get(field), { field, column_name: column, renamed: null })
})

test("a name that is taken, reserved, too long or that of another field is settled by a rule, and said", async () => {
  const long = `${"A_very_long_name_of_a_package".repeat(2)}__Field_of_it__c`
  const settled: [fields: string[], field: string, column: string, why: RegExp][] = [
    [
      ["SystemModstamp"],
      "SystemModstamp",
      "sf_system_modstamp",
      /^not system_modstamp: every shadow table has/,
    ],
    [["Synced_At__c"], "Synced_At__c", "synced_at_c", /every shadow table has/],
    [["Contact_Id__c"], "Contact_Id__c", "contact_id_c", /^not contact_id: the key has that name/],
    [["Order"], "Order", "sf_order", /^not order: that is a word of SQL/],
    [["Group__c"], "Group__c", "group_c", /that is a word of SQL/],
    [["Fields__c"], "Fields__c", "fields_c", /that name is reserved/],
    [["Status", "Status__c"], "Status__c", "status_c", /^not status: Status would have the same name/],
    [["A_B__c", "a__B__c"], "A_B__c", `a_b_${md5("A_B__c")}`, /a__B__c would have the same name/],
    [["Nick__c", "Nick__pc"], "Nick__pc", "nick_pc", /Nick__c would have the same name/],
    [[long], long, `${snake(long).slice(0, 54)}_${md5(long)}`, /a name has 63 bytes at most/],
  ]
  for (const [fields, field, column, why] of settled) {
    const named = (await columnsOf(fields)).get(field)
    assert.equal(named?.column_name, column, field)
    assert.match(named?.renamed ?? "", why)
  }
  // The standard field keeps the name that a custom one would share with it.
  assert.equal((await columnsOf(["Status", "Status__c"])).get("Status")?.renamed, null)
})

const word = fc.constantFrom(
  "A",
  "B",
  "Id",
  "Name",
  "SIM",
  "Order",
  "Read",
  "2",
  "_",
  "x",
  "Synced_At",
  "User",
  "Fields",
)
const apiName = fc
  .tuple(
    fc.constantFrom("A", "Name", "Order", "Z"),
    fc.array(word, { maxLength: 25 }),
    fc.constantFrom("", "__c", "__pc", "__s"),
  )
  .map(
    ([first, rest, ending]) => `${[first, ...rest].join("").replace(/_+/g, "_").replace(/_$/, "")}${ending}`,
  )

test("whatever the fields are called, columns are names of their own that need no quotes, in any order the same", async () => {
  const { rows: words } = await pool.query<{ word: string }>(
    "select word from pg_get_keywords() where catcode in ('R', 'T')",
  )
  const keywords = new Set(words.map((row) => row.word))
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(apiName, { minLength: 1, maxLength: 60 }), async (fields) => {
      const columns = await columnsOf(fields)
      const names = [...columns.values()].map(({ column_name }) => column_name)
      assert.equal(columns.size, fields.length)
      assert.equal(new Set(names).size, names.length, names.join(" "))
      for (const name of names) {
        assert.match(name, /^[a-z][a-z0-9_]*$/)
        assert.ok(
          name.length <= 63 && !keywords.has(name) && name !== "contact_id" && name !== "synced_at",
          name,
        )
      }
      assert.deepEqual(await columnsOf(fields.toReversed()), new Map([...columns].toReversed()))
    }),
    { numRuns: 200 },
  )
})

const types: [describe: object, type: string | null, refused: string | null][] = [
  [{ type: "currency", precision: 18, scale: 2 }, "numeric(18,2)", null],
  [{ type: "percent", precision: 5, scale: 0 }, "numeric(5,0)", null],
  [{ type: "double", precision: 18, scale: 15 }, "numeric(18,15)", null],
  [{ type: "double", precision: 18, scale: 2, calculated: true }, "numeric", null],
  [{ type: "double", precision: 0, scale: 0 }, "numeric", null],
  [{ type: "double", precision: 3, scale: 8 }, "numeric", null],
  [{ type: "int" }, "integer", null],
  [{ type: "long" }, "bigint", null],
  [{ type: "boolean" }, "boolean", null],
  [{ type: "date" }, "date", null],
  [{ type: "datetime" }, "timestamp with time zone", null],
  [{ type: "time" }, "time without time zone", null],
  ...[
    "id",
    "reference",
    "string",
    "textarea",
    "picklist",
    "multipicklist",
    "combobox",
    "email",
    "phone",
    "url",
    "encryptedstring",
  ].map((type): [object, string, null] => [{ type }, "text", null]),
  [{ type: "base64" }, null, "the content of a file (base64)"],
  [{ type: "anyType" }, null, "of type anyType, which has no form of its own"],
  [{ type: "complexvalue" }, null, "of type complexvalue, which has no form of its own"],
  [{ type: "address" }, null, "a compound, of which the parts are columns"],
  [{ name: "LastViewedDate", type: "datetime" }, null, "when this user last looked at the record"],
]

test("a column's type follows from describe, and the mapping takes it", async () => {
  for (const [describe, column_type, refused] of types) {
    const { rows } = await pool.query(
      "select t.column_type, t.refused, t.column_type is null or sf_shadow.is_column_type(t.column_type) as taken from sf_shadow._field_to_column($1) t",
      [{ name: "Field__c", calculated: false, ...describe }],
    )
    assert.deepEqual(rows, [{ column_type, refused, taken: true }], JSON.stringify(describe))
  }
})

function md5(text: string): string {
  return createHash("md5").update(text).digest("hex").slice(0, 8)
}

/** Of a name whose words are apart already. */
function snake(name: string): string {
  return name
    .replace(/__c$/, "")
    .replace(/_+/g, "_")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
}
