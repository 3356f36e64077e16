import assert from "node:assert/strict"
import { before, test } from "node:test"
import fc from "fast-check"
import { account, accountId, created, type SalesforceRecord } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { allowedTypes, type FieldType, fieldTypes, held, otherTypes } from "./column_values.ts"

interface Column {
  column: string
  field: string
  columnType: string
  fieldType: FieldType
}

/** A column of each type for a field of each type. */
const columns: Column[] = [...Object.keys(allowedTypes), ...otherTypes].flatMap((columnType, c) =>
  fieldTypes.map((fieldType, f) => ({
    column: `c${c}_${f}`,
    field: `F${c}_${f}__c`,
    columnType,
    fieldType,
  })),
)

const digits = (atMost: number) => fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: atMost })
const number = fc.oneof(
  fc.constantFrom("0", "-0", "32768", "-32768", "2147483648", "-2147483648", "9223372036854775807", "1E21"),
  fc.constantFrom("9223372036854775808", "1234.567", "12.7", "123456789.12", "1.5E-7", "100.0", "1.25E7"),
  fc
    .tuple(fc.constantFrom("", "-"), digits(20), digits(12))
    .map(
      ([sign, whole, rest]) =>
        `${sign}${BigInt(whole.join(""))}${rest.length > 0 ? `.${rest.join("")}` : ""}`,
    ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
)
const day = fc
  .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
  .map((date) => date.toISOString())
const text = fc.oneof(
  fc.constantFrom(
    "NaN",
    "nan",
    "Infinity",
    "-inf",
    "infinity",
    "0x1F",
    "1_000",
    " 12",
    "12 ",
    "007",
    "+1",
    ".5",
    "5.",
  ),
  fc.constantFrom(
    "12",
    "12.50",
    "t",
    "yes",
    "on",
    "TRUE",
    "today",
    "now",
    "epoch",
    "2026-02-30",
    "24:00:00.000Z",
  ),
  fc.constantFrom(
    "2026-11-23",
    "2026-11-23T10:00:00+01:00",
    "2026-11-23T10:00:00.0005Z",
    "10:00",
    "10:00:60.000Z",
  ),
  fc.constantFrom(
    "abcde",
    "abcdef",
    "abcde ",
    "ab   ",
    " ",
    "ünïcö",
    "🛰️👩‍👩‍👧",
    "null",
    "{}",
    "[1, 2]",
    "$12.30",
  ),
  fc.constantFrom("0e0f3ab6-7b3c-4f53-9a3c-2d1ae1f1ee11", "0E0F3AB6-7B3C-4F53-9A3C-2D1AE1F1EE11", "1 day"),
  fc.string({ maxLength: 8 }),
  number,
  day,
)
const values: Record<FieldType, fc.Arbitrary<string>> = {
  number,
  boolean: fc.constantFrom("true", "false"),
  datetime: day,
  date: day.map((iso) => iso.slice(0, 10)),
  time: day.map((iso) => iso.slice(11)),
  text: text.filter((value) => value !== "" && !value.includes("\0")),
}
const filled = fc
  .constantFrom(...columns)
  .chain((column) => values[column.fieldType].map((value) => ({ ...column, value })))
type Filled = Column & { value: string }

let shadow: Shadow
before(async () => {
  shadow = await Shadow.openAnother()
  await shadow.pool.query("update sf_shadow.object set keep = 'all' where object = 'Account'")
  const added = columns.map(({ column, columnType }) => `add column ${column} ${columnType}`)
  await shadow.pool.query(`alter table sf_account_eligibility_shadow ${added.join(", ")}`)
  await shadow.describe("Account", [
    ...["Id", "Internet_Eligibility__c", "Internet_Eligibility_Status__c"].map((name) => ({
      name,
      type: "text",
    })),
    { name: "IsDeleted", type: "boolean" },
    { name: "SystemModstamp", type: "datetime" },
    ...columns.map(({ field, fieldType }) => ({ name: field, type: fieldType })),
  ])
  await map()
})

/** What the mapping says of a type that it does not allow is another one than the table's. */
async function map(): Promise<void> {
  const wanted = (type: string) => (type in allowedTypes ? type : "numeric(12,2)")
  await shadow.pool.query(
    `insert into sf_shadow.field (object, field, column_name, column_type)
     select 'Account', * from unnest($1::text[], $2::text[], $3::text[])`,
    [
      columns.map(({ field }) => field),
      columns.map(({ column }) => column),
      columns.map(({ columnType }) => wanted(columnType)),
    ],
  )
}

let accounts = 0
let seconds = 0

const json = JSON as unknown as { rawJSON(text: string): unknown }
const asJson = ({ fieldType, value }: Filled) =>
  fieldType === "number" ? json.rawJSON(value) : fieldType === "boolean" ? value === "true" : value
/** As it is in raw_payload. */
const canonical = ({ fieldType, value }: Filled) =>
  fieldType === "number" ? (held("numeric", value) ?? value) : value

/** Ways by which a record comes into the shadow; each leaves rows, and rejects of what it could not store. */
const paths: Record<string, (records: SalesforceRecord[], filledWith: Filled[]) => Promise<unknown>> = {
  "a re-read": (records) => shadow.read("Account", records, { from: seconds }),
  "a page of CSV": (records, filledWith) =>
    shadow.read(
      "Account",
      // Every value of a page is a text.
      records.map((record, i) => ({ ...record, [filledWith[i]?.field ?? ""]: filledWith[i]?.value })),
      { from: seconds },
    ),
  "a change event": (records, filledWith) =>
    shadow.apply(
      ...records.map((record, i) => {
        const one = filledWith[i] as Filled
        // The decoder writes numbers in their canonical form.
        const value = one.fieldType === "number" ? json.rawJSON(canonical(one)) : record[one.field]
        return created("Account", { ...record, [one.field]: value }, seconds)
      }),
    ),
  fields_to_columns: async (records) => {
    await shadow.pool.query("delete from sf_shadow.field where object = 'Account' and field ~ '^F\\d'")
    await shadow.read("Account", records, { from: seconds })
    await map()
    await shadow.pool.query("select sf_shadow.fields_to_columns('Account')")
    // What it has put in doubt is read again.
    const doubtful = new Set(await shadow.dirtyIds("Account"))
    seconds += 60
    await shadow.read(
      "Account",
      records.filter(({ Id }) => doubtful.has(Id)),
      { from: seconds },
    )
    await shadow.clearMarks("Account")
  },
}

/** How a value was stored, or that it was refused, or lost. */
async function assertHeld(id: string, filledWith: Filled, refusals: Map<string, string>): Promise<void> {
  const { column, columnType, fieldType, value } = filledWith
  const what = `${columnType} from a ${fieldType} ${JSON.stringify(value)}`
  const due = canonical(filledWith)
  const sqlstate = refusals.get(id)
  if (columnType in allowedTypes) {
    assert.equal(sqlstate === undefined, allowedTypes[columnType]?.(due), `${what}: refused ${sqlstate}`)
  }
  if (sqlstate !== undefined) {
    assert.match(sqlstate, /^22(003|P02|001)$/, what)
    return
  }
  const [row] = await shadow.all<{ text: string | null }>(
    `select concat(${column}) as text from sf_account_eligibility_shadow where account_id = $1 and ${column} is not null`,
    id,
  )
  assert.equal(row?.text != null && held(columnType, row.text), due, what)
}

for (const [path, bring] of Object.entries(paths)) {
  test(`by ${path} a value of any type is stored in a column of any type as Salesforce has it, or refused`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(filled, { minLength: 20, maxLength: 60 }), async (all) => {
        seconds += 60
        const records = all.map((one) => ({ ...account(accounts++, seconds - 30), [one.field]: asJson(one) }))
        await bring(records, all)
        const rejects = await shadow.rejects("Account")
        const refusals = new Map(rejects.map(({ record_id, sqlstate }) => [record_id, sqlstate]))
        for (const [i, { Id }] of records.entries()) await assertHeld(Id, all[i] as Filled, refusals)
        await shadow.pool.query("delete from sf_shadow.reject; delete from sf_account_eligibility_shadow")
      }),
      { numRuns: 8, endOnFailure: true },
    )
  })
}

