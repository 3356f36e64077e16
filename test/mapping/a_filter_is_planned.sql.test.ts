import assert from "node:assert/strict"
import { test } from "node:test"
import { createTestDatabase } from "../harness/postgres.ts"
import { add, contact, everything, field, plan, site, standard } from "./described_objects.ts"

const person = {
  ...contact,
  fields: [
    ...contact.fields,
    field("Email", "email"),
    field("IsActive__c", "boolean"),
    field("Size__c", "double", { precision: 8, scale: 2 }),
    field("Score__c", "double", { calculated: true }),
    field("LastActivityDate", "date"),
    field("LastModifiedDate", "datetime"),
    field("Languages__c", "multipicklist"),
    field("This_Year__c", "string"),
    field("Blob__c", "base64"),
  ],
}

const where = (condition: string, more: object = {}) => ({ object: "Contact", where: condition, ...more })

test("a filter is planned with the fields that it names, in describe's spelling, which are columns, wished or not", async () => {
  const { pool } = await createTestDatabase()
  const planned = async (condition: string) => {
    const { filter, filter_fields } = (await plan(pool, where(condition), person)) as unknown as Record<
      string,
      unknown
    >
    return { filter, filter_fields }
  }
  assert.deepEqual(await planned("  isactive__C = TRUE\n"), {
    filter: "isactive__C = TRUE",
    filter_fields: ["IsActive__c"],
  })
  for (const [condition, ...fields] of [
    ["Email LIKE '%@example.com' AND (Size__c > 1.5 OR Size__c = null)", "Email", "Size__c"],
    ["NOT (LastName IN ('Today', 'O\\'Brien (Order by)', 'x.y') OR Email != null)", "Email", "LastName"],
    ["LastModifiedDate >= 2024-01-01T00:00:00Z AND Birthdate < 1990-02-28", "Birthdate", "LastModifiedDate"],
    ["LastModifiedDate>=2024-01-01T00:00:00+01:00", "LastModifiedDate"],
    ["Languages__c INCLUDES ('English;German','Japanese') and Size__c<>-1e3", "Languages__c", "Size__c"],
    ["This_Year__c = 'select'", "This_Year__c"],
    ["Id IN ('003000000000001AAA') and FirstName not in ('a')", "FirstName", "Id"],
  ] as [string, ...string[]][]) {
    assert.deepEqual(await planned(condition), { filter: condition, filter_fields: fields })
  }

  const few = await plan(pool, where("isActive__c = true", { fields: ["lastname"] }), person)
  assert.deepEqual(
    few.columns.map(({ column }) => column),
    ["last_name", "is_active"],
  )
  const already = await plan(pool, where("LASTNAME = 'X'", { fields: ["lastname"] }), person)
  assert.deepEqual(
    already.columns.map(({ column }) => column),
    ["last_name"],
  )
  await add(pool, where("LastName = 'O\\'Brien'", { fields: ["Email"] }), person)
  const { rows } = await pool.query(
    "select o.filter, o.filter_fields, l.filter as shown from sf_shadow.object o join sf_shadow_lag l using (object) where object = 'Contact'",
  )
  assert.deepEqual(rows, [
    { filter: "LastName = 'O\\'Brien'", filter_fields: ["LastName"], shown: "LastName = 'O\\'Brien'" },
  ])
})

test("without a filter everything is planned as before", async () => {
  const { pool } = await createTestDatabase()
  const { statements } = await plan(pool, { object: "Contact" }, person)
  assert.doesNotMatch(statements.join(), /filter/)
})

