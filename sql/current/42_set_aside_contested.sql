-- Rule 9: a unique value (a SKU) claimed by two records. The holder keeps it, the claimant is a reject, and
-- both are read again together, once for each value: while the org says so, it stays a reject. A swap inside one batch is
-- no contest. Who loses keeps its old row, and with it the old value that another may claim: hence the recursion.
-- Consumes and changes pg_temp.change; marks holders dirty.
create or replace function sf_shadow.set_aside_contested(of_object text) returns void
language plpgsql set search_path = '' set work_mem = '64MB'
-- What is joined here is thousands of rows where the planner expects one; only holders are looked up one by one.
set enable_nestloop = off as $$
declare
  g record;
begin
  select r.*, f.field into g
  from sf_shadow.record_to_row(of_object) r
  join sf_shadow.field f on f.object = of_object and f.is_unique;
  if g is null then
    return;
  end if;

  execute format($sql$
    with recursive claim as materialized (
      select c.record_id, c.unique_value, c.old_unique_value,
        first_value(c.record_id) over (partition by c.unique_value order by c.record_id) as first_claimant
      from pg_temp.change c
      where c.verdict = 'replace' and not c.absent and c.error is null
        and c.unique_value is distinct from c.old_unique_value
    ), lost (record_id, holder) as (
      (
        select claim.record_id, claim.first_claimant from claim where claim.record_id <> claim.first_claimant
        union
        select claim.record_id, holder.record_id
        from claim
        cross join lateral (
          select s.%2$s as record_id from %1$s s where s.%3$s = claim.unique_value and s.%2$s <> claim.record_id offset 0
        ) holder
        where not exists (
          select from pg_temp.change leaving
          where leaving.record_id = holder.record_id and leaving.verdict = 'replace' and leaving.error is null
            and (leaving.absent or leaving.unique_value is distinct from leaving.old_unique_value))
      )
      union
      select claim.record_id, loser.record_id
      from lost
      join claim loser on loser.record_id = lost.record_id
      join claim on claim.unique_value = loser.old_unique_value and claim.record_id <> loser.record_id
    ), contested as (
      select claim.record_id, claim.unique_value, min(lost.holder) as holder
      from lost join claim on claim.record_id = lost.record_id
      group by claim.record_id, claim.unique_value
    ), set_aside as (
      update pg_temp.change c set
        error = array['23505', %4$L || c.unique_value || ' is held by %5$s ' || contested.holder, %6$L],
        dirty_reason = case when reject.record_id is null then %4$L || 'is claimed by two records' else c.dirty_reason end
      from contested
      left join sf_shadow.reject reject on reject.object = $1 and reject.record_id = contested.record_id
        and reject.sqlstate = '23505' and reject.contested_value = contested.unique_value
      where c.record_id = contested.record_id
      returning contested.holder, c.doubt_not_before, c.updated_at, reject.record_id is null as first_time
    )
    select sf_shadow.mark_dirty($1, array_agg(holder), array_agg(updated_at), array_agg(doubt_not_before),
      array_agg(%4$L || 'is claimed by two records'::text))
    from set_aside
    where first_time
    having count(*) > 0
  $sql$, g.shadow_table, g.key_column, g.unique_column, g.field || ' ', of_object, g.field)
  using of_object;
end
$$;
