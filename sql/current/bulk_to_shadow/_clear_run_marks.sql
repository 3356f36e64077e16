-- Rule 6 for loads: a run settles the marks that were ripe when its read began and that nothing renewed since
-- before its job was created. Consumes: a run; the ids of a page, or null for every record (at the end of a
-- full run, when what was not seen has been swept). A mark that the merge itself renewed stays, and so does that of a
-- record that contests a value: the contestants may be on different pages, and only a re-read sees them together.
create or replace function sf_shadow._clear_run_marks(of_run_id bigint, record_ids text[]) returns void
language sql set search_path = '' as $$
  delete from sf_shadow.dirty d
  using sf_shadow.run r
  where r.run_id = of_run_id and d.object = r.object and d.marked_at < r.started_at and d.not_before <= r.read_from
    -- Not "= any (record_ids)": the planner would weigh each of a page's ids.
    and (record_ids is null or d.record_id in (select id.record_id from unnest(record_ids) id (record_id)))
    -- Rule 8: a record that nobody has seen, and whose parent is known, is read again: gone, it is that parent's child still.
    and (record_ids is not null or d.parent_id is null)
    and not sf_shadow._contests_value(d.object, d.record_id)
$$;
