-- queued, still: a run's bulk job is made from now on. What is marked dirty later, this run does not settle
-- (_clear_run_marks).
-- Consumes: a run in state queued, the filter that its query is to carry (rule 17). Produces: its started_at. Returns the Salesforce
-- fields that the job is to select; null where the run is not queued any more. Safe to repeat: another try to make the job begins
-- later. Raises 55000, which programs take for what may pass, where the object has another filter: one from before filters says none.
create or replace function sf_shadow.begin_job(of_run_id bigint, of_filter text default null) returns text[]
language plpgsql set search_path = '' as $$
declare
  fields text[];
begin
  perform sf_shadow._assert_filter(r.object, of_filter) from sf_shadow.run r where r.run_id = of_run_id;
  update sf_shadow.run r set started_at = now()
  where r.run_id = of_run_id and r.state = 'queued'
  returning case when r.kind = 'ids' then array['Id'] else coalesce(sf_shadow.load_fields(r.object), '{}') end into fields;
  return fields;
end
$$;
