-- Fills a column of a mirrored object from another field: plans it, and runs the plan's statements. Everything or nothing; running
-- services go on, and store the new field of events from then on. Consumes: the wish and describe of _plan_column_source. Returns the
-- plan, and changes nothing where that is all that is wanted. Raises SF014 for what cannot be, SF006 for an object that is not
-- mirrored. Safe to repeat: SF014, for it is mapped already.
create or replace function sf_shadow.map_column(wish jsonb, described jsonb, is_dry boolean default false) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  of_object constant text := described ->> 'name';
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_column_source(wish, described);
  end if;
  perform sf_shadow.lock_mapping(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
  plan := sf_shadow._plan_column_source(wish, described);
  perform sf_shadow._run_plan(plan);
  -- What was cached has the values of before still.
  perform sf_shadow._append_invalidation(of_object, null, null, null);
  return plan;
exception
  when lock_not_available or insufficient_privilege then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
end
$$;
