import { isMirrored } from "./model/filter.ts"
import { type Fields, objectNames, objects, type Value } from "./model/objects.ts"
import { latest, type ModelRecord } from "./model/record.ts"
import type { Observation } from "./observation.ts"
import type { World } from "./world.ts"

/**
 * How a settled shadow differs from the org, field by field. A record that cannot be stored (rule 9) may be
 * missing or old, if it is listed as a reject.
 */
export function differences(world: World, observation: Observation): string[] {
  const unstorable = unstorableRecords(world, observation)
  return objectNames.flatMap((name) => {
    const observed = observation[name]
    const mirrored = world.org.all(name).filter((one) => isMirrored(world.isFiltered, one, latest(one)))
    const live = new Set(mirrored.map(({ id }) => id))
    const found = mirrored.flatMap((record) => {
      const differs = rowDifferences(record, observed.rows.get(record.id))
      if (differs.length === 0) return []
      if (unstorable.has(record.id) && observed.rejected.has(record.id)) return []
      return [
        `${name} ${record.id} ${differs.join(", ")}${unstorable.has(record.id) ? " and is no reject" : ""}`,
      ]
    })
    const extra = [...observed.rows.keys()].filter((id) => !live.has(id))
    const counted =
      observed.rowCount === observed.rows.size
        ? []
        : [`row_count of ${name} is ${observed.rowCount}, not ${observed.rows.size}`]
    const unclaimed = [...observed.rejected].filter(([id]) => !unstorable.has(id))
    return [
      ...found,
      ...extra.map((id) => `${name} ${id} is in the shadow and not in the org, or not within its filter`),
      ...unclaimed.map(([id, reason]) => `${name} ${id} is a reject for no reason any more: ${reason}`),
      ...counted,
    ]
  })
}

function rowDifferences(
  record: ModelRecord,
  row: { payload: Fields; columns: Record<string, Value> } | undefined,
): string[] {
  const { eventFields, columns } = objects[record.object]
  const { fields } = latest(record)
  if (row === undefined) return ["is missing in the shadow"]
  const payload = Object.keys(eventFields).filter(
    (name) => (row.payload[name] ?? null) !== (fields[name] ?? null),
  )
  const typed = Object.entries(columns).filter(
    ([name, column]) => (row.columns[column] ?? null) !== (fields[name] ?? null),
  )
  return [
    ...payload.map((name) => `has ${name} ${row.payload[name]} instead of ${fields[name]}`),
    ...typed.map(
      ([name, column]) => `has column ${column} ${row.columns[column]} instead of ${fields[name]}`,
    ),
  ]
}

/**
 * Ids of live records that may be missing or old: the shadow's constraints refuse them, another record that claims
 * their SKU in the org as well holds it, or their parent is such a record and is not there. An old row keeps nobody
 * out whose SKU its own record does not claim any more.
 */
function unstorableRecords({ org, isFiltered }: World, observation: Observation): Set<string> {
  const products = org.live("Product2")
  const sku = (record: ModelRecord) => latest(record).fields.StockKeepingUnit ?? null
  const holders = new Map([...observation.Product2.rows].map(([id, row]) => [row.columns.sku, id]))
  const refused = new Set<string>()
  for (const product of products) {
    const holder = holders.get(sku(product) ?? undefined)
    const isContested = products.some(
      (other) => other.id !== product.id && other.id === holder && sku(other) === sku(product),
    )
    const isBlank = sku(product) === null || (latest(product).fields.Name ?? null) === null
    if (isBlank || isContested) refused.add(product.id)
  }
  for (const entry of org.live("PricebookEntry")) {
    if (!isMirrored(isFiltered, entry, latest(entry))) continue
    const { UnitPrice: price, Product2Id: parent } = latest(entry).fields
    const isPrice = typeof price === "number" && Math.abs(price * 100 - Math.round(price * 100)) < 1e-6
    const isOrphan = refused.has(String(parent)) && !observation.Product2.rows.has(String(parent))
    if (!isPrice || isOrphan) refused.add(entry.id)
  }
  return refused
}
