import assert from "node:assert/strict"
import { test } from "node:test"
import { SchemaCache, UnusableSchemaError } from "../../src/pubsub/schema.ts"
import { schemaJson } from "./event.ts"

test("many events that ask at once cost one GetSchema", async () => {
  const asked: string[] = []
  const cache = new SchemaCache(async (id) => {
    asked.push(id)
    return schemaJson
  })
  const schemas = await Promise.all([cache.get("a"), cache.get("a"), cache.get("b")])
  assert.equal(schemas[0], schemas[1])
  assert.equal(await cache.get("a"), schemas[0])
  assert.deepEqual(asked, ["a", "b"])
})

test("a failed fetch is tried again by the next event", async () => {
  let calls = 0
  const cache = new SchemaCache(async () => {
    if (++calls === 1) throw new Error("unavailable")
    return schemaJson
  })
  await assert.rejects(cache.get("a"), /unavailable/)
  assert.equal((await cache.get("a")).name, "AccountChangeEvent")
})

for (const [what, json] of [
  ["half a schema", schemaJson.slice(0, 300)],
  [
    "a platform event's schema",
    '{"type":"record","name":"Note__e","fields":[{"name":"Text__c","type":"string"}]}',
  ],
  ["an HTML page", "<html>"],
] as const) {
  test(`${what} is said to be unusable`, async () => {
    const cache = new SchemaCache(async () => json)
    await assert.rejects(
      cache.get("a"),
      (error) => error instanceof UnusableSchemaError && /Schema a cannot be used/.test(error.message),
    )
  })
}
