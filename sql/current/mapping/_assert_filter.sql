-- Raises 55000 where a query carries another filter than its object has (rule 17), which happens in a deploy: a program of before
-- filters knows none. It is no SQLSTATE of ours, since such a program gives up at those: what fails here passes with its end. Reads only.
create or replace function sf_shadow._assert_filter(of_object text, of_filter text) returns void
language plpgsql stable set search_path = '' as $$
declare
  filter constant text := (select o.filter from sf_shadow.object o where o.object = of_object);
begin
  if of_filter is distinct from filter then
    raise exception 'a query of % carried %, and the object has %', of_object,
      coalesce('the filter ' || of_filter, 'no filter'), coalesce('the filter ' || filter, 'none')
      using errcode = 'object_not_in_prerequisite_state',
        hint = 'A program of an older version does not know of filters: it is tried again until a newer one does it.';
  end if;
end
$$;
