-- Moves this database to another org: everything that came from the one before is forgotten, its records, events,
-- positions, marks and jobs; caches are told to forget, too. What stays is configuration: objects, fields, settings.
-- Refuses (SF013) while processes of the service are connected: they are logged in to the org before.
-- Consumes: the org. Produces: a database as one that was never loaded. Safe to repeat.
create or replace function sf_shadow.adopt_organization(of_organization_id text, of_instance_url text) returns void
language plpgsql set search_path = '' as $$
declare
  connected text;
begin
  select string_agg(format('%s (pid %s)', a.application_name, a.pid), ', ') into connected from pg_stat_activity a
  where a.datname = current_database() and a.application_name like 'sf-shadow%' and a.pid <> pg_backend_pid();
  if connected is not null then
    raise exception 'processes of the service are connected: %', connected
      using errcode = 'SF013', hint = 'Stop every process of the service, and other commands, and try again.';
  end if;
  perform sf_shadow._lock_objects(array(select o.object::text from sf_shadow.object o));

  execute (select 'truncate ' || string_agg(format('public.%I', t.name), ', ')
    from sf_shadow.object o cross join unnest(array_remove(array[o.shadow_table, o.history_table], null)) t (name));
  -- The days of the log leave whole; an empty list is no statement.
  execute coalesce((select 'drop table ' || string_agg(i.inhrelid::regclass::text, ', ') from pg_inherits i
    where i.inhparent = 'public.sf_shadow_event'::regclass), 'select');
  truncate sf_shadow.undecoded_event, sf_shadow.stream_object, sf_shadow.stream_cursor, sf_shadow.stream,
    sf_shadow.tombstone, sf_shadow.parent_deletion, sf_shadow.dirty, sf_shadow.reject, sf_shadow.refresh_request,
    sf_shadow.verification, sf_shadow.run_page, sf_shadow.run, sf_shadow.described_field;
  update sf_shadow.object_state set row_count = 0, proof_read_id = null, full_read_id = null, delta_from = null,
    hole_from = null, hole_to = null, hole_reason = null, open_causes = '{}', degraded = null,
    absence_day = '-infinity', absence_deletes = 0, fuse_of_loads = null, fuse_of_rereads = null;
  update sf_shadow.field set unfilled_until = null where unfilled_until is not null;
  delete from sf_shadow.read;
  update sf_shadow.api_usage set used = 0, max = 0, observed_at = '-infinity', refused_until = null, looking_until = null;
  -- Whoever holds a job is gone: no process is connected.
  perform sf_shadow_worker.force_unlock_workers(array(select j.locked_by from sf_shadow_worker.jobs j where j.locked_by is not null));
  perform sf_shadow_worker.complete_jobs(array(select j.id from sf_shadow_worker.jobs j));
  perform sf_shadow.clear_cache();

  insert into sf_shadow.organization as o (organization_id, instance_url) values (of_organization_id, of_instance_url)
  on conflict (only_row) do update set
    organization_id = excluded.organization_id, instance_url = excluded.instance_url, claimed_at = now();
end
$$;
