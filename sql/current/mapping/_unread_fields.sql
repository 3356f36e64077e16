-- Which mapped fields a read of full records lacks, because they were mapped after it was asked for: it is no full record of
-- them. Consumes: the fields that it has selected. Reads only.
create or replace function sf_shadow._unread_fields(of_object text, read_fields text[]) returns text[]
language sql stable set search_path = '' as $$
  select array(
    select f.field from sf_shadow.field f
    join sf_shadow.described_field d on d.object = f.object and d.field = f.field and d.vanished_at is null
    where f.object = of_object and f.field <> all (read_fields)
    order by f.field)
$$;
