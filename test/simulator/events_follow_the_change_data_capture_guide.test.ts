import assert from "node:assert/strict"
import { describe, it } from "node:test"
import type { ChangeEvent } from "../../src/simulator/org/change_event.ts"
import { Org } from "../../src/simulator/org/org.ts"
import { idSuffix } from "../../src/simulator/org/record_id.ts"
import type { Transaction } from "../../src/simulator/org/transaction.ts"

/** An org with one product in one price book and one account, and the events of a transaction on it. */
function newOrg(): {
  org: Org
  product: string
  pricebook: string
  account: string
  events(work: (tx: Transaction) => void): Promise<ChangeEvent[]>
} {
  const org = new Org({ publishDelayMs: [0, 20] })
  const [product = ""] = org.load("Product2", [{ Name: "Fiber 1000", Family: "Internet" }])
  const [pricebook = ""] = org.load("Pricebook2", [{ Name: "Standard" }])
  const [account = ""] = org.load("Account", [
    { Name: "Acme", BillingStreet: "1 Main St", BillingCity: "Ghent" },
  ])
  const events = (work: (tx: Transaction) => void) =>
    new Promise<ChangeEvent[]>((resolve) => {
      const seen: ChangeEvent[] = []
      // The last event on the bus is a marker of our own: all before it have arrived then.
      const stop = org.onPublish((event) => {
        if (event.entityName !== "Pricebook2") {
          seen.push(event)
          return
        }
        stop()
        resolve(seen)
      })
      org.transaction(work)
      org.transaction((tx) => tx.update("Pricebook2", pricebook, { Description: "marker" }))
    })
  return { org, product, pricebook, account, events }
}

function only(events: ChangeEvent[]): ChangeEvent {
  assert.equal(events.length, 1, JSON.stringify(events.map((event) => event.changeType)))
  return events[0] as ChangeEvent
}

