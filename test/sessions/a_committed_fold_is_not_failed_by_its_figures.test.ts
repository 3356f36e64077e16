import assert from "node:assert/strict"
import { test } from "node:test"
import pg from "pg"
import pino from "pino"
import type { Connections } from "../../src/connections.ts"
import { eventsToShadow } from "../../src/events_to_shadow/index.ts"
import { SalesforceClock } from "../../src/salesforce/clock.ts"
import { created, product, productId } from "../harness/records.ts"
import { Shadow } from "../harness/shadow.ts"

test("a fold whose times come in a form that cannot be read is done, and said to be missing in the metrics", async (t) => {
  const shadow = await Shadow.open()
  await shadow.publish(created("Product2", product(1, 0), 1))
  // As another program's pool would be: node-postgres reads the times of such a session as null.
  const pool = new pg.Pool({ connectionString: shadow.url, max: 1, options: "-c DateStyle=German" })
  t.after(() => pool.end())
  const lines: string[] = []
  const log = pino({ level: "debug" }, { write: (line) => void lines.push(line) })
  const session = { clock: new SalesforceClock() } as Connections["session"]
  assert.equal(await eventsToShadow({ pool, session, log }, shadow.streamId), true)
  assert.deepEqual(await shadow.ids("Product2"), [productId(1)])
  assert.ok(
    lines.some((line) => line.includes('"event":"fold_not_counted"')),
    lines.join(""),
  )
})
