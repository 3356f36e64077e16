-- The edge bulk_to_shadow: merges one page of a run and moves its locator, in the transaction that copied the
-- page, so that a kill costs this page, and the one that is read ahead (rule 13).
-- loading -> loading, or sweeping with the last page.
-- Consumes: pg_temp.page, the run. Produces: the merge, the page's ids (rule 7), the run's progress.
-- Safe to repeat: a page that was merged already is refused by its number (SF007).
create or replace function sf_shadow.bulk_to_shadow(
  of_run_id bigint, of_page integer, next_locator text, has_marks boolean
) returns sf_shadow.merge_counts
language plpgsql set search_path = '' as $$
declare
  run sf_shadow.run;
  counts sf_shadow.merge_counts;
  ids text[];
begin
  select array_agg(page."Id") into ids from pg_temp.page page;
  perform sf_shadow._lock_objects((select array[r.object] from sf_shadow.run r where r.run_id = of_run_id));
  select r.* into run from sf_shadow.run r where r.run_id = of_run_id for update;
  if run.state <> 'loading' or run.pages <> of_page - 1 then
    raise exception 'page % of run % is not due: the run is % and has % pages', of_page, of_run_id, run.state, run.pages
      using errcode = 'SF007', hint = 'Another process goes on with this run; this one follows it.';
  end if;

  -- Of a delta of a filtered object they are compared with those of all that has changed.
  if run.kind <> 'delta' or exists (select from sf_shadow.object o where o.object = run.object and o.filter is not null) then
    insert into sf_shadow.run_page (run_id, page, record_ids) values (of_run_id, of_page, coalesce(ids, '{}'));
  end if;
  if run.kind <> 'ids' and ids is not null then
    counts := sf_shadow.merge_records(run.object, run.read_id, has_marks, '{}', run.forced);
    perform sf_shadow._clear_run_marks(of_run_id, ids);
  end if;

  update sf_shadow.run r set
    pages = of_page,
    locator = next_locator,
    state = case when next_locator is null then 'sweeping' else r.state end,
    received = r.received + coalesce(cardinality(ids), 0),
    inserted = r.inserted + coalesce(counts.inserted, 0), updated = r.updated + coalesce(counts.updated, 0),
    deleted = r.deleted + coalesce(counts.deleted, 0), unchanged = r.unchanged + coalesce(counts.unchanged, 0),
    ignored = r.ignored + coalesce(counts.ignored, 0), dirty = r.dirty + coalesce(counts.dirty, 0),
    rejected = r.rejected + coalesce(counts.rejected, 0), drift = r.drift + coalesce(counts.drift, 0),
    progressed_at = now(), error = null
  where r.run_id = of_run_id;
  return counts;
end
$$;
