-- Rule 9: a unique value (a SKU) claimed by two records. The holder keeps it, the claimant is a reject, and
-- both are read again together, once for each value: while the org says so, it stays a reject. No contest is a value that
-- its holder does not claim any more: by this batch (a swap; who is refused here claims what the refused version has), or
-- as the version says that was refused before. Its old row, where this batch does not write it, yields (_yield_values).
-- Consumes and changes pg_temp.change, where a holder that is not in the batch is added to yield; marks holders dirty.
create or replace function sf_shadow._set_aside_contested(of_object text) returns void
language plpgsql set search_path = '' set work_mem = '64MB'
-- What is joined here is thousands of rows where the planner expects one.
set enable_nestloop = off as $$
declare
  mapping record;
  claimed text[];
  holders record;
  doubted record;
begin
  select m.*, f.field into mapping
  from sf_shadow.object_mapping m
  join sf_shadow.field f on f.object = of_object and f.is_unique
  where m.object = of_object;
  if mapping is null then
    return;
  end if;
  select array_agg(distinct c.unique_value) into claimed
  from pg_temp.change c
  where c.verdict = 'replace' and not c.absent and c.error is null and c.unique_value is distinct from c.old_unique_value;
  if claimed is null then
    return;
  end if;
  execute format($sql$
    select array_agg(s.%2$s) as ids, array_agg(s.%3$s) as unique_values, array_agg(%4$s) as parent_ids
    from unnest($1) claimed (unique_value) join %1$s s on s.%3$s = claimed.unique_value
  $sql$, mapping.shadow_table, mapping.key_column, mapping.unique_column, mapping.held_parent)
  into holders using claimed;

  with claim as materialized (
    select c.record_id, c.unique_value,
      first_value(c.record_id) over (partition by c.unique_value order by c.record_id) as first_claimant
    from pg_temp.change c
    where c.verdict = 'replace' and not c.absent and c.error is null
      and c.unique_value is distinct from c.old_unique_value
  ), held as materialized (
    select claim.record_id, claim.unique_value, holder.record_id as holder, holder.parent_id
    from claim
    join unnest(holders.ids, holders.unique_values, holders.parent_ids) holder (record_id, unique_value, parent_id)
      on holder.unique_value = claim.unique_value and holder.record_id <> claim.record_id
  ), judged as (
    select held.*, c.record_id is not null as in_batch, c.verdict = 'replace' and c.error is null as is_written,
      held.unique_value is not distinct from case
        when c.verdict in ('replace', 'keep') then case when not c.absent then c.unique_value end
        when refused.record_id is not null then refused.claimed_value
        else held.unique_value end as keeps
    from held
    left join pg_temp.change c on c.record_id = held.holder
    left join sf_shadow.reject refused on refused.object = of_object and refused.record_id = held.holder
  ), outcome as materialized (
    select claim.record_id, claim.unique_value, judged.holder, judged.parent_id, judged.in_batch, judged.is_written,
      case when judged.keeps then judged.holder
        when claim.record_id <> claim.first_claimant then claim.first_claimant end as lost_to
    from claim
    left join judged on judged.record_id = claim.record_id
  ), yielding as materialized (
    select won.holder as record_id, won.parent_id, won.unique_value, won.in_batch
    from outcome won
    left join outcome own on own.record_id = won.holder
    where won.lost_to is null and won.holder is not null
      and (won.is_written is not true or own.lost_to is not null)
  ), touched as (
    select coalesce(lost.record_id, yielding.record_id) as record_id, lost.unique_value, lost.lost_to,
      yielding.record_id is not null as yields
    from (select * from outcome where outcome.lost_to is not null) lost
    full join (select * from yielding where yielding.in_batch) yielding on yielding.record_id = lost.record_id
  ), set_aside as (
    update pg_temp.change c set
      error = case when touched.lost_to is null then c.error
        else array['23505', format('%s %s is held by %s %s', mapping.field, c.unique_value, of_object, touched.lost_to),
          mapping.field] end,
      dirty_reason = case when touched.lost_to is not null and reject.record_id is null
        then mapping.field || ' is claimed by two records' else c.dirty_reason end,
      yields = c.yields or touched.yields
    from touched
    left join sf_shadow.reject reject on reject.object = of_object and reject.record_id = touched.record_id
      and reject.sqlstate = '23505' and reject.claimed_value = touched.unique_value
    where c.record_id = touched.record_id
    returning touched.lost_to as holder, c.doubt_not_before, c.updated_at, reject.record_id is null as first_time
  ), added as (
    insert into pg_temp.change (record_id, verdict, absent, present, entombed, old_unique_value, old_parent_id, changed,
      doubt_since, doubt_not_before, yields)
    select yielding.record_id, 'ignore', false, true, false, yielding.unique_value, yielding.parent_id, true,
      'infinity', 'infinity', true
    from yielding
    where not yielding.in_batch
  )
  select array_agg(holder) as ids, array_agg(updated_at) as sinces, array_agg(doubt_not_before) as not_befores,
    array_agg(mapping.field || ' is claimed by two records') as reasons
  into doubted
  from set_aside
  where first_time and holder is not null;
  if doubted.ids is not null then
    perform sf_shadow._mark_dirty(of_object, doubted.ids, doubted.sinces, doubted.not_befores, doubted.reasons);
  end if;
end
$$;
