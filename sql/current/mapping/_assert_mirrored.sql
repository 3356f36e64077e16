-- Raises SF006, with the names that would do, for an object that is not mirrored. Reads only.
create or replace function sf_shadow._assert_mirrored(of_object text) returns void
language plpgsql stable set search_path = '' as $$
begin
  if not exists (select from sf_shadow.object o where o.object = of_object) then
    raise exception 'object % is not mirrored', coalesce(quote_literal(left(of_object, 100)), 'null')
      using errcode = 'SF006',
        hint = 'Mirrored objects: ' || (select string_agg(i.object, ', ') from sf_shadow.objects_in_order() i) || '.';
  end if;
end
$$;
