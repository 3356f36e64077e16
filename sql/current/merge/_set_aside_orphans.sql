-- Rule 8: a record whose parent is not in the shadow cannot be stored. A child of a rejected parent is a
-- reject; else parent and child are both in doubt, and where an event has brought the child they wait for the parent (rule 15).
-- Consumes and changes pg_temp.change; marks parents dirty.
create or replace function sf_shadow._set_aside_orphans(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  parent record;
  wanted text[];
  parents_held text[];
  doubted record;
begin
  select array_agg(distinct c.parent_id) into wanted
  from pg_temp.change c
  where c.verdict = 'replace' and not c.absent and c.error is null;
  if wanted is null then
    return;
  end if;
  -- Not by _mapping, which compiles: the parent's functions have one writer under the parent's lock.
  select p.object, p.shadow_table, p.key_column, o.parent_field into parent
  from sf_shadow.object o
  join sf_shadow.object p on p.object = o.parent_object
  where o.object = of_object;
  if parent is null then
    return;
  end if;
  execute format('select array_agg(p.%2$I) from unnest($1) wanted (record_id) join public.%1$I p on p.%2$I = wanted.record_id',
    parent.shadow_table, parent.key_column)
  into parents_held using wanted;

  with parentless as materialized (
    select c.ctid as place, c.record_id, c.parent_id, c.updated_at, c.doubt_not_before,
      c.may_wait and c.dirty_reason is null as waits
    from pg_temp.change c
    where c.verdict = 'replace' and not c.absent and c.error is null
      -- Hashed: as a join it would be a loop for each record, once its plan is kept.
      and coalesce(c.parent_id, '') not in (select p.record_id from unnest(parents_held) p (record_id))
  ), refused_parent as materialized (
    -- Locked: whoever stores it meanwhile waits, and then sees who waits for it (_mark_waiting).
    select r.record_id from sf_shadow.reject r
    where r.object = parent.object and r.record_id in (select parentless.parent_id from parentless)
    order by r.record_id
    for share
  ), orphan as materialized (
    select parentless.*, refused_parent.record_id is not null as parent_rejected
    from parentless
    left join refused_parent on refused_parent.record_id = parentless.parent_id
  ), set_aside as (
    update pg_temp.change c set
      error = case when orphan.parent_rejected then sf_shadow._rejected_parent(parent.object, orphan.parent_id, parent.parent_field) end,
      verdict = case when orphan.parent_rejected then c.verdict else 'dirty' end,
      dirty_reason = case when orphan.parent_rejected then c.dirty_reason
        else coalesce(c.dirty_reason, parent.object || ' ' || orphan.parent_id || ' is not in the shadow') end,
      waits_for = case when orphan.waits and not orphan.parent_rejected then orphan.parent_id end
    from orphan
    where c.ctid = orphan.place
  )
  select array_agg(parent_id) as ids, array_agg(updated_at) as sinces, array_agg(doubt_not_before) as not_befores,
    array_agg(of_object || ' ' || record_id || ' refers to it') as reasons,
    array_agg(case when waits then parent_id end) as waits_fors
  into doubted
  from orphan
  where not parent_rejected;
  if doubted.ids is not null then
    perform sf_shadow._mark_dirty(parent.object, doubted.ids, doubted.sinces, doubted.not_befores, doubted.reasons, null,
      doubted.waits_fors);
  end if;
end
$$;
