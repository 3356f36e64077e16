-- Rule 9: whether a record is a reject because another one holds the unique value that it claims. Only a re-read, which
-- sees the contestants together, settles that: no page of a load does. Reads only.
create or replace function sf_shadow._contests_value(of_object text, of_record_id text) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from sf_shadow.reject claim
    where claim.object = of_object and claim.record_id = of_record_id and claim.sqlstate = '23505'
  )
$$;
