-- What of an object stands still or is not there yet though its rows are fresh, in words: fields that describe does not show any
-- more, and columns that wait to be filled. Consumes: sf_shadow.described_field, sf_shadow.field. Produces: the object's
-- `degraded`. Safe to repeat.
create or replace function sf_shadow._note_degraded(of_object text) returns void
language sql set search_path = '' as $$
  update sf_shadow.object_state s set degraded = nullif(concat_ws('; ', (
    select 'fields that were readable have vanished, their values stand still: ' || string_agg(d.field, ', ' order by d.field)
    from sf_shadow.described_field d
    where d.object = of_object and d.vanished_at is not null
  ), (
    select 'columns that were added wait for their values: ' || string_agg(f.column_name, ', ' order by f.column_name)
    from sf_shadow.field f
    where f.object = of_object and f.unfilled_until is not null
  )), '')
  where s.object = of_object
$$;
