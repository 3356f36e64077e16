-- Any state but an end, unchanged: notes that a run is held back, and why; sf_shadow_run shows it as paused.
-- Consumes: the run; for how long it is held back, at the least. Produces: paused_until, which resume_run takes back. Safe to
-- repeat: the later one counts.
create or replace function sf_shadow.pause_run(of_run_id bigint, of_error text, wait_ms double precision) returns void
language sql set search_path = '' as $$
  update sf_shadow.run r set error = of_error, paused_until = clock_timestamp() + wait_ms * interval '1 millisecond'
  where r.run_id = of_run_id and r.finished_at is null
$$;
