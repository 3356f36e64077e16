-- The queue of each object's refreshes, and the task, made ahead (graphile-worker keeps both rows when the job is gone).
-- The first job of a queue makes them: in a reader's open transaction, that would hold up every other add_job.
do $$
begin
  perform sf_shadow_worker.add_job(
    'records_to_shadow', queue_name => queue.kind || o.object, job_key => 'refresh:' || o.object || ':ahead')
  from sf_shadow.object o cross join (values ('refresh:'), ('records_to_shadow:')) queue (kind);
  perform sf_shadow_worker.remove_job('refresh:' || o.object || ':ahead') from sf_shadow.object o;
end
$$;
