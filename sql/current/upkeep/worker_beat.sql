-- A worker process says that it lives. Produces: the heartbeats of its workers. Safe to repeat.
create or replace function sf_shadow.worker_beat(worker_ids text[]) returns void
language sql set search_path = '' as $$
  insert into sf_shadow.worker (worker_id)
  select id from unnest(worker_ids) id
  on conflict (worker_id) do update set beat_at = now()
$$;
