-- The SQL that numbers the rows that are there of an object that gets a view for readers that Heroku Connect had before. Consumes: the
-- object, and Heroku Connect's own table, quoted, of which the ids are taken over; null: of none, and ids that are there stay.
-- Reads nothing.
create or replace function sf_shadow._record_ids_statements(of_object sf_shadow.object, numbered text) returns text[]
language sql immutable set search_path = '' as $$
  select case when numbered is null then '{}' else array[
    format('delete from sf_shadow.compatible_id where object_id = %s', of_object.object_id),
    -- Those of new rows are beyond all of them.
    format(E'select setval(q, greatest(nextval(q), (select max(id) from %s)))\n'
      'from pg_get_serial_sequence(''sf_shadow.compatible_id'', ''id'') q', numbered),
    format(E'insert into sf_shadow.compatible_id (object_id, record_id, id)\nselect %1$s, s.%2$I, t.id from public.%3$I s\n'
      'join %4$s t on t.sfid = s.%2$I', of_object.object_id, of_object.key_column, of_object.shadow_table, numbered)] end
  || format(E'insert into sf_shadow.compatible_id (object_id, record_id)\nselect %1$s, s.%2$I from public.%3$I s where not exists (\n'
    '  select from sf_shadow.compatible_id i where i.object_id = %1$s and i.record_id = s.%2$I) order by 2',
    of_object.object_id, of_object.key_column, of_object.shadow_table)
$$;
