-- Fills a column of a mirrored object from another field: plans it, and runs the plan's statements. Everything or nothing; running
-- services go on, and store the new field of events from then on. Consumes: the wish and describe of _plan_column_source. Returns the
-- plan, and changes nothing where that is all that is wanted. Raises SF014 for what cannot be, SF006 for an object that is not
-- mirrored. Safe to repeat: SF014, for it is mapped already.
create or replace function sf_shadow.map_column(wish jsonb, described jsonb, is_dry boolean default false) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  of_object constant text := described ->> 'name';
  plan jsonb;
  statement text;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_column_source(wish, described);
  end if;
  perform sf_shadow.lock_mapping(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
  plan := sf_shadow._plan_column_source(wish, described);
  for statement in select s from jsonb_array_elements_text(plan -> 'statements') s loop
    execute statement;
  end loop;
  -- What was cached has the values of before still.
  perform sf_shadow._append_invalidation(of_object, null, null, null);
  perform pg_notify('sf_shadow_mapping', of_object);
  return plan;
exception
  when lock_not_available or insufficient_privilege then
    raise exception '%', sf_shadow._mapping_fault(sqlstate, sqlerrm, of_object)
      using errcode = 'SF014', hint = 'Nothing was changed. ' || case when sqlstate = '55P03' then 'Try again.'
        else 'The table must be this role''s own.' end;
end
$$;
