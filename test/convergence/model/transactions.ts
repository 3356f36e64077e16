import type { Change } from "./change.ts"
import {
  type Fields,
  newValue,
  type ObjectName,
  objectNames,
  objects,
  recordId,
  type Value,
} from "./objects.ts"
import type { Org } from "./org.ts"
import type { Random } from "./random.ts"
import { latest, type ModelRecord } from "./record.ts"

/** What a transaction does, by name, so that a failing history can be read. */
export type TransactionKind = (typeof transactionKinds)[number]
export const transactionKinds = [
  "update",
  "update",
  "update",
  "updateSame",
  "updateTwo",
  "create",
  "createFamily",
  "delete",
  "delete",
  "undelete",
  "undelete",
  "hardDelete",
  "swapSkus",
  "rotateSkus",
  "reparent",
  "claimSku",
  "unstorable",
  "unstorable",
  "refill",
] as const

/** The changes of a transaction that make sense for the org as it is; none where the kind does not apply. */
export function transactionOf(kind: TransactionKind, org: Org, random: Random): Change[] {
  switch (kind) {
    case "update":
      return updates(org, random, 1)
    case "updateTwo":
      return updates(org, random, 2)
    case "updateSame":
      return updatesWithOneValue(org, random)
    case "create":
      return create(org, random.pick(objectNames), random)
    case "createFamily":
      return createFamily(org, random)
    case "delete":
      return someLive(org, random, 1).map((record) => change("delete", record))
    case "hardDelete":
      return someLive(org, random, 1).map((record) => change("hardDelete", record))
    case "undelete":
      return undelete(org, random)
    case "swapSkus":
      return passSkusOn(org, random, 2)
    case "rotateSkus":
      return passSkusOn(org, random, 3)
    case "reparent":
      return reparent(org, random)
    case "claimSku":
      return claimSku(org, random)
    case "unstorable":
      return unstorable(org, random)
    case "refill":
      return refill(org, random)
  }
}

/** The records that every org of a history begins with. */
export function seedRecords(org: Org, random: Random): Change[] {
  const products = [1, 2, 3].flatMap(() => create(org, "Product2", random))
  const entries = [0, 0, 1, 2].map((parent) => newEntry(org, (products[parent] as Change).id, random))
  return [...products, ...entries, ...create(org, "Account", random), ...create(org, "Account", random)]
}

function change(
  kind: Change["kind"],
  { object, id }: { object: ObjectName; id: string },
  fields: Fields = {},
): Change {
  return { kind, object, id, fields }
}

/** Live records; in most cases the oldest of each object come first, so that changes meet on a few records. */
function someLive(org: Org, random: Random, count: number, only?: ObjectName): ModelRecord[] {
  const live = objectNames.flatMap((name) => (only === undefined || only === name ? org.live(name) : []))
  const shuffled = random.shuffle(live)
  if (random.chance(0.75)) {
    const hot = new Set(objectNames.flatMap((name) => org.live(name).slice(0, 1)))
    shuffled.sort((one, two) => Number(hot.has(two)) - Number(hot.has(one)))
  }
  return shuffled.slice(0, count)
}

function updates(org: Org, random: Random, count: number): Change[] {
  return someLive(org, random, count).map((record) => updateOf(record, org, random))
}

/** An update of one or two fields of the record. */
export function updateOf(record: ModelRecord, org: Org, random: Random): Change {
  const names = random.shuffle(freeFields(record.object)).slice(0, random.between(1, 2))
  const values = names.map((name) => [name, newValue(name, org.serial(), random)])
  return change("update", record, Object.fromEntries(values))
}

/** A record that most happens to, or any live one; undefined where none is. */
export function anyLive(org: Org, random: Random, only?: ObjectName): ModelRecord | undefined {
  return someLive(org, random, 1, only)[0]
}

/** Fields that any value fits. */
function freeFields(object: ObjectName): string[] {
  return Object.keys(objects[object].eventFields).filter(
    (name) => name !== "Product2Id" && name !== "Pricebook2Id",
  )
}

function updatesWithOneValue(org: Org, random: Random): Change[] {
  const object = random.pick(objectNames)
  const field = random.pick(freeFields(object).filter((name) => name !== "StockKeepingUnit"))
  const value = newValue(field, org.serial(), random)
  return someLive(org, random, 3, object).map((record) => change("update", record, { [field]: value }))
}

