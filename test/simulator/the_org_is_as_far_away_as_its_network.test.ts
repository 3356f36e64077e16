import assert from "node:assert/strict"
import { test } from "node:test"
import { type Network, networks, shrunk } from "../../src/simulator/network.ts"
import { startSimulator } from "../../src/simulator/start.ts"
import { startWithClient } from "./client.ts"

/** Timers may fire a millisecond before their time. */
const timerMs = 2

const near: Network = { ...networks.loopback, bulkJobMs: [0, 0] }

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

test("an answer takes a round trip, and the first one of a connection three", async () => {
  const client = await startWithClient({ network: { ...near, roundTripMs: 40 } })
  try {
    const first = await msOf(() => Promise.all([client.get("/limits"), client.get("/limits")]))
    const next = await msOf(() => client.get("/limits"))
    assert.ok(first >= 3 * 40 - timerMs, `two at once, one of them on a new connection: ${first} ms`)
    assert.ok(next >= 40 - timerMs, `on an open connection: ${next} ms`)
  } finally {
    await client.close()
  }
})

test("a page of records by REST takes the org's own time", async () => {
  const client = await startWithClient({ products: 3, network: { ...near, restPageMs: 60 } })
  try {
    const took = await msOf(() => client.query("SELECT Id FROM Product2"))
    assert.ok(took >= 60 - timerMs, `${took} ms`)
  } finally {
    await client.close()
  }
})

test("a result comes as fast as its connection, and several as fast as the org", async () => {
  const network = { ...near, connectionBytesPerSecond: 1_000_000, orgBytesPerSecond: 1_500_000 }
  const client = await startWithClient({ products: 1_000, pricebooks: 2, network })
  try {
    const body = {
      operation: "query",
      query: "SELECT Id, Name, UnitPrice, CurrencyIsoCode FROM PricebookEntry",
    }
    const { id } = await client.post<{ id: string }>("/jobs/query", body)
    const download = () => client.send(`/jobs/query/${id}/results`)
    const { text, headers } = await download()
    assert.equal(headers["sforce-numberofrecords"], "2000")
    const alone = await msOf(download)
    assert.ok(alone >= text.length / 1_000 - timerMs, `${text.length} bytes alone in ${alone} ms`)
    const together = await msOf(() => Promise.all([download(), download(), download()]))
    assert.ok(together >= (3 * text.length) / 1_500 - timerMs, `three of them in ${together} ms`)
  } finally {
    await client.close()
  }
})

test("a smaller network is the same one, with shorter times", () => {
  const { roundTripMs, bulkJobMs, connectionBytesPerSecond } = shrunk(networks.org, 10)
  assert.deepEqual(
    { roundTripMs, bulkJobMs, connectionBytesPerSecond },
    { roundTripMs: 8, bulkJobMs: [500, 1_500], connectionBytesPerSecond: 80_000_000 },
  )
})

test("a network that cannot be is refused with the setting's name", async () => {
  const wrong: [Partial<Network>, RegExp][] = [
    [{ roundTripMs: -1 }, /^network\.roundTripMs is -1: from 0 to 3600000 ms$/],
    [{ restPageMs: Number.NaN }, /^network\.restPageMs is NaN: /],
    [{ bulkJobMs: [5, 1] }, /^network\.bulkJobMs is from 5 to 1 ms: from less to more$/],
    [{ bulkJobMs: [0, 1e12] }, /^network\.bulkJobMs is 1000000000000: /],
    [{ connectionBytesPerSecond: 0 }, /^network\.connectionBytesPerSecond is 0: at least 1 byte$/],
    [{ orgBytesPerSecond: -5 }, /^network\.orgBytesPerSecond is -5: at least 1 byte$/],
  ]
  for (const [setting, message] of wrong)
    await assert.rejects(startSimulator({ network: { ...near, ...setting } }), {
      name: "RangeError",
      message,
    })
})
