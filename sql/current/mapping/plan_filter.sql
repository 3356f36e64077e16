-- Raises SF014, with what to do, for the filter of a wish that cannot be one, before Salesforce is asked what meets it. Consumes: the
-- wish and describe of _plan_object. Returns the condition as it is asked with; null where none is wished. Reads nothing.
create or replace function sf_shadow.plan_filter(wish jsonb, described jsonb) returns text
language plpgsql immutable set search_path = '' as $$
declare
  planned record;
begin
  select f.* into planned from sf_shadow._plan_filter(wish, described) f;
  if planned.fault is not null then
    raise exception '%', planned.fault using errcode = 'SF014', hint = 'Nothing was changed.';
  end if;
  return planned.filter;
end
$$;
