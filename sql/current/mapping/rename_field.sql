-- Renames the column of a field. Views that read it follow; functions of yours do not. Running services go on. Returns the plan
-- {object, table, field, column, to, statements}, and changes nothing where that is all that is wanted. Raises SF014, with what to
-- do, for what cannot be, SF006 for an object that is not mirrored. Safe to repeat: SF014, for it has that name.
create or replace function sf_shadow.rename_field(of_object text, of_field text, to_column text, is_dry boolean default false)
returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
  statement text;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_rename(of_object, of_field, to_column);
  end if;
  lock table sf_shadow.object in share row exclusive mode;
  perform sf_shadow._lock_objects(array[of_object]);
  perform sf_shadow._assert_mirrored(of_object);
  plan := sf_shadow._plan_rename(of_object, of_field, to_column);
  for statement in select s from jsonb_array_elements_text(plan -> 'statements') s loop
    execute statement;
  end loop;
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
