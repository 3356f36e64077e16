-- Whether a planned column gets an index: one that refers to another record, but not who wrote it last, which changes each time
-- and nobody joins by. Consumes: a column of a plan. Reads nothing.
create or replace function sf_shadow._is_indexed(planned jsonb) returns boolean
language sql immutable set search_path = '' as $$
  select (planned ->> 'reference')::boolean and planned ->> 'field' not in ('CreatedById', 'LastModifiedById')
$$;
