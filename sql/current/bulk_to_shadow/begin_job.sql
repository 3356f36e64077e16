-- queued, still: a run's bulk job is made from now on. What is marked dirty later, this run does not settle
-- (_clear_run_marks).
-- Consumes: a run in state queued. Produces: its started_at. Returns the Salesforce fields that the job is to select; null
-- where the run is not queued any more. Safe to repeat: another try to make the job begins later.
create or replace function sf_shadow.begin_job(of_run_id bigint) returns text[]
language sql set search_path = '' as $$
  update sf_shadow.run r set started_at = now()
  where r.run_id = of_run_id and r.state = 'queued'
  returning case when r.kind = 'ids' then array['Id'] else coalesce(sf_shadow.load_fields(r.object), '{}') end
$$;
