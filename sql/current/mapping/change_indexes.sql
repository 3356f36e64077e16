-- Gives fields of an object an index, and takes it away from others: plans it, and runs the plan's statements. Everything or nothing;
-- running services go on. Consumes and raises as _plan_indexes, SF006 for an object that is not mirrored. Returns the plan, and changes
-- nothing where that is all that is wanted. Safe to repeat: what is so already has no statements.
create or replace function sf_shadow.change_indexes(of_object text, wish jsonb, is_dry boolean default false) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_indexes(of_object, wish);
  end if;
  perform sf_shadow._lock_mirrored(of_object);
  plan := sf_shadow._plan_indexes(of_object, wish);
  perform sf_shadow._run_plan(plan);
  return plan;
exception
  when lock_not_available or insufficient_privilege then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
end
$$;
