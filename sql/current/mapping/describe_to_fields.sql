-- Compares an object's describe with the mapping and with the describe before.
-- Consumes: the fields that the service's user may read, as JSON [{name, type, calculated}].
-- Produces: sf_shadow.described_field, the object's `degraded`, a hole for a field that has come back, doubts about records
-- whose events brought a field before it was described; and a row
-- per thing to say: lacking (never there: its column stays null), blocking (lacking, required, no default: the
-- object cannot be loaded), vanished (its column keeps the values it has), returned. Safe to repeat.
create or replace function sf_shadow.describe_to_fields(of_object text, fields jsonb)
returns table (finding text, field text, column_name text)
language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  unknown text[];
  unknown_since timestamptz;
begin
  perform sf_shadow._lock_objects(array[of_object]);
  create temporary table described on commit drop as
    select f.name, f.type, coalesce(f.calculated, false) as calculated
    from jsonb_to_recordset(fields) f (name text, type text, calculated boolean)
    union
    -- A parent's field is not in the describe of the child; its column's type says how to read it.
    select m.field, sf_shadow._column_family(m.column_type), true
    from sf_shadow.field m where m.object = of_object and m.field like '%.%';

  return query
    select 'returned', d.field, m.column_name
    from sf_shadow.described_field d
    join pg_temp.described now_there on now_there.name = d.field
    left join sf_shadow.field m on m.object = of_object and m.field = d.field
    where d.object = of_object and d.vanished_at is not null;
  perform sf_shadow._open_hole(of_object, min(d.vanished_at + clock.ahead_at_least), sf_shadow._hole_end(of_object),
    'a field is readable again: ' || string_agg(d.field, ', '))
  from sf_shadow.described_field d
  join pg_temp.described now_there on now_there.name = d.field
  cross join sf_shadow.salesforce_clock clock
  where d.object = of_object and d.vanished_at is not null
  having count(*) > 0;
  -- A load under way may have merged pages without it: a column that waits for the field's values waits for another one.
  update sf_shadow.field m set unfilled_until = sf_shadow._hole_end(of_object)
  from sf_shadow.described_field d
  join pg_temp.described now_there on now_there.name = d.field
  where d.object = of_object and d.vanished_at is not null
    and m.object = of_object and m.field = d.field and m.unfilled_until is not null;

  -- Events that came since the describe before may carry fields that it did not know: they were folded without them. Five
  -- minutes for how long a describe is under way.
  select array_agg(d.name) filter (where known.field is null), max(known.described_at) - interval '5 minutes'
  into unknown, unknown_since
  from pg_temp.described d
  left join sf_shadow.described_field known on known.object = of_object and known.field = d.name;
  if unknown is not null and unknown_since is not null then
    perform sf_shadow._mark_dirty(of_object, array_agg(r.record_id), array_agg(e.commit_timestamp),
      array_agg(e.commit_timestamp + setting.margin + interval '1 second'), array_agg('a field was not known when its event came'::text))
    from public.sf_shadow_event e
    cross join sf_shadow.setting setting
    cross join unnest(e.record_ids) r (record_id)
    where e.object = of_object and e.received_at > unknown_since and e.received_day >= (unknown_since at time zone 'utc')::date - 1
      and (e.fields ?| unknown or e.diff_fields && unknown)
    having count(*) > 0;
  end if;

  insert into sf_shadow.described_field as known (object, field, type, calculated, described_at)
  select of_object, d.name, d.type, d.calculated, now() from pg_temp.described d
  on conflict (object, field) do update set
    type = excluded.type, calculated = excluded.calculated, described_at = now(), vanished_at = null;
  update sf_shadow.described_field known set vanished_at = now()
  where known.object = of_object and known.vanished_at is null
    and not exists (select from pg_temp.described d where d.name = known.field);
  perform sf_shadow._renew_unread_runs(of_object);

  update sf_shadow.object_state s set degraded = (
    select 'fields that were readable have vanished, their values stand still: ' || string_agg(d.field, ', ' order by d.field)
    from sf_shadow.described_field d
    where d.object = of_object and d.vanished_at is not null)
  where s.object = of_object;

  return query
    select 'vanished', d.field, m.column_name
    from sf_shadow.described_field d
    left join sf_shadow.field m on m.object = of_object and m.field = d.field
    where d.object = of_object and d.vanished_at is not null;
  return query
    select case when m.required and m.default_value is null then 'blocking' else 'lacking' end, m.field, m.column_name
    from sf_shadow.field m
    where m.object = of_object
      and not exists (select from sf_shadow.described_field d where d.object = of_object and d.field = m.field);
  drop table pg_temp.described;
end
$$;
