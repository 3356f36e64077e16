import type { Connections } from "../connections.ts"
import { isLedSql } from "../postgres/leader.ts"

/** A topic and the objects whose changes it carries. */
export interface Topic {
  topic: string
  objects: string[]
  streamId: number
}

/**
 * The topics to follow: SF_TOPICS, or each enabled object's own. A topic that is no object's own is a channel and
 * carries those enabled objects that have no topic of their own in the list. Their streams are created here.
 */
export async function readTopics({ config, pool }: Pick<Connections, "config" | "pool">): Promise<Topic[]> {
  const { rows } = await pool.query<{ object: string; topic: string }>(
    "select object, topic from sf_shadow.object where enabled order by object_id",
  )
  const names = config.topics ?? rows.map(({ topic }) => topic)
  const own = rows.filter(({ topic }) => names.includes(topic))
  const others = rows.filter(({ topic }) => !names.includes(topic)).map(({ object }) => object)
  return Promise.all(
    names.map(async (topic) => {
      const objects = own.filter((row) => row.topic === topic).map(({ object }) => object)
      const carried = objects.length > 0 ? objects : others
      const stream = await pool.query<{ stream_id: number }>(
        "select sf_shadow.ensure_stream(of_topic => $1, objects => $2) as stream_id",
        [topic, carried],
      )
      return { topic, objects: carried, streamId: (stream.rows[0] as { stream_id: number }).stream_id }
    }),
  )
}

/** Whether an enabled object has a topic that is not among these. Reads only, unlike readTopics. */
export async function hasTopicBeside(pool: Connections["pool"], topics: readonly string[]): Promise<boolean> {
  const { rows } = await pool.query<{ beside: boolean }>(
    "select exists (select from sf_shadow.object where enabled and topic <> all ($1)) as beside",
    [topics],
  )
  return rows[0]?.beside === true
}

/** Of these topics, those that no process follows at the moment, for /readyz. */
export async function topicsWithoutLeader(
  pool: Connections["pool"],
  topics: readonly Topic[],
): Promise<string[]> {
  const { rows } = await pool.query<{ topic: string }>(
    `select s.topic from sf_shadow.stream s where s.stream_id = any ($1) and not ${isLedSql("s.stream_id")}`,
    [topics.map(({ streamId }) => streamId)],
  )
  return rows.map(({ topic }) => topic)
}
