-- Rule 6: marks records as in doubt and sees to it that records_to_shadow will read them again.
-- Consumes: parallel arrays (parent_ids: null where none is known; waits_fors: the parent that is all the doubt, else null, rule 15).
-- Produces: rows of sf_shadow.dirty and one waiting job per object. Safe to repeat: a new mark keeps the oldest `since`, the
-- latest `not_before`, and has another generation; it only waits where the one before did.
create or replace function sf_shadow._mark_dirty(
  of_object text, record_ids text[], sinces timestamptz[], not_befores timestamptz[], reasons text[],
  parent_ids text[] default null, waits_fors text[] default null
) returns integer
language plpgsql set search_path = '' as $$
declare
  marked integer;
begin
  insert into sf_shadow.dirty as d (object, record_id, since, not_before, reason, parent_id, waits_for)
  select of_object, m.record_id, min(m.since), max(m.not_before), (array_agg(m.reason order by m.since))[1], max(m.parent_id),
    case when bool_and(m.waits_for is not null) then max(m.waits_for) end
  from unnest(record_ids, sinces, not_befores, reasons, parent_ids, waits_fors)
    m (record_id, since, not_before, reason, parent_id, waits_for)
  group by m.record_id
  -- One order of locking for every writer of marks.
  order by m.record_id collate "C"
  on conflict (object, record_id) do update set
    since = least(d.since, excluded.since),
    not_before = greatest(d.not_before, excluded.not_before),
    generation = excluded.generation,
    marked_at = clock_timestamp(),
    -- What may have left the filter stays so until it is read again (rule 17).
    reason = case when d.reason = sf_shadow._filter_doubt() then d.reason else excluded.reason end,
    parent_id = coalesce(excluded.parent_id, d.parent_id),
    -- That a record is missing itself is no other doubt than that its parent is.
    waits_for = case
      when excluded.waits_for in (d.waits_for, d.record_id) then d.waits_for
      when d.waits_for = d.record_id then excluded.waits_for end;
  get diagnostics marked = row_count;
  if marked > 0 then
    perform sf_shadow.add_records_job(of_object);
  end if;
  return marked;
end
$$;
