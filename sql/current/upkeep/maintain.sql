-- Retention: makes the event log's partitions ahead and drops them behind; forgets what guards against versions
-- that can no longer come. Tombstones and reads outlive the event log and every run: nothing older can be folded
-- again or merged. Returns what was done, as JSON, for the log. Safe to repeat, and to call at any time.
create or replace function sf_shadow.maintain() returns jsonb
language plpgsql set search_path = '' as $$
declare
  kept interval := (select s.retention from sf_shadow.setting s);
  -- A run may read for as long as Salesforce keeps a job's result: 7 days.
  -- Some of the times are Salesforce's: by the clock that is behind.
  guarded timestamptz := (select least(now(), clock.earliest) from sf_shadow.salesforce_now clock) - kept - interval '8 days';
  result jsonb := '{}';
  forgotten bigint;
begin
  for day in 0..2 loop
    perform sf_shadow._ensure_event_partition((now() at time zone 'utc')::date + day);
  end loop;
  result := result || jsonb_build_object('partitions_dropped', sf_shadow._drop_old_partitions());

  delete from sf_shadow.undecoded_event e where e.received_at < now() - interval '72 hours';
  get diagnostics forgotten = row_count;
  result := result || jsonb_build_object('undecoded_events', forgotten);

  delete from sf_shadow.tombstone t where t.deleted_at < guarded
    and not exists (select from sf_shadow.dirty d where d.object = t.object and d.record_id = t.record_id);
  get diagnostics forgotten = row_count;
  result := result || jsonb_build_object('tombstones', forgotten);
  delete from sf_shadow.parent_deletion p where p.deleted_until < guarded;

  -- The last complete one of a kind is what sf_shadow_lag shows, however long ago. Polls are many.
  delete from sf_shadow.run r where r.finished_at < now() - case when r.is_poll then interval '2 days' else interval '90 days' end
    and (r.state <> 'complete' or exists (select from sf_shadow.run later
      where later.object = r.object and later.kind = r.kind and later.state = 'complete' and later.run_id > r.run_id));
  get diagnostics forgotten = row_count;
  result := result || jsonb_build_object('runs', forgotten);
  delete from sf_shadow.read r where r.read_to < guarded
    and not exists (select from sf_shadow.object_state s where r.read_id in (s.proof_read_id, s.full_read_id))
    and not exists (select from sf_shadow.run u where u.read_id = r.read_id and u.finished_at is null);
  get diagnostics forgotten = row_count;
  result := result || jsonb_build_object('reads', forgotten);

  delete from sf_shadow.verification v where v.verified_at < now() - interval '90 days'
    and exists (select from sf_shadow.verification later where later.object = v.object and later.verification_id > v.verification_id);
  return result || sf_shadow._trim_invalidations();
end
$$;
