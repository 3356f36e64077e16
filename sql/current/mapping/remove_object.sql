-- Ends the mirroring of an object: what is known of it, its jobs and finished loads go, and with drop_data its table and that of its
-- versions; without, they stay as they are and are followed no more. Everything or nothing. Refuses (SF014) an object that is shipped,
-- is a parent, or is being loaded; SF006 one that is not mirrored. Consumes: the object. Returns its table. Safe to repeat.
create or replace function sf_shadow.remove_object(of_object text, drop_data boolean) returns text
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  mirrored sf_shadow.object;
  fault text;
begin
  perform sf_shadow._lock_mirrored(of_object);
  select o.* into mirrored from sf_shadow.object o where o.object = of_object;
  fault := case
    when mirrored.shipped then format('%s is part of sf-shadow, whose functions and views read its table: it can be paused', of_object)
    when exists (select from sf_shadow.object o where o.parent_object = of_object)
      then format('%s is the parent of %s: remove that first', of_object,
        (select string_agg(o.object, ', ' order by o.object) from sf_shadow.object o where o.parent_object = of_object))
    else (
      select format('%s is being loaded, by run %s: end that first, by runs cancel %2$s', of_object, r.run_id)
      from sf_shadow.run r where r.object = of_object and r.finished_at is null order by r.run_id limit 1)
  end;
  if fault is not null then
    raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;

  if mirrored.compatible_schema is not null then
    perform sf_shadow.change_compatible_view(of_object, null);
  end if;
  perform sf_shadow_worker.complete_jobs(array(
    select j.id from sf_shadow_worker.jobs j
    where j.locked_at is null
      and (j.key in ('hole:' || of_object, 'fill:' || of_object) or j.key in (select t.task || ':' || of_object from sf_shadow.task t)
        -- The next turn of a load that has ended otherwise, with its run or, of an earlier version, without: not one that goes on
        -- with other objects.
        or j.queue_name = 'load:' || of_object and j.key ~ ('^turn:\w+:\w+:' || of_object || '(:\d*)?$'))));
  delete from sf_shadow.object_state s where s.object = of_object;
  delete from sf_shadow.run r where r.object = of_object;
  -- What refers to a read of it goes first.
  delete from sf_shadow.tombstone t where t.object = of_object;
  delete from sf_shadow.read r where r.object = of_object;
  delete from sf_shadow.object o where o.object = of_object;
  -- Nobody follows a stream that carries nothing: it cannot stand still.
  update sf_shadow.stream s set problem = null, problem_since = null
  where s.problem is not null and not exists (select from sf_shadow.stream_object so where so.stream_id = s.stream_id);
  if drop_data then
    execute format('drop table if exists public.%I', mirrored.shadow_table);
    if mirrored.history_table is not null then
      execute format('drop table if exists public.%I', mirrored.history_table);
    end if;
  end if;
  perform pg_notify('sf_shadow_mapping', of_object);
  return mirrored.shadow_table;
exception
  when dependent_objects_still_exist then
    raise exception 'the table public.%, or that of its versions, cannot be dropped: something of yours reads it',
      quote_ident(mirrored.shadow_table)
      using errcode = 'SF014', hint = 'Nothing was changed. Drop that first, or leave the table.';
  when lock_not_available then
    raise exception '% could not be removed: somebody holds a lock on what it needs for over 10 s', of_object
      using errcode = 'SF014', hint = 'Nothing was changed. Try again.';
end
$$;