test("a reader's answer from Salesforce holds what Salesforce has, or says why it cannot", async () => {
  const nothing = Object.fromEntries(columns.map(({ field }) => [field, null]))
  await fc.assert(
    fc.asyncProperty(fc.array(filled, { minLength: 20, maxLength: 60 }), async (all) => {
      const records = all.map((one) => ({ ...account(1, 0), [one.field]: asJson(one) }))
      // The value as Postgres shows it, as the checks above see it.
      const rows = await shadow.all<{ is_held: boolean; error: string | null; shown: string }>(
        `select row_held is not null as is_held, error, row_held ->> column_name as shown
         from rows from (sf_shadow_records_to_rows('Account', $1), unnest($2::text[])) as r (row_held, error, column_name)`,
        JSON.stringify(records.map((record) => ({ ...nothing, ...record }))),
        all.map(({ column }) => column),
      )
      for (const [i, { is_held, error, shown }] of rows.entries()) {
        const one = all[i] as Filled
        const what = `${one.columnType} from a ${one.fieldType} ${JSON.stringify(one.value)}`
        assert.notEqual(is_held, error !== null, what)
        if (one.columnType in allowedTypes) {
          assert.equal(error === null, allowedTypes[one.columnType]?.(canonical(one)), `${what}: ${error}`)
        }
        if (is_held) assert.equal(held(one.columnType, shown), canonical(one), what)
      }
    }),
    { numRuns: 8, endOnFailure: true },
  )
})

test("what is null in Salesforce is null in a column of any type", async () => {
  seconds += 60
  await shadow.read("Account", [account(accounts, 0)], { from: seconds })
  assert.deepEqual(await shadow.rejects("Account"), [])
  const row = await shadow.row("Account", accountId(accounts))
  assert.deepEqual([...new Set(columns.map(({ column }) => row?.[column]))], [null])
})
