import { viewGauges } from "./database.ts"
import { gauge, stateGauge } from "./sample.ts"

/** Is it keeping up? Figures of sf_shadow_lag per object; times as seconds since 1970, on Salesforce's clock. */
interface Lag {
  object: string
  state: string
  rows: number
  lag_seconds: number | null
  max_updated_age: number | null
  since_last_change: number | null
  fresh_as_of: number | null
  fresh_except_listed: number | null
  proven_as_of: number | null
  dirty: number
  rejected: number
  verified_at: number | null
  drift_rows: number | null
  poll_seconds: number
}

const epoch = (column: string) => `extract(epoch from ${column})::double precision as ${column}`

viewGauges<Lag>(
  "sf_shadow_lag",
  `select object, state, rows, lag_seconds, dirty, rejected, drift_rows,
     coalesce(extract(epoch from poll_every), 0)::double precision as poll_seconds, ${[
       "max_updated_age",
       "since_last_change",
       "fresh_as_of",
       "fresh_except_listed",
       "proven_as_of",
       "verified_at",
     ]
       .map(epoch)
       .join(", ")} from public.sf_shadow_lag`,
  [
    stateGauge(
      "sf_shadow_object_state",
      "1 for the state of the object, 0 for the others; why is in sf_shadow_lag.",
      ["object"],
      ["fresh", "filling", "catching up", "stale", "degraded", "paused", "never loaded"],
    ),
    gauge("sf_shadow_rows", "Rows of the object's shadow table, exact.", ["object"], (row) => row.rows),
    gauge(
      "sf_shadow_lag_seconds",
      "Age of the time up to which the shadow claims to hold every published change, except for records listed as dirty or rejected; absent while it claims nothing.",
      ["object"],
      (row) => row.lag_seconds,
    ),
    gauge(
      "sf_shadow_poll_interval_seconds",
      "How often the object is polled; 0 where its change events are followed. Its lag grows to this, and falls with each poll.",
      ["object"],
      (row) => row.poll_seconds,
    ),
    gauge(
      "sf_shadow_max_updated_age_seconds",
      "Age of the oldest updated_at of a row; no row is older. Exact after a full load, an Id comparison, and nightly.",
      ["object"],
      (row) => row.max_updated_age,
    ),
    gauge(
      "sf_shadow_since_last_change_seconds",
      "Age of the newest updated_at of a row: time since Salesforce last changed one.",
      ["object"],
      (row) => row.since_last_change,
    ),
    gauge(
      "sf_shadow_fresh_as_of_timestamp_seconds",
      "For every change published and committed before this time, the shadow holds that version or a later one.",
      ["object"],
      (row) => row.fresh_as_of,
    ),
    gauge(
      "sf_shadow_fresh_except_listed_timestamp_seconds",
      "As sf_shadow_fresh_as_of_timestamp_seconds, without the records that are listed as dirty or rejected.",
      ["object"],
      (row) => row.fresh_except_listed,
    ),
    gauge(
      "sf_shadow_proven_as_of_timestamp_seconds",
      "The last complete load or Id comparison: the bound for what Salesforce never publishes, such as hard deletes.",
      ["object"],
      (row) => row.proven_as_of,
    ),
    gauge(
      "sf_shadow_dirty_records",
      "Records in doubt that wait to be read again.",
      ["object"],
      (row) => row.dirty,
    ),
    gauge("sf_shadow_rejected_records", "Records that cannot be stored.", ["object"], (row) => row.rejected),
    gauge(
      "sf_shadow_verified_timestamp_seconds",
      "When the object was last compared with Salesforce, field by field.",
      ["object"],
      (row) => row.verified_at,
    ),
    gauge(
      "sf_shadow_verified_drift_rows",
      "Rows that the last comparison found wrong although the object claimed to be fresh; must be 0.",
      ["object"],
      (row) => row.drift_rows,
    ),
  ],
)

viewGauges<{ object: string; sqlstate: string; refused_by: string | null; records: number }>(
  "sf_shadow_reject_reason",
  "select object, sqlstate, refused_by, records from public.sf_shadow_reject_reason",
  [
    gauge(
      "sf_shadow_reject_reason_records",
      "Records that cannot be stored, by SQLSTATE and the field or constraint that refuses them.",
      ["object", "sqlstate", "refused_by"],
      (row) => row.records,
    ),
  ],
)
