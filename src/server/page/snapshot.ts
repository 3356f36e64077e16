/** Times are ISO 8601 texts with an offset, as Postgres writes them into JSON. */
type Time = string

/** A row of sf_shadow_lag. */
export interface ObjectRow {
  object: string
  state: "fresh" | "filling" | "catching up" | "stale" | "degraded" | "paused" | "never loaded"
  reason: string | null
  rows: number
  fresh_as_of: Time | null
  /** Whether fresh_as_of is further back than what passes by itself (catching_up_after of sf_shadow.setting; of a polled object a poll that did not come). */
  is_behind: boolean
  fresh_except_listed: Time | null
  proven_as_of: Time | null
  lag_seconds: number | null
  dirty: number
  rejected: number
  verified_at: Time | null
  drift_rows: number | null
  /** Where its changes come from: a topic, or how often it is polled. */
  changes: string
}

/** A row of sf_shadow_run: the last one of its object and kind. */
export interface RunRow {
  run_id: number
  object: string
  kind: "full" | "delta" | "ids"
  state:
    | "queued"
    | "waiting"
    | "loading"
    | "sweeping"
    | "paused"
    | "complete"
    | "failed"
    | "fuse"
    | "canceled"
  reason: string
  received: number
  expected: number | null
  percent: number | null
  rows_per_second: number | null
  estimated_end: Time | null
  inserted: number
  updated: number
  deleted: number
  rejected: number
  started_at: Time | null
  finished_at: Time | null
  paused_until: Time | null
  waits_for: string | null
  /** Since when it has made no progress; null when it has ended, or while that is no news. */
  still_since: Time | null
  error: string | null
}

/** A row of sf_shadow_stream. */
export interface StreamRow {
  topic: string
  objects: string[]
  position_at: Time | null
  keepalive_at: Time | null
  waiting: number
  oldest_seconds: number | null
  problem: string | null
  problem_since: Time | null
}

/** Jobs of one kind, from sf_shadow_backlog. */
export interface JobRow {
  task: string
  waiting: number
  running: number
  failed: number
  oldest_seconds: number | null
}

/** A row of sf_shadow_failed_job. */
export interface FailedJob {
  job_id: number
  task: string
  /** What waits once, for instance backfill:Product2. */
  key: string | null
  error: string | null
  failed_at: Time
  /** Null where it is tried once. */
  retried_at: Time | null
  /** Whether an object, or nothing, is all that operators say to add_job of it. */
  by_operators: boolean
}

/** A row of sf_shadow_reject_reason, with one of its records. */
export interface RejectRow {
  object: string
  sqlstate: string
  reason: string
  what_to_do: string
  records: number
  sample_id: string
  oldest_since: Time
}

/** A row of sf_shadow_api_usage. */
export interface UsageRow {
  limit_name: string
  used: number | null
  max: number | null
  percent: number | null
  observed_at: Time | null
  stopped_kinds: string[]
  resumes_at: Time | null
  reason: string | null
}

/** A row of sf_shadow_invalidation_consumer. */
export interface ConsumerRow {
  consumer: string
  object: string
  state: "current" | "behind" | "clearing" | "dead" | "overrun"
  reason: string | null
  behind: number | null
  lag_seconds: number
  seen_at: Time
}

/** An event of the log, without its fields: they may be personal data. */
export interface EventRow {
  /** Names the event: its stream and number there. */
  id: string
  received_at: Time
  commit_timestamp: Time | null
  object: string | null
  change_type: string | null
  /** The first three. */
  record_ids: string[]
  records: number
  /** Why it could not be decoded whole. */
  error: string | null
}

/** What the page shows of the database, read in one statement: all of one moment. */
export interface Snapshot {
  read_at: Time
  objects: ObjectRow[]
  runs: RunRow[]
  streams: StreamRow[]
  jobs: JobRow[]
  failed_jobs: FailedJob[]
  rejects: RejectRow[]
  usage: UsageRow[]
  consumers: ConsumerRow[]
  events: EventRow[]
}

/** How well things are: the words of colours and marks. */
export type Tone = "well" | "progress" | "warning" | "problem"

/** Something that can be run against what is wrong. */
export interface Remedy {
  /** Where it is typed. */
  in: "psql" | "shell"
  text: string
}

/** Something that a person should look at. */
export interface Attention {
  tone: Tone
  /** The object with which the title begins; null when it is about something else. */
  object: string | null
  /** A sentence without its full stop, and without numbers that move by themselves. */
  title: string
  /** Why, in the words of a view or of an error. */
  text: string | null
  since: Time | null
  /** What to do before, or instead of, the remedies. */
  advice: string | null
  remedies: Remedy[]
}

/** What the server tells a browser each time. */
export interface Status {
  /** Of the page's files: a page of another version loads itself anew. */
  version: string
  /** Host, port and name of the database. */
  database: string
  headline: { tone: Tone; text: string }
  attention: Attention[]
  /** Why the database could not be read, and since when: then the snapshot is the last one before, or null. */
  fault: { since: Time; message: string } | null
  snapshot: Snapshot | null
}

/** The lag of each object over the last hour, as this process has sampled it. */
export interface LagHistory {
  every_seconds: number
  /** Seconds of lag, oldest first, the last one is now; null where the object claimed nothing or nothing was read. */
  lags: Record<string, (number | null)[]>
}
