-- Any state but an end, unchanged: notes why a run does not get on, while its step is tried again. Consumes: the run.
-- Produces: its error, which goes with the next step that succeeds. Safe to repeat: the later one counts.
create or replace function sf_shadow.note_run_error(of_run_id bigint, of_error text) returns void
language sql set search_path = '' as $$
  update sf_shadow.run r set error = of_error where r.run_id = of_run_id and r.finished_at is null
$$;
