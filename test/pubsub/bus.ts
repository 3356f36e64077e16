import { randomUUID } from "node:crypto"
import { EventEmitter, once } from "node:events"
import type { TestContext } from "node:test"
import { pino } from "pino"
import type { DecodedEvent } from "../../src/pubsub/decode.ts"
import {
  type Batch,
  Subscription,
  type SubscriptionOptions,
  type SubscriptionState,
} from "../../src/pubsub/subscription.ts"
import { selfSignedCertificate } from "../../src/simulator/certificate.ts"
import { Org } from "../../src/simulator/org/org.ts"
import { startPubsubServer } from "../../src/simulator/pubsub/server.ts"

const certificate = selfSignedCertificate()

/** A simulated org whose events are published at once, its Pub/Sub API, and logins that can be ended. */
export async function startBus(t: TestContext) {
  const org = new Org({ publishDelayMs: [0, 0] })
  const { key, cert } = await certificate
  const tokens = new Set<string>()
  const authorize = (token: string) => tokens.has(token)
  const server = await startPubsubServer({ org, authorize, key, cert, keepaliveMs: [20, 60] })
  let accessToken = ""
  let logins = 0
  const renew = async () => {
    logins++
    accessToken = `token ${randomUUID()}`
    tokens.add(accessToken)
  }
  await renew()
  const changed = new EventEmitter()
  let published = 0
  org.onPublish(() => {
    published++
    changed.emit("published")
  })
  t.after(async () => {
    org.close()
    await server.close()
  })
  return {
    org,
    server,
    ca: cert,
    credentials: async () => ({ accessToken, instanceUrl: "https://127.0.0.1", tenantId: org.id }),
    renew,
    expireTokens: () => tokens.clear(),
    logins: () => logins,
    /** Waits until so many events have reached the bus. */
    published: async (count: number) => {
      while (published < count) await once(changed, "published")
    },
    /** Creates a product with that SKU in a transaction of its own. */
    create: (sku: string) =>
      org.transaction((tx) => tx.create("Product2", { Name: sku, StockKeepingUnit: sku, IsActive: true })),
  }
}

export type TestBus = Awaited<ReturnType<typeof startBus>>

/** A subscription that keeps what it was given, and lets a test wait for it. */
export class Follower {
  readonly events: DecodedEvent[] = []
  readonly batches: Batch[] = []
  readonly states: SubscriptionState[] = []
  readonly subscription: Subscription
  readonly #changed = new EventEmitter()

  constructor(t: TestContext, bus: TestBus, options: Partial<SubscriptionOptions> = {}) {
    this.subscription = new Subscription({
      endpoint: bus.server.endpoint,
      ca: bus.ca,
      credentials: bus.credentials,
      renew: bus.renew,
      topic: "/data/Product2ChangeEvent",
      replay: { preset: "EARLIEST" },
      keep: () => null,
      onPositionLost: async () => ({ preset: "EARLIEST" }),
      log: pino({ level: "silent" }),
      ...options,
      onBatch: async (batch) => {
        await options.onBatch?.(batch)
        this.batches.push(batch)
        this.events.push(...batch.events)
        this.#changed.emit("change")
      },
      onState: (state) => {
        this.states.push(state)
        this.#changed.emit("change")
      },
    })
    t.after(() => this.subscription.close())
  }

  /** SKUs of the products created, in order of arrival. */
  get skus(): string[] {
    return this.events.map((event) => JSON.parse(event.fields).StockKeepingUnit)
  }

  /** Waits until something holds, looking again at each batch and each change of state. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await once(this.#changed, "change")
  }
}
