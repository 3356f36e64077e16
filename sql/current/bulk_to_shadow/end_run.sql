-- Any state but an end -> fuse, where a run's deletes were refused (rule 7), or failed. What it has merged stays, and nothing
-- is deleted.
-- Produces: the run's end with the reason, which after a fuse sf_shadow_lag shows of the object too; its ids are forgotten.
-- Safe to repeat: one that has ended, or was canceled, stays as it is.
create or replace function sf_shadow.end_run(of_run_id bigint, of_error text, by_fuse boolean) returns void
language sql set search_path = '' as $$
  with ended as (
    update sf_shadow.run r set
      state = case when by_fuse then 'fuse' else 'failed' end, error = of_error, finished_at = now()
    where r.run_id = of_run_id and r.finished_at is null
    returning r.run_id, r.object, r.state
  ), forgotten as (
    delete from sf_shadow.run_page p using ended where p.run_id = ended.run_id
  )
  update sf_shadow.object_state s set fuse_of_loads = of_error
  from ended
  where s.object = ended.object and ended.state = 'fuse'
$$;
