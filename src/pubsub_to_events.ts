import { pause } from "./backoff.ts"
import type { Deps } from "./deps.ts"
import { applySettings } from "./mapping.ts"
import { countError } from "./metrics.ts"
import { whileLeading } from "./postgres/leader.ts"
import { followTopic } from "./pubsub_to_events/follow.ts"
import { hasTopicBeside, readTopics, type Topic, topicsWithoutLeader } from "./pubsub_to_events/topics.ts"

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
export async function startPubsubToEvents(deps: Deps): Promise<PubsubToEvents> {
  const { config, pool, log } = deps
  await applySettings(deps)
  const stopping = new AbortController()
  const { signal } = stopping
  const followed = new Map<string, Topic>()
  const following: Promise<void>[] = []
  const follow = (topics: readonly Topic[]) => {
    for (const topic of topics.filter((one) => !followed.has(one.topic))) {
      followed.set(topic.topic, topic)
      const leading = { databaseUrl: config.databaseUrl, streamId: topic.streamId, signal, log }
      const lead = (leads: AbortSignal) =>
        followTopic(deps, topic, leads).catch((error) => {
          if (!leads.aborted) countError(topic.objects.join("+"), "pubsub_to_events", error)
          throw error
        })
      following.push(whileLeading(leading, lead))
    }
  }
  follow(await readTopics(deps))
  const watching = watchTopics(deps, followed, follow, signal)
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
  deps: Deps,
  followed: ReadonlyMap<string, Topic>,
  follow: (topics: readonly Topic[]) => void,
  signal: AbortSignal,
): Promise<void> {
  // SF_TOPICS says which ones, once and for all.
  if (deps.config.topics !== undefined) return
  for (;;) {
    await pause(topicsEveryMs, signal)
    if (signal.aborted) return
    try {
      if (await hasTopicBeside(deps.pool, [...followed.keys()])) follow(await readTopics(deps))
    } catch (err) {
      deps.log.debug({ event: "topics_not_read", err }, "the topics could not be read; trying again")
    }
  }
}
