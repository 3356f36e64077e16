import { randomUUID } from "node:crypto"
import type { Connections } from "../connections.ts"
import { applySettings } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import { whileLeading } from "../postgres/leader.ts"
import { whileListening } from "../postgres/listen.ts"
import { followTopic } from "./follow.ts"
import { ensureStream, type Topic, topicsWithoutLeader, type Wanted, wantedTopics } from "./topics.ts"

/** The running edge. */
export interface PubsubToEvents {
  /** Topics that no process follows at the moment: this one waits for none of them for long. */
  orphans(): Promise<string[]>
  /** Cancels the streams; resolves when nothing is left, a batch being stored included. */
  stop(): Promise<void>
}

/** An object that is added, removed or resumed is noticed after this long at the most; at once where it is notified. */
const topicsEveryMs = 5_000

/**
 * Follows every topic that no other process follows; of those it waits to take over (rule 2). One gRPC stream
 * and one connection for the leadership each. A paused object is followed on (its events are passed over), and not
 * at all where it was paused before the start, until it is resumed. Objects are added and removed while it runs.
 */
export async function startPubsubToEvents(connections: Connections): Promise<PubsubToEvents> {
  await applySettings(connections)
  const following = new Following(connections)
  await following.look()
  const stopping = new AbortController()
  const { databaseUrl } = connections.config
  // A name of its own: every process has to hear of it.
  const listening = { databaseUrl, channel: "sf_shadow_mapping", name: randomUUID(), log: connections.log }
  const watching = whileListening({ ...listening, signal: stopping.signal }, async (wake, signal) => {
    while (!signal.aborted) {
      await following.look().catch((err) => {
        connections.log.debug({ event: "topics_not_read", err }, "the topics could not be read; trying again")
      })
      await wake.wait(topicsEveryMs, signal)
    }
  })
  return {
    orphans: () => topicsWithoutLeader(connections.pool, following.topics()),
    async stop() {
      stopping.abort()
      await watching
      await following.stop()
    },
  }
}

interface Followed {
  topic: Topic
  stopping: AbortController
  /** Resolves when nothing of it is left. */
  ended: Promise<void>
}

/** The topics that this process follows, or waits to take over. */
class Following {
  readonly #connections: Connections
  readonly #followed = new Map<string, Followed>()

  constructor(connections: Connections) {
    this.#connections = connections
  }

  topics(): Topic[] {
    return [...this.#followed.values()].map(({ topic }) => topic)
  }

  /** Compares what is followed with what sf_shadow.object says now; a topic that carries others now begins anew. */
  async look(): Promise<void> {
    const wanted = await wantedTopics(this.#connections, this.topics())
    for (const { topic } of this.topics()) {
      const same = wanted.find((one) => one.topic === topic)
      if (same === undefined || !carriesSame(same, this.#followed.get(topic)?.topic)) await this.#end(topic)
    }
    for (const one of wanted) if (!this.#followed.has(one.topic)) await this.#begin(one)
  }

  async stop(): Promise<void> {
    await Promise.all(this.topics().map(({ topic }) => this.#end(topic)))
  }

  async #begin(wanted: Wanted): Promise<void> {
    const { config, pool, log } = this.#connections
    const topic = await ensureStream(pool, wanted)
    const stopping = new AbortController()
    const leading = {
      databaseUrl: config.databaseUrl,
      streamId: topic.streamId,
      signal: stopping.signal,
      log,
    }
    const lead = (leads: AbortSignal) =>
      followTopic(this.#connections, topic, leads).catch((error) => {
        if (!leads.aborted) countError(topic.objects.join("+"), "pubsub_to_events", error)
        throw error
      })
    this.#followed.set(topic.topic, { topic, stopping, ended: whileLeading(leading, lead) })
  }

  async #end(topic: string): Promise<void> {
    const followed = this.#followed.get(topic)
    followed?.stopping.abort()
    await followed?.ended
    this.#followed.delete(topic)
  }
}

function carriesSame({ objects }: Wanted, followed: Topic | undefined): boolean {
  return followed !== undefined && [...objects].sort().join() === [...followed.objects].sort().join()
}
