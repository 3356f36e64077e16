import { viewGauges } from "./database.ts"
import { gauge } from "./sample.ts"

/** Does the org's API budget last (rule 14)? Rows of sf_shadow_api_usage; nulls before the first look. */
interface Usage {
  limit: string
  used: number | null
  max: number | null
  observed_at: number | null
}

viewGauges<Usage>(
  "sf_shadow_api_usage",
  `select limit_name as limit, used, max, extract(epoch from observed_at)::double precision as observed_at
   from public.sf_shadow_api_usage`,
  [
    gauge(
      "sf_shadow_api_usage_used",
      "How much of a daily limit of the org is used, by all programs together; limit is Salesforce's name of it (DailyDeliveredPlatformEvents: the event allocation).",
      ["limit"],
      (row) => row.used,
    ),
    gauge(
      "sf_shadow_api_usage_max",
      "How much a daily limit of the org allows in 24 hours.",
      ["limit"],
      (row) => row.max,
    ),
    gauge(
      "sf_shadow_api_usage_observed_timestamp_seconds",
      "When the org last said how much of the limit is used.",
      ["limit"],
      (row) => row.observed_at,
    ),
  ],
)

viewGauges<{ kind: string; stopped: boolean }>(
  "budget",
  `select b.kind, bool_or(b.kind = any (u.stopped_kinds)) as stopped
   from sf_shadow.budget b join public.sf_shadow_api_usage u on u.max is not null group by b.kind`,
  [
    gauge(
      "sf_shadow_api_budget_stopped",
      "1 while calls of this kind (load, delta, reread, fallback) are held back by the API budget, else 0.",
      ["kind"],
      (row) => (row.stopped ? 1 : 0),
    ),
  ],
)

/** Do the caches keep up? Rows of sf_shadow_invalidation_consumer, of dead consumers too. */
interface Consumer {
  consumer: string
  object: string
  lag: number
  unseen: number
  behind: number | null
}

viewGauges<Consumer>(
  "sf_shadow_invalidation_consumer",
  `select consumer, object, lag_seconds as lag, behind, extract(epoch from now() - seen_at)::double precision as unseen
   from public.sf_shadow_invalidation_consumer`,
  [
    gauge(
      "sf_shadow_invalidation_consumer_lag_seconds",
      "Age of the oldest outbox row that a consumer has not acknowledged, by object.",
      ["consumer", "object"],
      (row) => row.lag,
    ),
    gauge(
      "sf_shadow_invalidation_consumer_behind_rows",
      "Outbox rows that a consumer has not acknowledged, by object; absent while it clears everything.",
      ["consumer", "object"],
      (row) => row.behind,
    ),
    gauge(
      "sf_shadow_invalidation_consumer_unseen_seconds",
      "Time since a consumer last reached its cache and confirmed its cursor, by object; over 300 it is dead.",
      ["consumer", "object"],
      (row) => row.unseen,
    ),
  ],
)
