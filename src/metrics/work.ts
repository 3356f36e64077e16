import { isLedSql } from "../postgres/leader.ts"
import { viewGauges } from "./database.ts"
import { gauge, stateGauge } from "./sample.ts"

/** What waits and what runs: figures of sf_shadow_backlog and sf_shadow_run, of streams and workers. */
interface Backlog {
  kind: string
  name: string
  waiting: number
  running: number
  failed: number
  oldest_age: number | null
}

viewGauges<Backlog>(
  "sf_shadow_backlog",
  `select kind, name, waiting, running, failed, extract(epoch from oldest_age)::double precision as oldest_age
   from public.sf_shadow_backlog`,
  [
    {
      name: "sf_shadow_backlog_items",
      help: "Events of a stream that are not folded yet (kind stream), and jobs (kind job), by name and state (waiting, running, failed).",
      labels: ["kind", "name", "state"],
      samples: ({ kind, name, ...items }) =>
        (["waiting", "running", "failed"] as const).map((state) => [{ kind, name, state }, items[state]]),
    },
    gauge(
      "sf_shadow_backlog_oldest_age_seconds",
      "Age of the oldest event or job that waits; absent when nothing does.",
      ["kind", "name"],
      (row) => row.oldest_age,
    ),
  ],
)

interface Run {
  object: string
  kind: string
  state: string
  received: number
  expected: number | null
  rows_per_second: number | null
  seconds_left: number | null
  finished_at: number | null
  still_seconds: number | null
}

const running = ({ finished_at }: Run) => finished_at === null

viewGauges<Run>(
  "sf_shadow_run",
  `select distinct on (object, kind) object, kind, state, received, expected, rows_per_second,
     extract(epoch from estimated_end - now())::double precision as seconds_left,
     extract(epoch from finished_at)::double precision as finished_at,
     case when state <> 'paused' then extract(epoch from still)::double precision end as still_seconds
   from public.sf_shadow_run order by object, kind, run_id desc`,
  [
    stateGauge(
      "sf_shadow_run_state",
      "1 for the state of the object's last load of this kind (full, delta, ids), 0 for the others; fuse: it would have deleted too much.",
      ["object", "kind"],
      ["queued", "waiting", "loading", "sweeping", "paused", "complete", "failed", "fuse", "canceled"],
    ),
    gauge(
      "sf_shadow_run_finished_timestamp_seconds",
      "When the object's last load of this kind ended, well or not; absent while it runs.",
      ["object", "kind"],
      (row) => row.finished_at,
    ),
    gauge(
      "sf_shadow_run_still_seconds",
      "Time since the running load last made progress; absent when none runs, and while the API budget holds it back.",
      ["object", "kind"],
      (row) => row.still_seconds,
    ),
    gauge(
      "sf_shadow_run_received_records",
      "Records that the running load has received; absent when none runs.",
      ["object", "kind"],
      (row) => (running(row) ? row.received : null),
    ),
    gauge(
      "sf_shadow_run_expected_records",
      "Records that the running load expects.",
      ["object", "kind"],
      (row) => (running(row) ? row.expected : null),
    ),
    gauge(
      "sf_shadow_run_records_per_second",
      "Records a second that the running load receives, over its whole time.",
      ["object", "kind"],
      (row) => (running(row) ? row.rows_per_second : null),
    ),
    gauge(
      "sf_shadow_run_left_seconds",
      "Time until the running load ends, at its present rate; absent while that is not known.",
      ["object", "kind"],
      (row) => row.seconds_left,
    ),
  ],
)

viewGauges<{ stream: string; is_up: boolean; position_at: number | null }>(
  "streams",
  `select s.topic as stream, s.problem is null and ${isLedSql("s.stream_id")} as is_up,
     extract(epoch from s.position_at)::double precision as position_at
   from sf_shadow.stream s
   -- Not of a topic that no enabled object needs any more: nobody follows it, or should.
   where exists (select from sf_shadow.stream_object so join sf_shadow.object o on o.object = so.object
     where so.stream_id = s.stream_id and o.enabled)`,
  [
    gauge(
      "sf_shadow_stream_up",
      "1 while a process follows the stream and answers come, 0 while not.",
      ["stream"],
      (row) => (row.is_up ? 1 : 0),
    ),
    gauge(
      "sf_shadow_stream_position_timestamp_seconds",
      "When the last answer of the stream, events or keepalive, was stored.",
      ["stream"],
      (row) => row.position_at,
    ),
  ],
)

viewGauges<{ workers: number }>(
  "workers",
  // A process has two workers of the queue, and one statement beats for both.
  `select count(distinct w.beat_at) as workers from sf_shadow.worker w
   where w.beat_at > now() - (select s.worker_silent_after from sf_shadow.setting s)`,
  [
    gauge(
      "sf_shadow_workers",
      "Worker processes that live; each works off WORKER_CONCURRENCY jobs at a time, and may follow events beside them.",
      [],
      (row) => row.workers,
    ),
  ],
)
