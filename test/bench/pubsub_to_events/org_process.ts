/** Started by publishing_org.ts: the simulated org, which publishes and compares when its parent asks for it. */
import { setImmediate as nextTurn } from "node:timers/promises"
import { createPool } from "../../../src/postgres/pool.ts"
import { Org } from "../../../src/simulator/org/org.ts"
import { type Seeded, seedCatalogue } from "../../../src/simulator/org/seed.ts"
import { startSimulator } from "../../../src/simulator/start.ts"
import { differences } from "../../harness/differences.ts"
import type { FromOrg, ToOrg } from "./publishing_org.ts"

const org = new Org()
org.usage.deliveredEvents.max = 10_000_000
const seeded = seedCatalogue(org, { products: 10_000, pricebooks: 5, accounts: 20_000 })
const simulator = await startSimulator({ org })
const { credentials } = simulator
const tell = (answer: FromOrg) => process.send?.(answer)

process.on("message", async (question: ToOrg) => {
  if ("publish" in question) tell({ publishedSeconds: await publish(question.publish) })
  else {
    const pool = createPool(question.compareWith, { max: 1 })
    tell({ differences: (await differences(org, pool)).length })
    await pool.end()
  }
})
process.on("SIGTERM", () => simulator.close().then(() => process.exit(0)))
tell({
  ready: {
    SF_LOGIN_URL: simulator.loginUrl,
    SF_PUBSUB_ENDPOINT: simulator.pubsubEndpoint,
    SF_CA_FILE: simulator.caFile,
    SF_CLIENT_ID: credentials.clientId,
    SF_CLIENT_SECRET: credentials.clientSecret,
  },
})

/** Commits one event after another, letting the servers work in between, and waits until all are on the bus. */
async function publish(events: number): Promise<number> {
  const startedAt = performance.now()
  let onBus = 0
  const allOnBus = new Promise<void>((resolve) => {
    const stop = org.onPublish(() => {
      onBus += 1
      if (onBus < events) return
      stop()
      resolve()
    })
  })
  for (let made = 0; made < events; made++) {
    change(seeded)
    if (made % 200 === 0) await nextTurn()
  }
  await allOnBus
  return (performance.now() - startedAt) / 1000
}

/** One transaction with one event: nearly always an update of a few fields, now and then a create or a delete. */
function change({ products, entries, accounts, pricebooks }: Seeded): void {
  const { random } = org
  const dice = random.next()
  org.transaction((tx) => {
    if (dice < 0.5) {
      const price = { UnitPrice: random.below(1_000_000) / 100, IsActive: random.chance(0.9) }
      tx.update("PricebookEntry", random.pick(entries), price)
    } else if (dice < 0.75) {
      const fields = { Name: `Renamed ${random.below(1e6)}`, Item_Class__c: random.pick(["Plan", "Device"]) }
      tx.update("Product2", random.pick(products), fields)
    } else if (dice < 0.95) {
      const eligibility = random.pick(["Eligible", "Not Eligible", "Pending"])
      tx.update("Account", random.pick(accounts), { Internet_Eligibility__c: eligibility })
    } else if (dice < 0.97) {
      const name = `New account ${random.below(1e6)}`
      accounts.push(tx.create("Account", { Name: name, Internet_Eligibility__c: "Pending" }))
    } else if (dice < 0.98) {
      const parents = { Product2Id: random.pick(products), Pricebook2Id: random.pick(pricebooks) }
      entries.push(tx.create("PricebookEntry", { ...parents, UnitPrice: 9.5, IsActive: true }))
    } else if (dice < 0.99) tx.delete("PricebookEntry", takeOne(entries))
    else tx.delete("Account", takeOne(accounts))
  })
}

function takeOne(ids: string[]): string {
  const at = org.random.below(ids.length)
  const id = ids[at] as string
  ids[at] = ids.at(-1) as string
  ids.pop()
  return id
}