describe("Change events", () => {
  it("carry all values of a CREATE, and one event for several changes of one record", async () => {
    const { org, events } = newOrg()
    let id = ""
    const event = only(
      await events((tx) => {
        id = tx.create("Product2", { Name: "SIM", Available_From__c: "2026-05-01T10:00:00.750Z" })
        tx.update("Product2", id, { Name: "eSIM", Launch_Date__c: "2026-06-01" })
      }),
    )
    assert.equal(event.changeType, "CREATE")
    assert.deepEqual(event.recordIds, [id])
    assert.equal(event.body.Name, "eSIM")
    assert.equal(event.body.Available_From__c, Date.UTC(2026, 4, 1, 10))
    assert.equal(event.body.Launch_Date__c, Date.UTC(2026, 5, 1))
    assert.equal(typeof event.body.CreatedDate, "number")
    assert.deepEqual([event.changedFields, event.nulledFields], [[], []])
    assert.ok(!("SystemModstamp" in event.body) && !("IsDeleted" in event.body) && !("Id" in event.body))
    assert.equal(event.commitTimestamp % 1000, 0)
    assert.ok(event.commitNumber > 2n ** 53n)
    assert.equal(org.history("Product2", id).length, 1)
    assert.equal(id, id.slice(0, 15) + idSuffix(id.slice(0, 15)))
  })

  it("list only what an UPDATE changed; nulled fields are among the changed ones", async () => {
    const { product, events } = newOrg()
    const event = only(
      await events((tx) => tx.update("Product2", product, { Name: "Fiber 2000", Family: null })),
    )
    assert.equal(event.changeType, "UPDATE")
    assert.deepEqual(new Set(event.changedFields), new Set(["Name", "Family", "LastModifiedDate"]))
    assert.deepEqual(event.nulledFields, ["Family"])
    const set = Object.entries(event.body).filter(([, value]) => value !== null)
    assert.deepEqual(set.map(([name]) => name).sort(), ["LastModifiedDate", "Name"])
  })

  it("name subfields of a compound by their path, and a compound that lost them all by its own", async () => {
    const { account, events } = newOrg()
    const street = only(await events((tx) => tx.update("Account", account, { BillingStreet: "2 Main St" })))
    assert.ok(street.changedFields.includes("BillingAddress.Street"))
    assert.deepEqual(street.body.BillingAddress, {
      Street: "2 Main St",
      City: null,
      State: null,
      PostalCode: null,
      Country: null,
      StateCode: null,
      CountryCode: null,
      Latitude: null,
      Longitude: null,
      GeocodeAccuracy: null,
    })
    const all = only(
      await events((tx) => tx.update("Account", account, { BillingStreet: null, BillingCity: null })),
    )
    assert.deepEqual(all.nulledFields, ["BillingAddress"])
    assert.equal(all.body.BillingAddress, null)
  })

  it("leave the audit fields out of a price book entry's CREATE, and Name out of all its events", async () => {
    const { product, pricebook, events } = newOrg()
    const fields = { Product2Id: product, Pricebook2Id: pricebook, UnitPrice: 9.99 }
    const event = only(await events((tx) => tx.create("PricebookEntry", fields)))
    assert.equal(event.body.UnitPrice, 9.99)
    for (const name of ["CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById"]) {
      assert.equal(event.body[name], null, name)
    }
    assert.ok(!("Name" in event.body) && !("ProductCode" in event.body))
  })

  it("merge the same change of several records, and number the events of a transaction", async () => {
    const { org, events } = newOrg()
    const ids = org.load("Product2", [{ Name: "a" }, { Name: "b" }, { Name: "c" }])
    const seen = await events((tx) => {
      for (const id of ids) tx.update("Product2", id, { IsActive: true })
      tx.update("Product2", ids[2] as string, { Family: "VPN" })
    })
    assert.deepEqual(
      seen.map((event) => event.sequenceNumber),
      seen.map((_, index) => index + 1),
    )
    assert.equal(new Set(seen.map((event) => event.commitNumber)).size, 1)
    assert.deepEqual(seen[0]?.recordIds, ids.slice(0, 2))
    assert.deepEqual(seen.at(-1)?.recordIds, ids.slice(2))
  })

  it("are silent about the entries that go with a product, and about hard deletes", async () => {
    const { org, product, pricebook, events } = newOrg()
    const fields = { Product2Id: product, Pricebook2Id: pricebook, UnitPrice: 1 }
    const [entry = ""] = org.load("PricebookEntry", [fields])
    const event = only(await events((tx) => tx.delete("Product2", product)))
    assert.deepEqual([event.entityName, event.changeType], ["Product2", "DELETE"])
    assert.deepEqual(new Set(Object.values(event.body)), new Set([null]))
    assert.equal(org.read("PricebookEntry", entry), null)
    assert.equal(org.history("PricebookEntry", entry).at(-1)?.publishedAt, null)
    const back = only(await events((tx) => tx.undelete("Product2", product)))
    assert.deepEqual([back.changeType, back.body.Name], ["UNDELETE", "Fiber 1000"])
    const none = await events(() => org.hardDelete("Product2", [product]))
    assert.deepEqual(none, [])
    assert.equal(org.read("Product2", product), null)
  })

  it("become one overflow event per object past 100,000 changes, and gaps when told to", async () => {
    const { org, product, events } = newOrg()
    const ids = org.load(
      "Product2",
      Array.from({ length: 60_000 }, (_, number) => ({ Name: `p${number}` })),
    )
    const seen = await events((tx) => {
      for (const [number, id] of ids.entries()) tx.update("Product2", id, { Name: `q${number}` })
    })
    assert.equal(seen.at(-1)?.changeType, "GAP_OVERFLOW")
    assert.deepEqual(seen.at(-1)?.recordIds, ["000000000000000AAA"])
    assert.equal(seen.length, 50_001)
    org.faults.arm("event.gap", { object: "Product2" })
    const gap = only(await events((tx) => tx.update("Product2", product, { Name: "gap" })))
    assert.deepEqual([gap.changeType, gap.recordIds, gap.body], ["GAP_UPDATE", [product], {}])
  })

  it("change nothing when the work throws, and refuse what Salesforce refuses", () => {
    const { org, product, pricebook } = newOrg()
    const refused = (work: (tx: Transaction) => void, message: RegExp) =>
      assert.throws(() => org.transaction(work), message)
    refused((tx) => {
      tx.update("Product2", product, { Name: "lost" })
      tx.create("Product2", {})
    }, /REQUIRED_FIELD_MISSING: .*Name/)
    assert.equal(org.read("Product2", product)?.Name, "Fiber 1000")
    refused(
      (tx) => tx.create("PricebookEntry", { Product2Id: pricebook, Pricebook2Id: pricebook, UnitPrice: 1 }),
      /INVALID_CROSS/,
    )
    refused((tx) => tx.update("Product2", product, { Nope__c: 1 }), /INVALID_FIELD/)
    refused((tx) => tx.undelete("PricebookEntry", product), /UNDELETE_FAILED/)
    refused((tx) => tx.update("Product2", product, { Name: "x".repeat(256) }), /STRING_TOO_LONG/)
  })
})
