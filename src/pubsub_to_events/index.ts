import { pause } from "../base/backoff.ts"
import type { Connections } from "../connections.ts"
import { applySettings } from "../mapping/index.ts"
import { countError } from "../metrics/index.ts"
import { whileLeading } from "../postgres/leader.ts"
import { followTopic } from "./follow.ts"
import { hasTopicBeside, readTopics, type Topic, topicsWithoutLeader } from "./topics.ts"

/** The running edge. */
export interface PubsubToEvents {
  /** Topics that no process follows at the moment: this one waits for none of them for long. */
  orphans(): Promise<string[]>
  /** Cancels the streams; resolves when nothing is left, a batch being stored included. */
  stop(): Promise<void>
}

/** An object that is resumed, or added, is followed after this long at the most. */
const topicsEveryMs = 5_000

/**
 * Follows every topic that no other process follows; of those it waits to take over (rule 2). One gRPC stream
 * and one connection for the leadership each. A paused object is followed on (its events are passed over), and not
 * at all where it was paused before the start, until it is resumed.
 */
export async function startPubsubToEvents(connections: Connections): Promise<PubsubToEvents> {
  const { config, pool, log } = connections
  await applySettings(connections)
  const stopping = new AbortController()
  const { signal } = stopping
  const followed = new Map<string, Topic>()
  const following: Promise<void>[] = []
  const follow = (topics: readonly Topic[]) => {
    for (const topic of topics.filter((one) => !followed.has(one.topic))) {
      followed.set(topic.topic, topic)
      const leading = { databaseUrl: config.databaseUrl, streamId: topic.streamId, signal, log }
      const lead = (leads: AbortSignal) =>
        followTopic(connections, topic, leads).catch((error) => {
          if (!leads.aborted) countError(topic.objects.join("+"), "pubsub_to_events", error)
          throw error
        })
      following.push(whileLeading(leading, lead))
    }
  }
  follow(await readTopics(connections))
  const watching = watchTopics(connections, followed, follow, signal)
  return {
    orphans: () => topicsWithoutLeader(pool, [...followed.values()]),
    async stop() {
      stopping.abort()
      await watching
      await Promise.all(following)
    },
  }
}

async function watchTopics(
  connections: Connections,
  followed: ReadonlyMap<string, Topic>,
  follow: (topics: readonly Topic[]) => void,
  signal: AbortSignal,
): Promise<void> {
  // SF_TOPICS says which ones, once and for all.
  if (connections.config.topics !== undefined) return
  for (;;) {
    await pause(topicsEveryMs, signal)
    if (signal.aborted) return
    try {
      if (await hasTopicBeside(connections.pool, [...followed.keys()])) follow(await readTopics(connections))
    } catch (err) {
      connections.log.debug({ event: "topics_not_read", err }, "the topics could not be read; trying again")
    }
  }
}