const refusals: [condition: string, reason: RegExp][] = [
  ["", /cannot be empty: it is empty$/],
  ["  ", /it is empty$/],
  [
    "Nope__c = 1",
    /^the filter of Contact \(--where, or "where"\) cannot be 'Nope__c = 1': Contact has no field Nope__c/,
  ],
  ["Account.Name = 'A'", /Account\.Name is a field of another record/],
  ["AccountId IN (SELECT Id FROM Account)", /a sub-select asks for other records/],
  ["LastModifiedDate = TODAY", /TODAY moves with the time/],
  ["LastModifiedDate > LAST_N_DAYS:30", /LAST_N_DAYS:30 moves with the time/],
  ["Birthdate = last_week", /LAST_WEEK moves with the time/],
  ["Birthdate < N_DAYS_AGO:5", /N_DAYS_AGO:5 moves/],
  ["Score__c > 5", /Score__c is a formula or a roll-up/],
  ["Name = 'A'", /Name is a compound: name its parts, FirstName/],
  ["IsDeleted = false", /IsDeleted needs no filter/],
  ["SystemModstamp > 2024-01-01T00:00:00Z", /SystemModstamp changes without an event/],
  ["LastActivityDate > 2024-01-01", /LastActivityDate changes without an event/],
  ["CALENDAR_YEAR(Birthdate) = 1990", /CALENDAR_YEAR\(\.\.\.\) is a function/],
  ["WHERE Size__c = 1", /without that word/],
  ["Size__c = 1 ORDER BY LastName", /ORDER ends a condition/],
  ["Size__c = 1 LIMIT 5", /LIMIT ends a condition/],
  ["Size__c = 1 ALL ROWS", /ALL ends a condition/],
  ["Size__c = 1) OR (Size__c = 2", /a \) closes what is not open/],
  ["(Size__c = 1", /a \( is not closed/],
  ["LastName = 'x", /a text in it has no end/],
  ["Size__c = :size", /: has no place/],
  ["Size__c = 1; Size__c = 2", /; has no place/],
  ["1 = 1", /it names no field/],
  [`LastName = '${"x".repeat(4000)}'`, /more than 4000 characters/],
  ["Blob__c = 'x'", /names Blob__c, which cannot be a column/],
]

test("what cannot be a filter is refused with its reason, and nothing is changed", async () => {
  const { pool } = await createTestDatabase()
  const before = await everything(pool)
  for (const [condition, reason] of refusals) {
    const outcome = await add(pool, where(condition), person).catch((error) => error)
    assert.equal(outcome.code, "SF014", condition)
    assert.match(outcome.message, reason)
  }
  assert.equal(await everything(pool), before)
})

test("a filtered object is nobody's parent, and the fields of its filter stay mapped", async () => {
  const { pool } = await createTestDatabase()
  const plant = {
    ...site,
    name: "Plant__c",
    fields: [...standard, field("Name", "string"), field("Code__c", "string")],
  }
  const machine = {
    ...site,
    name: "Machine__c",
    fields: [
      ...standard,
      field("Name", "string"),
      field("Plant__c", "reference", {
        referenceTo: ["Plant__c"],
        cascadeDelete: true,
        relationshipOrder: 0,
        nillable: false,
      }),
    ],
  }
  await add(pool, { object: "Plant__c", where: "Name != null" }, plant)
  const before = await everything(pool)
  for (const wish of [{ object: "Machine__c" }, { object: "Machine__c", parent: "Plant__c" }]) {
    await assert.rejects(
      add(pool, wish, machine),
      /^error: Machine__c cannot be mirrored with the parent Plant__c, of which only those are mirrored that meet a filter \(Name != null\)/,
    )
  }
  for (const dropData of [true, false]) {
    await assert.rejects(
      pool.query("select sf_shadow.remove_fields('Plant__c', '{name}', $1)", [dropData]),
      /Name is in the filter of Plant__c, and stays/,
    )
  }
  await assert.rejects(
    pool.query("select sf_shadow.map_column($1, $2)", [
      { object: "Plant__c", fields: ["Code__c"], column: "name" },
      plant,
    ]),
    /Name is in the filter of Plant__c, and stays/,
  )
  assert.equal(await everything(pool), before)
})
