-- Maps fields of an object no more: events and loads do not bring them any longer, and where raw_payload keeps mapped fields alone
-- they leave it. Their columns stay as they are, or go with drop_data. Everything or nothing; running services go on. Returns the
-- plan {object, table, columns: [{field, column}], statements}, and changes nothing where that is all that is wanted. Raises SF014,
-- with what to do, for what cannot be, SF006 for an object that is not mirrored. Safe to repeat: SF014, for they are not mapped.
create or replace function sf_shadow.remove_fields(of_object text, fields text[], drop_data boolean, is_dry boolean default false)
returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_fields_removal(of_object, fields, drop_data);
  end if;
  perform sf_shadow.lock_mapping(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
  plan := sf_shadow._plan_fields_removal(of_object, fields, drop_data);
  perform sf_shadow._run_plan(plan);
  -- What was cached has the fields still.
  perform sf_shadow._append_invalidation(of_object, null, null, null);
  return plan;
exception
  when lock_not_available or insufficient_privilege or dependent_objects_still_exist then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
end
$$;
