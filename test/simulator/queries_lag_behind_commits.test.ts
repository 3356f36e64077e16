import assert from "node:assert/strict"
import { after, before, describe, it } from "node:test"
import { type Client, startWithClient } from "./client.ts"

describe("The visibility lag", () => {
  let client: Client

  before(async () => {
    client = await startWithClient({ products: 3, visibilityLagMs: [300, 400] })
  })
  after(() => client.close())

  it("hides a committed change from queries for a while, though it bears the second of its start", async () => {
    const { org } = client.simulator
    const committedAt = org.now()
    const id = org.transaction((tx) => tx.create("Product2", { Name: "new" }))
    const soql = `SELECT Id, SystemModstamp FROM Product2 WHERE Id = '${id}'`
    assert.equal((await client.query(soql)).totalSize, 0)
    assert.equal(org.read("Product2", id)?.Name, "new")
    const [version] = org.history("Product2", id)
    assert.ok(version !== undefined && version.visibleAt >= committedAt + 300)
    for (;;) {
      const { records } = await client.query<{ SystemModstamp: string }>(soql)
      if (records.length === 0) {
        assert.ok(org.now() < version.visibleAt + 1000, "the record stays invisible")
        continue
      }
      assert.ok(org.now() >= version.visibleAt)
      assert.equal(Date.parse(records[0]?.SystemModstamp ?? ""), version.commitTimestamp)
      break
    }
  })

  it("gives a long transaction's records an older SystemModstamp than their commit", () => {
    const { org } = client.simulator
    const startedAt = org.now() - 240_000
    const id = org.transaction((tx) => tx.create("Product2", { Name: "slow" }), { startedAt })
    const stamp = Date.parse(String(org.read("Product2", id)?.SystemModstamp))
    assert.ok(stamp <= startedAt)
    assert.ok((org.history("Product2", id)[0]?.commitTimestamp ?? 0) > startedAt)
  })

  it("is Salesforce's clock that the Date header tells", async () => {
    const before = client.simulator.org.now()
    const { headers } = await client.send("/limits")
    const told = Date.parse(String(headers.date))
    assert.ok(told >= before - 1000 && told <= client.simulator.org.now())
    assert.ok(client.simulator.org.now() - Date.now() > 1000, "the org's clock is ahead by default")
  })
})
