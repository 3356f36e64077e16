import type { TestContext } from "node:test"
import type { Org } from "../../src/simulator/org/org.ts"
import { Org as SimulatedOrg } from "../../src/simulator/org/org.ts"
import { type Seeded, type SeedSize, seedCatalogue } from "../../src/simulator/org/seed.ts"
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/simulator/start.ts"

/** A simulated org in the test's process, for a service in a process of its own. */
export interface TestOrg {
  simulator: Simulator
  org: Org
  seeded: Seeded
  /** The variables with which a process reaches this org and `databaseUrl`, with times short enough for a test. */
  environment(databaseUrl: string): Record<string, string>
}

/**
 * Starts a simulated org with a catalogue, ended with the test. Its delays are short, and SF_MARGIN_S still covers
 * them: the visibility lag and a second for truncated seconds (docs/rules.md, M); the service knows the org's
 * clock between bounds, so that nothing has to be added for it.
 */
export async function startOrg(
  t: TestContext,
  options: SimulatorOptions & Partial<SeedSize> = {},
): Promise<TestOrg> {
  const visibilityLagMs = options.visibilityLagMs ?? [100, 400]
  const settings: SimulatorOptions = {
    publishDelayMs: [0, 300],
    clockSkewMs: 200,
    keepaliveMs: [200, 500],
    bulkJobMs: [50, 150],
    ...options,
    visibilityLagMs,
  }
  const org = new SimulatedOrg(settings)
  const { products = 40, pricebooks = 2, accounts = 40, contacts = 0, sites = 0 } = options
  const seeded = seedCatalogue(org, { products, pricebooks, accounts, contacts, sites })
  const simulator = await startSimulator({ ...settings, org })
  t.after(() => simulator.close())
  const { credentials, loginUrl, pubsubEndpoint, caFile } = simulator
  return {
    simulator,
    org,
    seeded,
    environment: (databaseUrl) => ({
      DATABASE_URL: databaseUrl,
      SF_LOGIN_URL: loginUrl,
      SF_PUBSUB_ENDPOINT: pubsubEndpoint,
      SF_CA_FILE: caFile,
      SF_AUTH: "jwt",
      SF_CLIENT_ID: credentials.clientId,
      SF_USERNAME: credentials.username,
      SF_PRIVATE_KEY: credentials.privateKey,
      SF_MARGIN_S: String(Math.ceil(visibilityLagMs[1] / 1000 + 1)),
      SF_PUBLISH_DELAY_S: "1",
      SF_BULK_POLL_MS: "50",
      SF_HTTP_IDLE_S: "2",
      HTTP_PORT: "0",
    }),
  }
}
