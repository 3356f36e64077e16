-- A reader's wish that records be read again, in the background and by the one merge path: the only thing that the
-- role of readers can set going. Consumes: ids that a reader found stale, missing or different. Produces: requests and
-- a job (_request_refresh). Ids with a reject are left out: another read would bring the same. Safe to repeat.
create or replace function public.sf_shadow_refresh(of_object text, record_ids text[]) returns bigint
language plpgsql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
declare
  mapping record;
  requested bigint;
begin
  if cardinality(record_ids) > 1000 or exists (select from unnest(record_ids) id where id !~ '^[a-zA-Z0-9]{18}$') then
    raise exception 'a refresh takes up to 1,000 ids of 18 characters' using errcode = '22023';
  end if;
  select * into mapping from sf_shadow._record_to_row(of_object);
  if mapping.shadow_table is null then
    raise exception 'object % is not mirrored', quote_nullable(of_object) using errcode = 'SF010';
  end if;
  -- Not to be read before what is known of the record is visible to a query for sure (rule 6).
  execute format($sql$
    select count(*) filter (where sf_shadow._request_refresh($1, asked.record_id,
      coalesce(greatest(s.synced_at, full_read.read_from - setting.margin), clock.earliest),
      coalesce(greatest(s.commit_timestamp, own.read_to, full_read.read_to) + setting.margin + interval '1 second', clock.earliest)))
    from (select distinct id from unnest($2) id) asked (record_id)
    cross join sf_shadow.setting setting
    cross join sf_shadow.salesforce_now clock
    left join %1$s s on s.%2$s = asked.record_id
    left join sf_shadow.read own on own.read_id = s.read_id
    join sf_shadow.object_state state on state.object = $1
    left join sf_shadow.read full_read on full_read.read_id = state.full_read_id and s.%2$s is not null
    where not exists (select from sf_shadow.reject j where j.object = $1 and j.record_id = asked.record_id)
  $sql$, mapping.shadow_table, mapping.key_column)
  into requested using of_object, record_ids;
  return requested;
end
$$;