function create(org: Org, object: ObjectName, random: Random): Change[] {
  if (object === "PricebookEntry") {
    return someLive(org, random, 1, "Product2").map((product) => newEntry(org, product.id, random))
  }
  const values = freeFields(object).map((name) => [name, newValue(name, org.serial(), random)])
  return [
    change("create", { object, id: recordId(objects[object], org.serial()) }, Object.fromEntries(values)),
  ]
}

function newEntry(org: Org, productId: string, random: Random): Change {
  const object = "PricebookEntry"
  const values = freeFields(object).map((name) => [name, newValue(name, org.serial(), random)])
  const parents = { Product2Id: productId, Pricebook2Id: "01s000000000000001" }
  return change(
    "create",
    { object, id: recordId(objects[object], org.serial()) },
    { ...Object.fromEntries(values), ...parents },
  )
}

function createFamily(org: Org, random: Random): Change[] {
  const [product] = create(org, "Product2", random) as [Change]
  return random.shuffle([product, newEntry(org, product.id, random)])
}

function undelete(org: Org, random: Random): Change[] {
  const inBin = (["Product2", "Account"] as const).flatMap((name) =>
    org.all(name).filter((record) => latest(record).existence === "bin"),
  )
  return random
    .shuffle(inBin)
    .slice(0, 1)
    .map((record) => change("undelete", record))
}

/** A ring of products hands its SKUs round, or a row of them hands them down and the last one has none then. */
export function passSkusOn(org: Org, random: Random, size: number): Change[] {
  const ring = someLive(org, random, size, "Product2")
  if (ring.length < size) return []
  const skus = ring.map((record) => latest(record).fields.StockKeepingUnit ?? null)
  const passed = [...skus.slice(1), random.chance(0.6) ? (skus[0] as Value) : null]
  return ring.map((record, at) => change("update", record, { StockKeepingUnit: passed[at] as Value }))
}

function reparent(org: Org, random: Random): Change[] {
  const [entry] = someLive(org, random, 1, "PricebookEntry")
  const [product] = someLive(org, random, 1, "Product2")
  return entry && product ? [change("update", entry, { Product2Id: product.id })] : []
}

/** A SKU that another product has, or had: Salesforce does not mind. */
function claimSku(org: Org, random: Random): Change[] {
  const [product] = someLive(org, random, 1, "Product2")
  const others = org.all("Product2").filter((record) => record.id !== product?.id)
  if (product === undefined || others.length === 0) return []
  const versions = random.pick(others).versions
  const taken = random.chance(0.5) ? random.pick(versions) : versions.at(-1)
  return [change("update", product, { StockKeepingUnit: taken?.fields.StockKeepingUnit ?? null })]
}

/** A value that the shadow's columns refuse. */
const unstorableFields: Readonly<Record<"Product2" | "PricebookEntry", readonly Fields[]>> = {
  Product2: [{ StockKeepingUnit: null }, { StockKeepingUnit: null }, { Name: null }],
  PricebookEntry: [{ UnitPrice: 1.234 }, { UnitPrice: null }],
}

function unstorable(org: Org, random: Random): Change[] {
  const object = random.pick(["Product2", "Product2", "PricebookEntry"] as const)
  return someLive(org, random, 1, object).map((record) =>
    change("update", record, random.pick(unstorableFields[object])),
  )
}

/** What is blank in a product is filled again, perhaps with the SKU that it had. */
function refill(org: Org, random: Random): Change[] {
  const blank = org
    .live("Product2")
    .filter((record) =>
      ["Name", "StockKeepingUnit"].some((name) => (latest(record).fields[name] ?? null) === null),
    )
  if (blank.length === 0) return []
  const record = random.pick(blank)
  const { fields } = latest(record)
  const had = random.pick(record.versions).fields.StockKeepingUnit ?? null
  return [
    change("update", record, {
      ...(fields.Name === null ? { Name: newValue("Name", org.serial(), random) } : {}),
      ...(fields.StockKeepingUnit === null
        ? {
            StockKeepingUnit:
              random.chance(0.5) && had !== null ? had : newValue("StockKeepingUnit", org.serial(), random),
          }
        : {}),
    }),
  ]
}
