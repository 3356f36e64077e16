-- Rule 5b: whether a full load under way may have seen later versions than a read of its object. What it has found equal is not
-- in the rows, and until its end it does not count: what another read changes meanwhile is in doubt. Reads only.
create or replace function sf_shadow._is_beside_load(of_object text, of_read_id bigint) returns boolean
language sql stable set search_path = '' as $$
  select exists (
    select from sf_shadow.run r
    join sf_shadow.read seen on seen.read_id = r.read_id
    join sf_shadow.read read on read.read_id = of_read_id and read.read_id <> seen.read_id
    cross join sf_shadow.setting setting
    where r.object = of_object and r.kind = 'full' and r.state in ('loading', 'sweeping')
      and seen.read_to >= read.read_from - setting.margin
  )
$$;
