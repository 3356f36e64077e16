-- Keeps the versions of a mirrored object from now on, or keeps them no more: plans it, and runs the plan's statements. Everything or
-- nothing; running services go on. Returns the plan {object, table, kept, history_table, dropped, statements}, and changes nothing where
-- that is all that is wanted. Raises SF014, with what to do, for what cannot be, SF006 for an object that is not mirrored.
-- Safe to repeat: SF014, for it is so.
create or replace function sf_shadow.keep_history(
  of_object text, kept boolean, drop_data boolean default false, is_dry boolean default false
) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_history(of_object, kept, drop_data);
  end if;
  perform sf_shadow._lock_mirrored(of_object);
  plan := sf_shadow._plan_history(of_object, kept, drop_data);
  perform sf_shadow._run_plan(plan);
  return plan;
exception
  when insufficient_privilege then
    raise exception 'the role % may not do what the plan needs: %', current_user, sqlerrm
      using errcode = 'SF014', hint = 'Nothing was changed. An administrator runs: grant create on schema public to '
        || quote_ident(current_user) || '; what is dropped must be this role''s own.';
  when lock_not_available or dependent_objects_still_exist then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
end
$$;
