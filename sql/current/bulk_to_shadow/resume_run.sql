-- Any state but an end, unchanged: ends the pause of a run that is to go on. That of the API budget ends at once (rule 14:
-- whoever asks was let through), that before a job is made anew when its time has come.
-- Consumes: the run. Produces: it without its pause and the reason. Returns how long it has to wait still, in ms; 0 where it
-- may go on. Safe to repeat.
create or replace function sf_shadow.resume_run(of_run_id bigint) returns double precision
language plpgsql set search_path = '' as $$
declare
  asked_at constant timestamptz := clock_timestamp();
  due_at timestamptz;
begin
  select r.paused_until into due_at from sf_shadow.run r
  where r.run_id = of_run_id and r.state = 'queued' and r.job_attempts > 0;
  if due_at > asked_at then
    return ceil(1000 * extract(epoch from due_at - asked_at));
  end if;
  -- One that was canceled meanwhile keeps its reason.
  update sf_shadow.run r set error = null, paused_until = null
  where r.run_id = of_run_id and r.finished_at is null and r.paused_until is not null;
  return 0;
end
$$;
