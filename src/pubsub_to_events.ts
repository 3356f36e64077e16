import type { Deps } from "./deps.ts"
import { applySettings } from "./mapping.ts"
import { countError } from "./metrics.ts"
import { whileLeading } from "./postgres/leader.ts"
import { followTopic } from "./pubsub_to_events/follow.ts"
import { readTopics, topicsWithoutLeader } from "./pubsub_to_events/topics.ts"

/** The running edge. */
export interface PubsubToEvents {
  /** Topics that no process follows at the moment: this one waits for none of them for long. */
  orphans(): Promise<string[]>
  /** Cancels the streams; resolves when nothing is left, a batch being stored included. */
  stop(): Promise<void>
}

/**
 * Follows every topic that no other process follows; of those it waits to take over (rule 2). One gRPC stream
 * and one connection for the leadership each.
 */
export async function startPubsubToEvents(deps: Deps): Promise<PubsubToEvents> {
  const { config, pool, log } = deps
  await applySettings(deps)
  const topics = await readTopics(deps)
  const stopping = new AbortController()
  const following = topics.map((topic) =>
    whileLeading(
      { databaseUrl: config.databaseUrl, streamId: topic.streamId, signal: stopping.signal, log },
      (signal) =>
        followTopic(deps, topic, signal).catch((error) => {
          if (!signal.aborted) countError(topic.objects.join("+"), "pubsub_to_events", error)
          throw error
        }),
    ),
  )
  return {
    orphans: () => topicsWithoutLeader(pool, topics),
    async stop() {
      stopping.abort()
      await Promise.all(following)
    },
  }
}
