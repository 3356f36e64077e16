-- A reader's wish that a record be read again. Consumes: how far its row is known to be right. Produces: a request and
-- a job, once however many ask. Nobody waits: not for another asker's commit (try locks; graphile-worker's job_key alone
-- would make them queue up), nor longer than 50 ms for anyone. Overlapping requests without a job are found by
-- requeue_forgotten. Returns whether a refresh is on its way; false where this transaction cannot write, as on a replica.
create or replace function sf_shadow._request_refresh(
  of_object text, of_record_id text, of_since timestamptz, of_not_before timestamptz
) returns boolean
language plpgsql set search_path = '' set lock_timeout = '50ms' as $$
declare
  job_key_of_object constant text := 'refresh:' || of_object;
begin
  if exists (select from sf_shadow.dirty d where d.object = of_object and d.record_id = of_record_id)
    or exists (select from sf_shadow.refresh_request r where r.object = of_object and r.record_id = of_record_id) then
    return true;
  end if;
  if current_setting('transaction_read_only')::boolean or pg_is_in_recovery() then
    return false;
  end if;
  if not pg_try_advisory_xact_lock(21322, hashtext(of_object || ':' || of_record_id)) then
    return true;
  end if;
  begin
    insert into sf_shadow.refresh_request (object, record_id, since, not_before)
    values (of_object, of_record_id, of_since, of_not_before)
    on conflict do nothing;
    if pg_try_advisory_xact_lock(21323, hashtext(of_object))
      and not exists (select from sf_shadow_worker.jobs j where j.key = job_key_of_object and j.locked_at is null) then
      -- A key and a queue of its own: a reader that does not commit holds up nobody but readers.
      perform sf_shadow_worker.add_job(
        identifier => 'records_to_shadow',
        payload => json_build_object('object', of_object),
        queue_name => job_key_of_object,
        -- Those who ask at the same moment come along.
        run_at => clock_timestamp() + interval '200 milliseconds',
        max_attempts => 25,
        job_key => job_key_of_object,
        job_key_mode => 'preserve_run_at'
      );
    end if;
    return true;
  -- A read does not fail because its refresh cannot be asked for now.
  exception when lock_not_available or serialization_failure or deadlock_detected then
    return false;
  end;
end
$$;
