import type { Connections } from "../connections.ts"
import { isLedSql } from "../postgres/leader.ts"

/** A topic and the objects whose changes it carries. */
export interface Topic {
  topic: string
  objects: string[]
  streamId: number
}

/** What a topic carries, before its stream is made. */
export type Wanted = Omit<Topic, "streamId">

/**
 * The topics to follow: SF_TOPICS, or each object's own. A topic that is no object's own is a channel and carries those
 * objects that have no topic of their own in the list. An object that is polled is on none. Reads only.
 *
 * @param followed what is followed already: a paused object is followed on, and not begun with
 */
export async function wantedTopics(
  { config, pool }: Pick<Connections, "config" | "pool">,
  followed: readonly Wanted[],
): Promise<Wanted[]> {
  const { rows: all } = await pool.query<{ object: string; topic: string; is_polled: boolean }>(
    `select object, topic, poll_every is not null as is_polled from sf_shadow.object
     where enabled or object = any ($1) order by object_id`,
    [followed.flatMap(({ objects }) => objects)],
  )
  const rows = all.filter(({ is_polled }) => !is_polled)
  const polled = all.filter(({ is_polled }) => is_polled).map(({ topic }) => topic)
  const names = config.topics?.filter((topic) => !polled.includes(topic)) ?? [
    ...new Set(rows.map(({ topic }) => topic)),
  ]
  const others = rows.filter(({ topic }) => !names.includes(topic)).map(({ object }) => object)
  return names.map((topic) => {
    const own = rows.filter((row) => row.topic === topic).map(({ object }) => object)
    return { topic, objects: own.length > 0 ? own : others }
  })
}

/** Makes a topic's stream where it is new, and notes what it carries. */
export async function ensureStream(pool: Connections["pool"], { topic, objects }: Wanted): Promise<Topic> {
  const { rows } = await pool.query<{ stream_id: number }>(
    "select sf_shadow.ensure_stream(of_topic => $1, objects => $2) as stream_id",
    [topic, objects],
  )
  return { topic, objects, streamId: (rows[0] as { stream_id: number }).stream_id }
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
