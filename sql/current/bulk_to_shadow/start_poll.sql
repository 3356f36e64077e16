-- -> queued: starts the poll of an object, a delta, where it is due. One that is under way already is the poll.
-- Produces: a run, and when it was begun. Returns it; null where there is nothing to poll now: the object is not polled (any more),
-- is paused, was never loaded, or was polled less than its interval ago; or a full load merges its pages, beside which the poll
-- would leave in doubt whatever has changed (rule 5b). Safe to repeat.
create or replace function sf_shadow.start_poll(of_object text) returns bigint
language plpgsql set search_path = '' as $$
declare
  started bigint;
begin
  select r.run_id into started from sf_shadow.run r where r.object = of_object and r.kind = 'delta' and r.finished_at is null;
  if found then
    return started;
  end if;
  update sf_shadow.object_state s set polled_at = now() where s.object = of_object and sf_shadow._poll_due_at(of_object) <= now();
  if not found then
    return null;
  end if;
  started := sf_shadow.start_run(of_object, 'delta', 'poll');
  update sf_shadow.run r set is_poll = true where r.run_id = started and r.reason = 'poll';
  return started;
end
$$;
