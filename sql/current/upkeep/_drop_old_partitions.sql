-- Retention of the event log: drops partitions of days past the retention, never one that holds an event which
-- a cursor has not passed. Returns their names. Safe to repeat.
create or replace function sf_shadow._drop_old_partitions() returns text[]
language plpgsql set search_path = '' as $$
declare
  partition record;
  unread boolean;
  dropped text[] := '{}';
begin
  for partition in
    select c.relname as name
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    cross join sf_shadow.setting setting
    where i.inhparent = 'public.sf_shadow_event'::regclass
      and to_date(right(c.relname, 8), 'YYYYMMDD') < ((now() - setting.retention) at time zone 'utc')::date
    order by c.relname
  loop
    execute format($sql$
      select exists (select from sf_shadow.%I e join sf_shadow.stream_cursor c on c.stream_id = e.stream_id where e.seq > c.applied_seq)
    $sql$, partition.name) into unread;
    exit when unread;
    execute format('drop table sf_shadow.%I', partition.name);
    dropped := dropped || partition.name;
  end loop;
  return dropped;
end
$$;
