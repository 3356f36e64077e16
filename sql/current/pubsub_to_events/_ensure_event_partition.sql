-- Produces: the day's partition of sf_shadow_event when it is missing, with the refusal of TRUNCATE that a
-- partition does not inherit. Safe to repeat and to call at once from several sessions. Attached rather than
-- created in place, which would lock out readers of the whole log.
create or replace function sf_shadow._ensure_event_partition(day date) returns void
language plpgsql set search_path = '' as $$
declare
  partition text := 'event_' || to_char(day, 'YYYYMMDD');
begin
  if to_regclass('sf_shadow.' || partition) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(21318, 0);
  -- Not to_regclass, which may answer from this session's cache of before the lock.
  if exists (select from pg_class c where c.relname = partition and c.relnamespace = 'sf_shadow'::regnamespace) then
    return;
  end if;
  execute format('create table sf_shadow.%I (like public.sf_shadow_event including defaults including constraints)', partition);
  execute format('alter table public.sf_shadow_event attach partition sf_shadow.%I for values from (%L) to (%L)',
    partition, day, day + 1);
  execute format($sql$
    create trigger sf_shadow_event_no_truncate before truncate on sf_shadow.%I
    for each statement execute function sf_shadow.refuse_change()
  $sql$, partition);
end
$$;
