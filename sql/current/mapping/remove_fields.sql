-- Maps fields of an object no more: events and loads do not bring them any longer, and where raw_payload keeps mapped fields alone
-- they leave it. Their columns stay as they are, or go with drop_data. Everything or nothing; running services go on. Returns the
-- plan {object, table, columns: [{field, column}], statements}, and changes nothing where that is all that is wanted. Raises SF014,
-- with what to do, for what cannot be, SF006 for an object that is not mirrored. Safe to repeat: SF014, for they are not mapped.
create or replace function sf_shadow.remove_fields(of_object text, fields text[], drop_data boolean, is_dry boolean default false)
returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
  statement text;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_fields_removal(of_object, fields, drop_data);
  end if;
  lock table sf_shadow.object in share row exclusive mode;
  perform sf_shadow._fence_streams(of_object);
  perform sf_shadow._lock_objects(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
  plan := sf_shadow._plan_fields_removal(of_object, fields, drop_data);
  for statement in select s from jsonb_array_elements_text(plan -> 'statements') s loop
    execute statement;
  end loop;
  -- What was cached has the fields still.
  perform sf_shadow._append_invalidation(of_object, null, null, null);
  perform pg_notify('sf_shadow_mapping', of_object);
  return plan;
exception
  when lock_not_available or insufficient_privilege or dependent_objects_still_exist then
    raise exception '%', sf_shadow._mapping_fault(sqlstate, sqlerrm, of_object)
      using errcode = 'SF014', hint = 'Nothing was changed. ' || case when sqlstate = '55P03' then 'Try again.'
        when sqlstate = '42501' then 'The table must be this role''s own.' else 'Drop that first, or leave the columns.' end;
end
$$;
