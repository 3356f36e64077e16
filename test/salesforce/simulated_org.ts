import { type TestContext, test } from "node:test"
import type { SalesforceConfig } from "../../src/base/config.ts"
import type { ApiUsage } from "../../src/salesforce/http.ts"
import { createSession, type Session } from "../../src/salesforce/session.ts"
import { type Seeded, seedCatalogue } from "../../src/simulator/org/seed.ts"
import { type Simulator, startSimulator } from "../../src/simulator/start.ts"

/** A session with the simulated org, both ended with the test. */
export interface SimulatedOrg {
  simulator: Simulator
  seeded: Seeded
  config: SalesforceConfig
  session: Session
  /** API usage as the answers stated it. */
  usage: ApiUsage[]
}

/** A test with a small catalogue in an org whose queries see commits at once. */
export function orgTest(
  name: string,
  work: (org: SimulatedOrg, context: TestContext) => Promise<void>,
): Promise<void> {
  return test(name, async (context) => {
    const simulator = await startSimulator({
      visibilityLagMs: [0, 0],
      bulkJobMs: [0, 50],
      clockSkewMs: 3_600_000,
    })
    const { clientId, clientSecret } = simulator.credentials
    const config: SalesforceConfig = {
      loginUrl: simulator.loginUrl,
      auth: "client-credentials",
      clientId,
      clientSecret,
      apiVersion: "66.0",
      pubsubEndpoint: simulator.pubsubEndpoint,
      ca: simulator.ca,
      httpIdleMs: 500,
      bulkPollMs: 10,
    }
    const usage: ApiUsage[] = []
    const session = createSession(config, { onLimit: (seen) => usage.push(seen) })
    try {
      const seeded = seedCatalogue(simulator.org, { products: 120, pricebooks: 2, accounts: 5 })
      await work({ simulator, seeded, config, session, usage }, context)
    } finally {
      await session.close()
      await simulator.close()
    }
  })
}
