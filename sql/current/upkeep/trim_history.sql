-- Retention of an object's versions: forgets up to at_most that have ended history_kept ago (sf_shadow.setting; null: none), never one
-- that is open. Returns how many: as many as at_most where there may be more. Call it again then, in a transaction of its own.
-- Consumes: the history table. Safe to repeat.
create or replace function sf_shadow.trim_history(of_object text, at_most integer) returns bigint
language plpgsql set search_path = '' as $$
declare
  history_table text;
  ended_before timestamptz;
  forgotten bigint := 0;
begin
  -- Their times are Salesforce's: by the clock that is behind.
  select o.history_table, clock.earliest - setting.history_kept into history_table, ended_before
  from sf_shadow.object o cross join sf_shadow.setting setting cross join sf_shadow.salesforce_now clock
  where o.object = of_object;
  if history_table is not null and ended_before is not null then
    execute format($sql$
      delete from public.%1$I h
      -- Asked twice: one that has been opened again meanwhile stays.
      where h.ctid = any (array(select old.ctid from public.%1$I old where old.valid_to < $1 limit $2)) and h.valid_to < $1
    $sql$, history_table) using ended_before, at_most;
    get diagnostics forgotten = row_count;
  end if;
  return forgotten;
end
$$;
