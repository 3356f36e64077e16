-- Gives an object its view for readers that Heroku Connect had before, in a schema, or takes it away (null): plans it, and runs the
-- plan's statements. Everything or nothing; running services go on. Consumes and raises as _plan_compatible_view, SF006 for an object
-- that is not mirrored. Returns the plan, and changes nothing where that is all that is wanted. Safe to repeat: SF014, it is so.
create or replace function sf_shadow.change_compatible_view(
  of_object text, in_schema text, planned_columns jsonb default '[]', ids_from text default null, is_dry boolean default false
)
returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  perform sf_shadow._assert_mirrored(of_object);
  if is_dry then
    return sf_shadow._plan_compatible_view(of_object, in_schema, planned_columns, ids_from);
  end if;
  perform sf_shadow._lock_mirrored(of_object);
  plan := sf_shadow._plan_compatible_view(of_object, in_schema, planned_columns, ids_from);
  perform sf_shadow._run_plan(plan);
  return plan;
exception
  when lock_not_available or dependent_objects_still_exist then
    perform sf_shadow._refuse_change(sqlstate, sqlerrm, of_object);
  when insufficient_privilege then
    raise exception 'the role % may not do what the view of % needs: %', current_user, of_object, sqlerrm
      using errcode = 'SF014', hint = format('Nothing was changed. An administrator grants that, or makes the schema: '
        'create schema if not exists %I; grant create, usage on schema %1$I to %I with grant option', in_schema, current_user);
end
$$;
