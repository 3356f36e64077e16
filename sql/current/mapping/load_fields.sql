-- The fields that a load or a re-read of an object selects: what raw_payload keeps, and what the rules need.
-- Reads only.
create or replace function sf_shadow.load_fields(of_object text) returns text[]
language sql stable set search_path = '' as $$
  select array_agg(d.field order by d.field <> 'Id', d.field)
  from sf_shadow.described_field d
  where d.object = of_object and d.vanished_at is null
    and (d.field in ('Id', 'SystemModstamp', 'IsDeleted')
      or exists (select from sf_shadow._kept_fields(of_object) k where k.field = d.field))
$$;
