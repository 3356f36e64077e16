-- Rule 6: the doubts of an object whose time has come, and with them the records that contest a unique value with
-- one of those (rule 9), link by link: values that were swapped among rejects can only be stored together.
-- Consumes: sf_shadow.dirty, sf_shadow.reject, the shadow. Produces: ids to read, with the mark's generation, which
-- is null for a record that has no ripe mark itself. Reads only.
create or replace function sf_shadow.ripe_marks(of_object text, ripe_until timestamptz, at_most integer)
returns table (record_id text, generation bigint)
language plpgsql stable set search_path = '' as $$
declare
  mapping record;
begin
  select * into mapping from sf_shadow._record_to_row(of_object);
  if mapping.unique_column is null then
    return query
      select d.record_id, d.generation from sf_shadow.dirty d
      where d.object = of_object and d.not_before <= ripe_until
      order by d.not_before
      limit at_most;
    return;
  end if;
  return query execute format($sql$
    with recursive ripe as materialized (
      select d.record_id, d.generation from sf_shadow.dirty d
      where d.object = $1 and d.not_before <= $2
      order by d.not_before
      limit $3
    ), contestant (record_id) as (
      select ripe.record_id from ripe
      union
      select linked.record_id collate "C"
      from contestant
      cross join lateral (
        select holder.%2$s
        from sf_shadow.reject claim
        join %1$s holder on holder.%3$s = claim.claimed_value
        where claim.object = $1 and claim.record_id = contestant.record_id and claim.sqlstate = '23505'
        union all
        select claim.record_id
        from %1$s holder
        join sf_shadow.reject claim on claim.object = $1 and claim.claimed_value = holder.%3$s and claim.sqlstate = '23505'
        where holder.%2$s = contestant.record_id
      ) linked (record_id)
    )
    select contestant.record_id, ripe.generation
    from contestant
    left join ripe on ripe.record_id = contestant.record_id
    order by ripe.generation is null
    limit 2 * $3
  $sql$, mapping.shadow_table, mapping.key_column, mapping.unique_column)
  using of_object, ripe_until, at_most;
end
$$;
