-- Any state but an end -> canceled: ends a load for good, whatever it waits for. What it has merged stays, and nothing is
-- deleted. The process that works on it stops at its next step.
-- Produces: the run's end, and a job that aborts its bulk job in Salesforce. Safe to repeat: false where it has ended already.
-- SF010 for a run that does not exist.
create or replace function sf_shadow._cancel_run(of_run_id bigint, of_reason text) returns boolean
language plpgsql set search_path = '' as $$
declare
  canceled sf_shadow.run;
begin
  if not exists (select from sf_shadow.run r where r.run_id = of_run_id) then
    raise exception 'there is no run %', coalesce(of_run_id::text, 'null')
      using errcode = 'SF010', hint = 'Runs are the rows of sf_shadow_run.';
  end if;
  update sf_shadow.run r set state = 'canceled', error = of_reason, finished_at = now(), paused_until = null
  where r.run_id = of_run_id and r.finished_at is null
  returning r.* into canceled;
  if not found then
    return false;
  end if;
  delete from sf_shadow.run_page p where p.run_id = of_run_id;
  if canceled.job_id is not null then
    perform sf_shadow._add_keyed_job(
      identifier => 'abort_bulk_job',
      payload => json_build_object('job_id', canceled.job_id),
      queue_name => 'abort_bulk_job',
      job_key => 'abort_bulk_job:' || canceled.job_id
    );
  end if;
  return true;
end
$$;
