-- Loads under way of an object whose jobs do not select a field that is mapped, and shown by describe, make them anew: what they
-- bring is no full record of it. Call it under the object's lock. Produces: runs in state queued, jobs that abort the bulk jobs of
-- before. Safe to repeat.
create or replace function sf_shadow._renew_unread_runs(of_object text) returns void
language sql set search_path = '' as $$
  select
    -- A load by REST has no bulk job.
    case when r.job_id is not null then sf_shadow._add_keyed_job(
      'abort_bulk_job', json_build_object('job_id', r.job_id), 'abort_bulk_job', 'abort_bulk_job:' || r.job_id) end,
    sf_shadow.renew_job(r.run_id, r.job_id, 'fields were added to its object', 0)
  from sf_shadow.run r
  where r.object = of_object and r.kind <> 'ids' and r.state in ('waiting', 'loading')
    and cardinality(sf_shadow._unread_fields(of_object, r.fields)) > 0
$$;
