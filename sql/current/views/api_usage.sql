-- Does the org's API budget last (rule 14)? One row per daily limit of the org, as any process saw it last: by the header
-- of every answer, and every 5 minutes by /limits. Numbers include what other programs use.
--   limit_name     Salesforce's name: DailyApiRequests, DailyBulkV2QueryJobs, DailyBulkV2QueryFileStorageMB (results),
--                  DailyDeliveredPlatformEvents
--   used, max      in 24 hours; percent: 100 * used / max; all null before the first look
--   observed_at    when that was so
--   stopped_kinds  what is held back: load (full loads), delta (and Id comparisons), reread, fallback (readers)
--   resumes_at     when the limit is looked at again; what is stopped goes on then if the usage has fallen
--   reason         why something is stopped, in words; null when nothing is
--   fallback_percent, looked_at_every    at which share readers' own questions stop, null where at none; and how old a figure
--                  may be to be judged by
create or replace view public.sf_shadow_api_usage as
select u.limit_name,
  case when u.max > 0 then u.used end as used,
  case when u.max > 0 then u.max end as max,
  round(100.0 * u.used / nullif(u.max, 0), 1)::double precision as percent,
  case when u.max > 0 then u.observed_at end as observed_at,
  stopped.kinds as stopped_kinds,
  stopped.resumes_at,
  case
    when u.refused_until is not null then 'Salesforce refuses calls because ' || u.limit_name || ' is used up'
    when stopped.kinds <> '{}' then 'stopped at their share of ' || u.limit_name || ': ' || stopped.shares
  end as reason,
  (select b.stops_at_percent from sf_shadow.budget b where b.limit_name = u.limit_name and b.kind = 'fallback') as fallback_percent,
  setting.limits_every as looked_at_every
from sf_shadow.api_usage u
cross join sf_shadow.setting setting
cross join lateral (
  select coalesce(array_agg(b.kind order by b.stops_at_percent, b.kind), '{}') as kinds, max(b.resumes_at) as resumes_at,
    string_agg(b.kind || ' at ' || b.stops_at_percent || ' %', ', ' order by b.stops_at_percent, b.kind) as shares
  from sf_shadow.budget_state b
  where b.limit_name = u.limit_name and b.stopped
) stopped;
