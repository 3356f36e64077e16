-- Rules 8 and 9: what waited for these changes is read again: children of a parent that has returned, rejects
-- of a parent that could be stored, rejects that claim a value which is free now, or whose holder, a reject itself, has
-- given it up: its row will give way.
-- Consumes: pg_temp.change, tombstones, rejects. Produces: doubts.
create or replace function sf_shadow._mark_waiting(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._mark_dirty(waiting.object, array_agg(waiting.record_id), array_agg(waiting.since),
    array_agg(waiting.not_before), array_agg(waiting.reason))
  from (
    select o.object, t.record_id, c.doubt_since as since, c.doubt_not_before as not_before,
      of_object || ' ' || c.record_id || ' is back' as reason
    from pg_temp.change c
    join sf_shadow.object o on o.parent_object = of_object
    join sf_shadow.tombstone t on t.object = o.object and t.parent_id = c.record_id
    left join sf_shadow.reject refused on refused.object = of_object and refused.record_id = c.record_id
    -- A parent that returns and cannot be stored makes rejects of them, once.
    where c.verdict = 'replace' and not c.absent and not c.present and (c.error is null or refused.attempts = 1)
    union all
    select o.object, r.record_id, r.since, c.doubt_not_before, of_object || ' ' || c.record_id || ' has changed'
    from pg_temp.change c
    join sf_shadow.object o on o.parent_object = of_object
    join sf_shadow.reject r on r.object = o.object and r.parent_id = c.record_id
    where c.verdict = 'replace' and c.error is null
    union all
    select of_object, r.record_id, r.since, c.doubt_not_before, c.old_unique_value || ' is free again'
    from pg_temp.change c
    -- Looked up one by one: how many rejects there are is not known when this is planned.
    cross join lateral (
      select claim.record_id, claim.since from sf_shadow.reject claim
      where claim.object = of_object and claim.claimed_value = c.old_unique_value and claim.sqlstate = '23505'
        and claim.record_id <> c.record_id
      offset 0
    ) r
    where c.verdict = 'replace' and c.present and not c.yields
      and (c.absent or c.unique_value is distinct from c.old_unique_value)
  ) waiting
  group by waiting.object;
end
$$;
