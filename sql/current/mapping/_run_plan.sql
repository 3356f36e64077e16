-- Runs the statements of a plan for an object's mapping, in the caller's transaction and under its locks, and tells running services
-- (NOTIFY is the hint, the mapping the truth). Consumes: the plan {object, statements, ...} of a _plan_ function. Produces: what the
-- statements do, and the notification. Not safe to repeat: plan again.
create or replace function sf_shadow._run_plan(plan jsonb) returns void
language plpgsql set search_path = '' as $$
declare
  statement text;
begin
  for statement in select s from jsonb_array_elements_text(plan -> 'statements') s loop
    execute statement;
  end loop;
  perform pg_notify('sf_shadow_mapping', plan ->> 'object');
end
$$;
