-- waiting -> loading: a run's bulk job is complete, and its pages are due.
-- Consumes: the run, its job, when the job was seen to be complete (Salesforce's clock), how many records it processed.
-- Produces: the read with its bounds (docs/rules.md, "Words and times"), the number of records to expect. Safe to repeat:
-- false, and nothing is changed, where the run does not wait for this job any more.
create or replace function sf_shadow.begin_loading(
  of_run_id bigint, of_job_id text, of_read_to timestamptz, of_expected bigint
) returns boolean
language plpgsql set search_path = '' as $$
declare
  run sf_shadow.run;
  begun_read_id bigint;
begin
  select r.* into run from sf_shadow.run r
  where r.run_id = of_run_id and r.job_id = of_job_id and r.state = 'waiting' for update;
  if not found then
    return false;
  end if;
  -- The server that dated the job may be ahead of the one that showed it complete.
  insert into sf_shadow.read (object, read_from, read_to, filter)
  select run.object, run.read_from, greatest(run.read_from, of_read_to), o.filter from sf_shadow.object o where o.object = run.object
  returning read_id into begun_read_id;
  update sf_shadow.run r set
    state = 'loading', read_id = begun_read_id, expected = of_expected, progressed_at = now(), error = null
  where r.run_id = of_run_id;
  return true;
end
$$;
