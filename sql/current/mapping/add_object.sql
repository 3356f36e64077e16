-- Mirrors an object: plans it, and runs the plan's statements. The running service follows it then (NOTIFY is its hint, and
-- sf_shadow.object the truth), and the job that loads it is queued. Everything or nothing. Consumes: the wish and describe of
-- _plan_object. Returns the plan: who only wants to see it rolls back. Safe to repeat: SF014, for it is mirrored already.
create or replace function sf_shadow.add_object(wish jsonb, described jsonb) returns jsonb
language plpgsql set search_path = '' set lock_timeout = '10s' as $$
declare
  plan jsonb;
begin
  -- Two that add the same one after the other: the second sees what the first has made.
  lock table sf_shadow.object in share row exclusive mode;
  plan := sf_shadow._plan_object(wish, described);
  perform sf_shadow._run_plan(plan);
  perform public.add_job('backfill', jsonb_build_object('object', plan ->> 'object'));
  return plan;
exception
  when lock_not_available then
    raise exception '% could not be added: somebody holds a lock on what it needs for over 10 s', described ->> 'name'
      using errcode = 'SF014', hint = 'Nothing was changed. Try again.';
  when insufficient_privilege then
    raise exception 'the role % may not do what the plan needs: %', current_user, sqlerrm
      using errcode = 'SF014', hint = 'Nothing was changed. An administrator runs: grant create on schema public to '
        || quote_ident(current_user) || '; a parent''s table must be this role''s own.';
end
$$;
