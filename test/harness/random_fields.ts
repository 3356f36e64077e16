import { hostileTexts } from "../../src/simulator/org/hostile_texts.ts"
import type { FieldDescription } from "../../src/simulator/org/object_description.ts"
import type { Org } from "../../src/simulator/org/org.ts"
import type { Random } from "../../src/simulator/org/random.ts"

export type Fields = Record<string, unknown>

const texts = [...hostileTexts, "plain", "naïve — 東京 🏔", null, ""]
const longText = (random: Random) => `${"All of it. ".repeat(100)}${random.below(1000)}`

/** A random value, or null, for each of some writable fields of an object; about one field in three. */
export function randomFields(org: Org, object: string, random: Random): Fields {
  const fields: Fields = {}
  for (const field of org.objects.get(object)?.fields ?? []) {
    if (!field.updateable || field.type === "reference" || !random.chance(0.3)) continue
    fields[field.name] = randomValue(field, random)
  }
  return fields
}

function randomValue(field: FieldDescription, random: Random): unknown {
  if (field.type === "boolean") return random.chance(0.5)
  if (field.nillable && random.chance(0.1)) return null
  if (field.type === "int") return random.below(1000)
  if (field.precision > 0) return Number((random.next() * 1000 - 500).toFixed(Math.min(field.scale, 6)))
  if (field.type === "datetime") return new Date(1.7e12 + random.below(1e9)).toISOString()
  if (field.type === "date") return `20${10 + random.below(80)}-02-28`
  if (field.name === "Description") return random.pick([longText(random), longText(random), null, "short"])
  if (field.picklistValues.length > 0) return random.pick(field.picklistValues)
  if (field.length < 40) return "B"
  return field.nillable ? random.pick(texts) : `Text ${random.below(100)} ${random.pick(hostileTexts)}`
}
