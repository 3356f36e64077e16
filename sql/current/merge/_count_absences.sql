-- Rule 7: adds deletes by absence to the day's count of an object; with `fused` it raises SF003 past
-- fuse_percent of the rows that the day began with and fuse_rows. The raise undoes the caller's deletes. Changes
-- sf_shadow.object_state.
create or replace function sf_shadow._count_absences(of_object text, absences bigint, fused boolean) returns void
language plpgsql set search_path = '' as $$
declare
  today date := (now() at time zone 'utc')::date;
  state record;
  setting sf_shadow.setting;
  filter constant text := (select o.filter from sf_shadow.object o where o.object = of_object);
begin
  if absences = 0 then
    return;
  end if;
  update sf_shadow.object_state s set
    absence_deletes = case when s.absence_day = today then s.absence_deletes else 0 end + absences,
    absence_day = today
  where s.object = of_object
  returning s.absence_deletes, s.row_count + s.absence_deletes - absences as rows_before into state;
  select s.* into setting from sf_shadow.setting s;
  if fused and state.absence_deletes > greatest(setting.fuse_rows, state.rows_before * setting.fuse_percent / 100) then
    raise exception '% records of % would be deleted because Salesforce no longer shows them%, of % rows: more than % %% in a day',
      state.absence_deletes, of_object, coalesce(' within the filter ' || filter, ''), state.rows_before, setting.fuse_percent
      using errcode = 'SF003',
        hint = case when filter is null
          then 'Lost permissions look like deletions. Look at the org; if they are gone indeed, run the load again with --force.'
          else format('Lost permissions look like deletions, and so do records that have left the filter without an event. Compare in the '
            'org SELECT COUNT() FROM %s with and without WHERE %s; if they are gone indeed, run the load again with --force.',
            of_object, filter) end;
  end if;
end
$$;
