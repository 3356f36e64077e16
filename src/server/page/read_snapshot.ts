import type { Pool } from "pg"
import type { Snapshot } from "./snapshot.ts"

/** A database that has not answered by then is busy or gone, and the page should say so. */
const queryTimeoutMs = 5_000

/**
 * One statement, so that all parts are of one moment and cost one round trip. Small tables and index lookups only:
 * it is run every second or so while a browser is open. The page tells ages by one clock, the database's: times of
 * Salesforce's clock come by that.
 */
const statement = `
with clock as (select c.ahead_at_most from sf_shadow.salesforce_clock c), run as (
  select r.* from sf_shadow.object o
  cross join (values ('full'), ('delta'), ('ids')) kind (kind)
  -- The last one of a kind: at most one is active, and nothing later than that.
  cross join lateral (select r.* from public.sf_shadow_run r where r.object = o.object and r.kind = kind.kind
    order by r.run_id desc limit 1) r
), event as (
  select e.* from sf_shadow.stream s
  cross join lateral (select e.* from public.sf_shadow_event e
    where e.stream_id = s.stream_id and e.seq >= s.next_seq - 20 order by e.seq desc limit 20) e
)
select now() as read_at,
  (select coalesce(json_agg(r order by r.object), '[]') from (
    select l.object, l.state, l.reason, l.rows, l.fresh_as_of - clock.ahead_at_most as fresh_as_of,
      l.fresh_except_listed - clock.ahead_at_most as fresh_except_listed, l.proven_as_of - clock.ahead_at_most as proven_as_of, l.lag_seconds,
      coalesce(now() - (l.fresh_as_of - clock.ahead_at_most) > greatest(setting.catching_up_after, 2 * l.poll_every + setting.margin), false)
        as is_behind,
      l.dirty, l.rejected, l.verified_at, l.drift_rows, l.changes
    from public.sf_shadow_lag l, clock, sf_shadow.setting setting) r) as objects,
  (select coalesce(json_agg(r), '[]') from (
    select run.run_id, run.object, run.kind, run.state, run.reason, run.received, run.expected, run.percent,
      run.rows_per_second, run.estimated_end,
      run.inserted, run.updated, run.deleted, run.rejected, run.started_at, run.finished_at, run.paused_until, run.waits_for,
      case when wait.stands_still then now() - wait.still end as still_since,
      left(run.error, 500) as error
    from run left join sf_shadow.run_wait wait on wait.run_id = run.run_id order by run.finished_at desc nulls first, run.run_id desc limit 30) r) as runs,
  (select coalesce(json_agg(r), '[]') from (
    select s.topic, s.objects, s.position_at, s.keepalive_at - clock.ahead_at_most as keepalive_at, s.waiting,
      extract(epoch from s.oldest_age)::double precision as oldest_seconds, left(s.problem, 500) as problem, s.problem_since
    from public.sf_shadow_stream s, clock order by s.problem is null, s.topic) r) as streams,
  (select coalesce(json_agg(r), '[]') from (
    select b.name as task, b.waiting, b.running, b.failed, extract(epoch from b.oldest_age)::double precision as oldest_seconds
    from public.sf_shadow_backlog b where b.kind = 'job' order by b.failed = 0, b.name) r) as jobs,
  (select coalesce(json_agg(r), '[]') from (
    select f.job_id, f.task, f.key, f.error, f.failed_at, f.retried_at,
      exists (select from sf_shadow.task t where t.task = f.task and t.by_operators and t.required <@ array['object'] and not t.is_once) as by_operators
    from public.sf_shadow_failed_job f order by f.failed_at desc limit 10) r) as failed_jobs,
  (select coalesce(json_agg(r), '[]') from (
    select x.object, x.sqlstate, x.reason, x.what_to_do, x.records, x.sample_ids[1] as sample_id, x.oldest_since - clock.ahead_at_most as oldest_since
    from public.sf_shadow_reject_reason x, clock order by x.records desc, x.object, x.reason limit 20) r) as rejects,
  (select coalesce(json_agg(r), '[]') from (
    select u.limit_name, u.used, u.max, u.percent, u.observed_at, u.stopped_kinds, u.resumes_at, u.reason
    from public.sf_shadow_api_usage u order by u.limit_name) r) as usage,
  (select coalesce(json_agg(r), '[]') from (
    select c.consumer, c.object, c.state, c.reason, c.behind, c.lag_seconds, c.seen_at
    from public.sf_shadow_invalidation_consumer c order by c.consumer, c.object limit 60) r) as consumers,
  (select coalesce(json_agg(r), '[]') from (
    select e.stream_id || ':' || e.seq as id, e.received_at, e.commit_timestamp - clock.ahead_at_most as commit_timestamp, e.object, e.change_type,
      e.record_ids[1:3] as record_ids, cardinality(e.record_ids) as records, left(e.error, 200) as error
    from event e, clock order by e.received_at desc, e.stream_id, e.seq desc limit 20) r) as events`

/** Reads what the page shows. Throws what pg throws, and after 5 s without an answer. */
export async function readSnapshot(pool: Pool): Promise<Snapshot> {
  const { rows } = await pool.query({
    name: "status_page",
    text: statement,
    query_timeout: queryTimeoutMs,
  } as { text: string })
  const [{ read_at, ...parts }] = rows as [Omit<Snapshot, "read_at"> & { read_at: Date }]
  return { ...parts, read_at: read_at.toISOString() }
}
