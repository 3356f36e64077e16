import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { transaction } from "../../src/postgres/transaction.ts"
import { created, event, type ObjectName, price, priceId, productId, stamp } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"
import { changeSku, withSku } from "../harness/skus.ts"

const tierId = (n: number) => `a0T${String(n).padStart(12, "0")}AAA`
const noteId = (n: number) => `a0N${String(n).padStart(12, "0")}AAA`

/** A shadow in which prices have tiers, and products have notes beside their prices: a mapping of an operator. */
async function withTiersAndNotes(): Promise<Shadow> {
  const shadow = await Shadow.openAnother()
  await mirror(shadow, "Tier__c", "PricebookEntry", "sf_pricebook_shadow")
  await mirror(shadow, "Note__c", "Product2", "sf_product_shadow")
  await shadow.read("Product2", [withSku(1, 0, "A"), withSku(2, 0, "B")], { from: 20 })
  await shadow.read("PricebookEntry", [price(1, 1, 0), price(2, 2, 0)], { from: 20 })
  const child = (Id: string, parent: string) => ({ Id, Parent__c: parent, SystemModstamp: stamp(0) })
  await shadow.read("Tier__c" as ObjectName, [child(tierId(1), priceId(1)), child(tierId(2), priceId(2))], {
    from: 20,
  })
  await shadow.read("Note__c" as ObjectName, [child(noteId(1), productId(1))], { from: 20 })
  return shadow
}

async function mirror(shadow: Shadow, object: string, parent: ObjectName, parentTable: string) {
  await shadow.pool.query(
    `create table public.${object} (id text primary key, parent_id text not null references public.${parentTable} on delete cascade,
       updated_at timestamptz not null, raw_payload jsonb not null, synced_at timestamptz not null, system_modstamp timestamptz,
       read_id bigint, commit_timestamp timestamptz, commit_number bigint, sequence_number integer)`,
  )
  await shadow.pool.query(
    `insert into sf_shadow.object (object, shadow_table, key_column, topic, parent_object, parent_field, query_only_fields)
     values ($1, lower($1), 'id', $1, $2, 'Parent__c', '{SystemModstamp}')`,
    [object, parent],
  )
  await shadow.pool.query("insert into sf_shadow.object_state (object) values ($1)", [object])
  await shadow.pool.query(
    "insert into sf_shadow.field (object, field, column_name, required) values ($1, 'Parent__c', 'parent_id', true)",
    [object],
  )
  await shadow.describe(object, [
    ...["Id", "Parent__c"].map((name) => ({ name, type: "text" })),
    { name: "SystemModstamp", type: "datetime" },
  ])
}

const tiers = async (shadow: Shadow) =>
  (await shadow.all<{ id: string }>("select id from tier__c order by id")).map(({ id }) => id)

test("the delete of a product is felt by the tiers of its prices: a tombstone, a doubt, a count, an invalidation", async () => {
  const shadow = await withTiersAndNotes()
  await shadow.apply(event("Product2", "DELETE", productId(1), 60))
  const object = "Tier__c" as ObjectName
  assert.deepEqual(await tiers(shadow), [tierId(2)])
  const [gone] = await shadow.tombstones(object)
  assert.deepEqual([gone?.record_id, gone?.weak, gone?.parent_id], [tierId(1), true, priceId(1)])
  assert.deepEqual(await shadow.dirtyIds(object), [tierId(1)])
  assert.equal((await shadow.state(object)).row_count, 1)
  assert.deepEqual((await shadow.invalidations(object)).at(-1)?.record_ids, [tierId(1)])
})

test("where the row of a product gives way, the tiers of its prices are rejects with them, and are counted and cleared", async () => {
  const shadow = await withTiersAndNotes()
  await shadow.apply(changeSku(1, 100, null), changeSku(2, 110, "A"))
  const object = "Tier__c" as ObjectName
  assert.deepEqual(await tiers(shadow), [tierId(2)])
  const [reject] = await shadow.rejects(object)
  assert.deepEqual([reject?.record_id, reject?.sqlstate], [tierId(1), "23503"])
  assert.match(reject?.reason ?? "", new RegExp(`PricebookEntry ${priceId(1)} is itself rejected`))
  assert.equal((await shadow.state(object)).row_count, 1)
  assert.deepEqual((await shadow.invalidations(object)).at(-1)?.record_ids, [tierId(1)])
})

for (const [what, events] of [
  ["deletes a product", [event("Product2", "DELETE", productId(1), 60)]],
  ["hears of a delete", [event("Product2", "GAP_DELETE", productId(1), 60)]],
  ["makes the row of a product give way", [changeSku(1, 100, null), changeSku(2, 110, "A")]],
] as const) {
  test(`who ${what} takes the locks of its children in the one order of all writers`, async () => {
    const shadow = await withTiersAndNotes()
    // As after any change of the mapping: in the table, prices come behind notes.
    await shadow.pool.query("update sf_shadow.object set topic = topic where object = 'PricebookEntry'")
    await shadow.publish(...events)
    const folding = await transaction(shadow.pool, async (client) => {
      await client.query("select sf_shadow._lock_objects(array['PricebookEntry'])")
      let ended = false
      const fold = shadow.fold().finally(() => {
        ended = true
      })
      while (!ended && (await shadow.all("select from pg_locks where not granted")).length === 0) await turn()
      const held = await shadow.all(
        `select from pg_locks l join sf_shadow.object o on o.object_id = l.objid::bigint
         where l.locktype = 'advisory' and l.classid = 21318 and l.granted and o.object = 'Note__c'`,
      )
      assert.deepEqual(
        held,
        [],
        "who waits for prices would hold notes, and who comes from notes to prices wait for it",
      )
      return { fold }
    })
    await folding.fold
  })
}

test("a tier that comes before its price, and that before its product, are both there with the product", async () => {
  const shadow = await withTiersAndNotes()
  const tier = { Id: tierId(9), Parent__c: priceId(9) }
  await shadow.apply(event("Tier__c" as ObjectName, "CREATE", tierId(9), 60, tier))
  await shadow.apply(created("PricebookEntry", price(9, 9, 59), 59))
  assert.deepEqual(await tiers(shadow), [tierId(1), tierId(2)])
  await shadow.apply(created("Product2", withSku(9, 58, "C"), 58))
  assert.deepEqual(await tiers(shadow), [tierId(1), tierId(2), tierId(9)])
  assert.deepEqual(await shadow.all("select object, record_id from sf_shadow.dirty"), [])
})
