import assert from "node:assert/strict"
import { once } from "node:events"
import { describe, it } from "node:test"
import pg from "pg"
import { product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

/** A cache of another service, kept right as docs/caches.md shows it: LISTEN, the function, a cursor of its own. */
class PlainClient {
  readonly heard: {
    seq: number
    everything: boolean
    record_ids: string[] | null
    unique_values: string[] | null
  }[] = []
  cursor: number | null = null
  readonly #client: pg.Client

  constructor(client: pg.Client) {
    this.#client = client
  }

  async catchUp(): Promise<void> {
    const { rows } = await this.#client.query("select * from sf_shadow_invalidations($1, $2)", [
      "Product2",
      this.cursor,
    ])
    for (const row of rows) {
      this.heard.push(row)
      this.cursor = Number(row.seq)
    }
  }
}

describe("clients that keep no Redis", async () => {
  const shadow = await Shadow.open()
  const connect = async () => {
    const client = new pg.Client({ connectionString: shadow.url })
    await client.connect()
    return client
  }

  it("LISTEN wakes them, the outbox tells them, and a gap in listening loses nothing", async () => {
    let client = await connect()
    await client.query("listen sf_shadow_changed")
    const first = new PlainClient(client)
    await first.catchUp()
    assert.deepEqual(
      first.heard.map(({ everything }) => everything),
      [true],
      "a new client forgets everything first",
    )

    const notified = once(client, "notification")
    await shadow.read("Product2", [product(1, 0)], { from: 5 })
    const [{ payload }] = (await notified) as [pg.Notification]
    const hint = JSON.parse(payload as string)
    assert.deepEqual(hint, { object: "Product2", seq: 1, ids: [productId(1)] })
    await first.catchUp()
    assert.deepEqual(first.heard.at(-1)?.record_ids, [productId(1)])

    await client.end()
    await shadow.read("Product2", [product(1, 20, { StockKeepingUnit: "SKU-NEW" })], { from: 40 })
    client = await connect()
    await client.query("listen sf_shadow_changed")
    const back = new PlainClient(client)
    back.cursor = first.cursor
    await back.catchUp()
    assert.equal(back.heard.length, 1)
    assert.deepEqual(back.heard[0]?.unique_values?.toSorted(), ["SKU-1", "SKU-NEW"])
    await back.catchUp()
    assert.equal(back.heard.length, 1, "nothing is new")
    await client.end()
  })

  it("a write that changes nothing sends nothing", async () => {
    const before = (await shadow.invalidations("Product2")).length
    await shadow.read("Product2", [product(1, 20, { StockKeepingUnit: "SKU-NEW" })], { from: 80 })
    assert.equal((await shadow.invalidations("Product2")).length, before)
  })

  it("a cursor that the trimming has overtaken is told to forget everything", async () => {
    await shadow.pool.query("delete from sf_shadow.invalidation where seq = 1")
    const client = new PlainClient(shadow.pool as unknown as pg.Client)
    client.cursor = 0
    await client.catchUp()
    assert.deepEqual(
      client.heard.map(({ everything }) => everything),
      [true],
    )
    assert.equal(client.cursor, 2)
  })

  it("add_job('clear_cache') is accepted, and clearing tells every client to forget everything", async () => {
    const { rows } = await shadow.pool.query(`select add_job('clear_cache', '{"object":"Account"}') as job`)
    assert.ok(rows[0].job > 0)
    await shadow.pool.query("select * from sf_shadow.clear_cache(of_object => 'Account')")
    const [row] = await shadow.all<{ everything: boolean }>(
      "select * from sf_shadow_invalidations('Account', 0)",
    )
    assert.equal(row?.everything, true)
    await assert.rejects(
      shadow.pool.query("select * from sf_shadow.clear_cache(of_object => 'Lead')"),
      /not mirrored/,
    )
  })
})
