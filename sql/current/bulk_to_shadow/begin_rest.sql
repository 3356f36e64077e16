-- queued -> loading, without a bulk job: a run's query was answered by REST, and its pages are due.
-- Consumes: the run, the fields that were selected, the bounds of the first answer (docs/rules.md, "Words and times"), how many
-- records the query finds. Produces: the read, all that a process needs to go on with the pages (rule 13). Takes the object's lock:
-- the first page is merged in the same transaction. Safe to repeat: false, and nothing is changed, where the run is not queued any
-- more, or fields were mapped meanwhile that were not selected; what was answered is then nobody's.
create or replace function sf_shadow.begin_rest(
  of_run_id bigint, of_fields text[], of_read_from timestamptz, of_read_to timestamptz, of_expected bigint
) returns boolean
language plpgsql set search_path = '' as $$
declare
  run sf_shadow.run;
  begun_read_id bigint;
begin
  perform sf_shadow._lock_objects((select array[r.object] from sf_shadow.run r where r.run_id = of_run_id));
  select r.* into run from sf_shadow.run r where r.run_id = of_run_id and r.state = 'queued' for update;
  if not found or run.kind <> 'ids' and cardinality(sf_shadow._unread_fields(run.object, of_fields)) > 0 then
    return false;
  end if;
  insert into sf_shadow.read (object, read_from, read_to, filter)
  select run.object, of_read_from, of_read_to, o.filter from sf_shadow.object o where o.object = run.object
  returning read_id into begun_read_id;
  update sf_shadow.run r set
    state = 'loading', by_rest = true, fields = of_fields, read_from = of_read_from, read_id = begun_read_id, expected = of_expected
  where r.run_id = of_run_id;
  return true;
end
$$;
