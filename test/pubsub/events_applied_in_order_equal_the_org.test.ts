import assert from "node:assert/strict"
import { test } from "node:test"
import type { DecodedEvent } from "../../src/pubsub/decode.ts"
import type { Org } from "../../src/simulator/org/org.ts"
import { Random } from "../../src/simulator/org/random.ts"
import { Follower, startBus } from "./bus.ts"

type Fields = Record<string, unknown>

const texts = ["plain", 'quote " and \\', "line\r\nbreak", "#N/A", "naïve — 東京 🏔", null, ""]
const longText = (random: Random) => `${"All of it. ".repeat(100)}${random.below(1000)}`

/** A random value for each of some writable fields of an object. */
function randomFields(org: Org, object: string, random: Random): Fields {
  const fields: Fields = {}
  for (const field of org.objects.get(object)?.fields ?? []) {
    if (!field.updateable || field.type === "reference" || !random.chance(0.3)) continue
    const number = Number((random.next() * 1000 - 500).toFixed(Math.min(field.scale, 6)))
    if (field.type === "boolean") fields[field.name] = random.chance(0.5)
    else if (field.type === "int") fields[field.name] = random.below(1000)
    else if (field.precision > 0) fields[field.name] = random.chance(0.2) && field.nillable ? null : number
    else if (field.type === "datetime")
      fields[field.name] = new Date(1.7e12 + random.below(1e9)).toISOString()
    else if (field.type === "date") fields[field.name] = `20${10 + random.below(80)}-02-28`
    else if (field.name === "Description") fields[field.name] = random.pick([longText(random), null, "short"])
    else if (field.picklistValues.length > 0) {
      fields[field.name] = field.nillable
        ? random.pick([...field.picklistValues, null])
        : field.picklistValues[0]
    } else if (field.length < 40) fields[field.name] = random.pick(["B", null])
    else fields[field.name] = field.nillable ? random.pick(texts) : `Text ${random.below(100)}`
  }
  return fields
}

/** Applies an event as a copy would that trusts its events wholly; answers the ids to re-read. */
function apply(copy: Map<string, Fields>, event: DecodedEvent): string[] {
  assert.equal(event.error, null)
  for (const id of event.recordIds) {
    if (event.changeType === "DELETE") copy.delete(id)
    else if (event.changeType === "UPDATE") copy.set(id, { ...copy.get(id), ...JSON.parse(event.fields) })
    else copy.set(id, JSON.parse(event.fields))
  }
  return event.diffFields.length + event.inexactFields.length > 0 ? event.recordIds : []
}

for (const object of ["Product2", "Account"]) {
  test(`a copy of ${object} made from events alone has what REST answers, field by field`, async (t) => {
    const bus = await startBus(t)
    const { org } = bus
    const random = new Random(20_261_123)
    const ids: string[] = []
    let published = 0
    org.onPublish(() => {
      published++
    })
    for (let round = 0; round < 300; round++) {
      org.transaction((tx) => {
        const id = random.pick([...ids, ""])
        if (id === "" || ids.length < 20) {
          ids.push(tx.create(object, { ...randomFields(org, object, random), Name: `Record ${round}` }))
        } else if (random.chance(0.1)) {
          tx.delete(object, id)
          ids.splice(ids.indexOf(id), 1)
        } else tx.update(object, id, randomFields(org, object, random))
      })
    }
    const follower = new Follower(t, bus, { topic: `/data/${object}ChangeEvent` })
    const isIdle = () => follower.batches.at(-1)?.events.length === 0
    await follower.until(() => published > 0 && follower.events.length >= published && isIdle())

    const copy = new Map<string, Fields>()
    const doubtful = new Set<string>()
    for (const event of follower.events) for (const id of apply(copy, event)) doubtful.add(id)
    let compared = 0
    for (const record of org.rows(object)) {
      const id = record.Id as string
      const held = copy.get(id)
      assert.ok(held, `${id} is held`)
      copy.delete(id)
      if (doubtful.has(id)) continue
      for (const [name, value] of Object.entries(held)) {
        if (!(name in record)) continue
        assert.deepEqual(value, record[name], `${object} ${id} ${name}`)
        compared++
      }
    }
    assert.deepEqual([...copy.keys()], [])
    assert.ok(compared > 200, `${compared} values compared`)
  })
}
