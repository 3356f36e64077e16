-- Fills columns that were added from raw_payload, where that holds the field of every record (an object that keeps all); the others
-- wait for a load. Consumes: the fields that wait. Produces: the columns, sf_shadow.field, perhaps the job of a load.
-- Returns the rows that changed. Safe to repeat.
create or replace function sf_shadow.fill_fields(of_object text) returns bigint
language plpgsql set search_path = '' as $$
declare
  shadow regclass;
  waiting text[];
  filled text[];
  changed bigint;
begin
  perform sf_shadow._assert_mirrored(of_object);
  changed := sf_shadow.fields_to_columns(of_object);
  select to_regclass(format('public.%I', o.shadow_table)), array(
    select f.field from sf_shadow.field f where f.object = of_object and f.unfilled_until is not null and o.keep = 'all')
  into shadow, waiting
  from sf_shadow.object o where o.object = of_object;
  execute format($sql$
    select array_agg(w.field) from unnest($1) w (field) where not exists (select from %s s where not s.raw_payload ? w.field)
  $sql$, shadow) into filled using waiting;
  update sf_shadow.field f set unfilled_until = null where f.object = of_object and f.field = any (filled);
  perform sf_shadow._add_fill_job(of_object);
  return changed;
end
$$;
