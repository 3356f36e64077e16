-- waiting or loading -> queued: takes a run back to where it makes its bulk job, or asks by REST, because what it had will bring no
-- (further) result (rule 13). What was merged stays, and the new job's pages come from the first one on.
-- Consumes: the run, the job that is given up (null: it has none). Produces: the run, paused for wait_ms; its count of jobs.
-- Safe to repeat: only while that job is the run's. False where it is not, or the run has ended.
create or replace function sf_shadow.renew_job(of_run_id bigint, of_job_id text, of_error text, wait_ms double precision)
returns boolean
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.run r set
    state = 'queued', job_id = null, by_rest = false, job_attempts = r.job_attempts + 1,
    read_id = null, read_from = null, counts_for_rows = true, locator = null, expected = null, received = 0, turn_at = null,
    -- The number that was due is never due again: a page of the job before, still being read somewhere, is refused.
    pages = r.pages + 1,
    error = of_error, progressed_at = now(),
    paused_until = case when wait_ms > 0 then clock_timestamp() + wait_ms * interval '1 millisecond' end
  where r.run_id = of_run_id and r.job_id is not distinct from of_job_id and r.state in ('waiting', 'loading');
  if not found then
    return false;
  end if;
  -- Ids of another job prove nothing together with this one's (rule 7).
  delete from sf_shadow.run_page p where p.run_id = of_run_id;
  return true;
end
$$;
