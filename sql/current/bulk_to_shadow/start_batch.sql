-- Starts the full loads of one backfill, or goes on with one of these objects that was interrupted within a day: what that
-- one has loaded already is not loaded again. All runs are there from the beginning, so that the next call sees what is left.
-- Consumes: Salesforce names, parents first. Produces: by start_run, a run for each, in this order. Returns them, each with
-- the state in which the interrupted backfill left it; null where its run is another one. Safe to repeat.
create or replace function sf_shadow.start_batch(of_objects text[], of_reason text, of_forced boolean)
returns table (object text, run_id bigint, left_in_state text)
language plpgsql set search_path = '' as $$
declare
  batch uuid;
  earlier sf_shadow.run;
begin
  select r.batch_id into batch from sf_shadow.run r
  where r.kind = 'full' and r.finished_at is null and r.batch_id is not null and r.object = any (of_objects)
    and r.created_at > now() - interval '1 day'
  order by r.run_id desc limit 1;
  batch := coalesce(batch, gen_random_uuid());
  -- One after the other, not as a set: a backfill loads in the order of its runs' ids.
  foreach object in array of_objects loop
    select r.* into earlier from sf_shadow.run r
    where r.batch_id = batch and r.object = start_batch.object and (r.finished_at is null or r.state = 'complete');
    run_id := earlier.run_id;
    if earlier.state is distinct from 'complete' then
      -- What is under way is joined; by force, it is forced too, or canceled where it stands still.
      run_id := sf_shadow.start_run(object, 'full', of_reason, of_forced, batch);
    end if;
    left_in_state := case when run_id = earlier.run_id then earlier.state end;
    return next;
  end loop;
end
$$;
