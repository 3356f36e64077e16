-- Renames the column of a field. Views that read it follow; functions of yours do not. Running services go on. Returns the plan
-- {object, table, field, column, to, statements}, and changes nothing where that is all that is wanted. Raises SF014, with what to
-- do, for what cannot be, SF006 for an object that is not mirrored. Safe to repeat: SF014, for it has that name.
create or replace function sf_shadow.rename_field(of_object text, of_field text, to_column text, is_dry boolean default false)
returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_rename(of_object, of_field, to_column);
  end if;
  perform sf_shadow._lock_mirrored(of_object);
  plan := sf_shadow._plan_rename(of_object, of_field, to_column);
  perform sf_shadow._run_plan(plan);
  perform sf_shadow._append_invalidation(of_object, null, null, null);
  return plan;
exception
  when lock_not_available or insufficient_privilege then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
end
$$;
