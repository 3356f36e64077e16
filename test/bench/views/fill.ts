import type { Pool } from "pg"

/** Fills what the operators' views read beside the shadow tables, as a bad day leaves it. See test/bench/views.ts. */
export async function fillMachinery(pool: Pool, events: number): Promise<void> {
  const listed = Math.min(20_000, events)
  await pool.query("select sf_shadow._ensure_event_partition((now() at time zone 'utc')::date)")
  await pool.query(
    `insert into public.sf_shadow_event (received_day, stream_id, seq, received_at, event_id, object, change_type, record_ids,
       commit_timestamp, commit_number, sequence_number, changed_fields, nulled_fields, diff_fields, inexact_fields, fields)
     select (now() at time zone 'utc')::date, s.stream_id, n, now(), gen_random_uuid()::text, 'Product2', 'UPDATE',
       array['01t' || lpad(n::text, 12, '0') || 'AAA'], now(), n, 1, '{Name}', '{}', '{}', '{}', '{"Name": "a name"}'
     from sf_shadow.stream s cross join generate_series(1, $1::integer) n`,
    [events],
  )
  await pool.query("update sf_shadow.stream set next_seq = $1::bigint + 1, keepalive_seq = $1::bigint + 1", [
    events,
  ])
  await pool.query(
    `update sf_shadow.stream_cursor set applied_seq = $1::bigint * 9 / 10, applied_day = (now() at time zone 'utc')::date,
       applied_commit_timestamp = now()`,
    [events],
  )
  await pool.query(
    `insert into sf_shadow.dirty (object, record_id, since, not_before, reason)
     select (array['Product2', 'PricebookEntry', 'Account'])[1 + n % 3], lpad(n::text, 18, '0'), now(), now(), 'a doubt'
     from generate_series(1, $1::integer) n`,
    [listed],
  )
  await pool.query(
    `insert into sf_shadow.reject (object, record_id, since, known_until, sqlstate, reason, refused_by, payload)
     select 'PricebookEntry', lpad(n::text, 18, '0'), now(), now(), (array['22003', '22P02', '23502', '23505'])[1 + n % 4],
       'reason ' || n, 'Field' || n % 10, convert_to(repeat('payload ', 200), 'UTF8')
     from generate_series(1, $1::integer) n`,
    [listed],
  )
  await pool.query(
    `insert into sf_shadow.run (object, kind, state, reason, received, expected, since, started_at, finished_at)
     select (array['Product2', 'PricebookEntry', 'Account'])[1 + n % 3], (array['delta', 'ids'])[1 + n % 2], 'complete', 'crontab',
       n, n, case when n % 2 = 0 then now() - interval '1 day' end, now() - interval '1 minute', now()
     from generate_series(1, 5000) n`,
  )
  await pool.query(
    `insert into sf_shadow.verification (object, kind, compared, drift) select 'Account', 'sample', 1000, 0 from generate_series(1, 1000)`,
  )
  await pool.query(
    `select sf_shadow_worker.add_job('verify', job_key => 'job:' || n) from generate_series(1, $1::integer / 2) n`,
    [listed],
  )
  await pool.query(
    `update sf_shadow_worker._private_jobs set attempts = max_attempts, last_error = repeat('an error ', 100), updated_at = now()
     where id % 100 = 0`,
  )
  await pool.query(
    `insert into sf_shadow.invalidation (object, seq, record_ids) select o.object, n, '{x}'
     from sf_shadow.object o cross join generate_series(1, 30000) n`,
  )
  await pool.query("update sf_shadow.object_state set invalidation_seq = 30000")
  await pool.query(
    `insert into sf_shadow.invalidation_consumer (consumer, object, seq, system_identifier, timeline, cache_identity)
     select 'redis-' || n, o.object, 20000, 1, 1, 'x' from sf_shadow.object o cross join generate_series(1, 3) n`,
  )
  await pool.query("vacuum (analyze)")
}
