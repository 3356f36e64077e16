import type { Config } from "../base/config.ts"
import { isProxied, proxyName } from "../base/proxy.ts"
import { PubsubChannel } from "../pubsub/channel.ts"
import { classify } from "../pubsub/errors.ts"
import type { Session } from "../salesforce/session.ts"
import { type Check, NotConfigured } from "./check.ts"
import type { MirroredObject } from "./database_checks.ts"

/** Whether the Pub/Sub API answers, and a check per topic: whether this user may subscribe to it. */
export function pubsubChecks(config: Config, session: Session, objects: readonly MirroredObject[]): Check[] {
  const { pubsubEndpoint, ca, proxy } = config.salesforce
  const [host = "", port] = pubsubEndpoint.split(":")
  const isThrough = proxy !== undefined && isProxied(proxy, host, Number(port))
  const through = isThrough ? ` through the proxy ${proxyName(proxy)} (HTTPS_PROXY)` : ""
  const topics =
    config.topics ??
    objects.filter(({ enabled, polled }) => enabled && polled === null).map(({ topic }) => topic)
  const getTopic = async (topic: string) => {
    if (!config.shadowEvents) throw new NotConfigured("ENABLE_SF_SHADOW_EVENTS is off")
    const channel = PubsubChannel.acquire(pubsubEndpoint, ca, proxy)
    try {
      return await channel.getTopic(topic, await session.credentials())
    } finally {
      channel.release()
    }
  }
  const reach: Check = {
    name: "pubsub",
    needs: ["login"],
    async ask() {
      await getTopic(topics[0] ?? "/data/ChangeEvents").catch((error) => {
        // Salesforce's own code is an answer; which topics there are is asked below.
        if (classify(error).code !== null) return
        if (error instanceof NotConfigured) throw error
        throw new Error(
          `${pubsubEndpoint} (SF_PUBSUB_ENDPOINT) does not answer${through}: ${classify(error).message}. Check the address, the firewall (TCP 7443 or 443) and SF_CA_FILE.`,
        )
      })
      return `${pubsubEndpoint} answers${through}`
    },
  }
  if (topics.length === 0) {
    return [reach, { name: "topics", needs: ["migrations", "pubsub"], ask: async () => "none is followed" }]
  }
  return [
    reach,
    ...topics.map((topic) => ({
      name: `topic ${topic}`,
      needs: ["pubsub"],
      async ask() {
        const info = await getTopic(topic).catch((error) => {
          const { code, message, rpcId } = classify(error)
          const where = rpcId === null ? "" : ` (rpc id ${rpcId})`
          throw new Error(`${code ?? "refused"}: ${message}${where}. ${remedy}`)
        })
        if (!info.can_subscribe) throw new Error(`this user is not allowed to subscribe. ${remedy}`)
        return "may be subscribed to"
      },
    })),
  ]
}

const remedy =
  "Select the object in Setup, Change Data Capture, and give the service's user View All on it; or correct SF_TOPICS."
