-- The body of an object's write_history (_rows_to_history); null where its versions are not kept. Reads the mapping.
-- A version ends where its row is gone, or shows other values: at the row's own time; where that is no later than the version itself
-- (a formula, a change that nothing has told), when the row was read. What would end no later than it began is replaced in place:
-- no two versions of a record overlap. A record that was taken for gone, and stands as it did before that, goes on with its last
-- version. A column that waits to be filled is brought along in place.
create or replace function sf_shadow._write_history_source(mapping sf_shadow.object_mapping) returns text
language sql stable set search_path = '' as $$
  select format($sql$
begin
  -- Parameters by their numbers: a column may have any name.
  update %1$s h set
    is_deleted = s.%3$s is null and asked.is_deleted,
    valid_to = greatest(h.valid_from, case when s.%3$s is null then asked.ended_at
      when s.updated_at > h.valid_from then s.updated_at else s.synced_at end)
  from unnest($1, $2, $3) asked (record_id, ended_at, is_deleted)
  left join %2$s s on s.%3$s = asked.record_id
  where h.%3$s = asked.record_id and h.valid_to is null and (s.%3$s is null or %4$s);

  insert into %1$s (%3$s, valid_from, %5$s)
  select s.%3$s, case when s.updated_at <= h.valid_to and not (%4$s) then h.valid_from else greatest(s.updated_at, h.valid_to) end, %6$s
  from unnest($1) asked (record_id)
  join %2$s s on s.%3$s = asked.record_id
  left join lateral (
    select last.* from %1$s last where last.%3$s = asked.record_id order by last.valid_from desc limit 1
  ) h on true
  where h.%3$s is null or h.valid_to is not null
  on conflict (%3$s, valid_from) do update set %7$s, valid_to = null, is_deleted = false;
%8$s
end
$sql$,
  kept.history_table, mapping.shadow_table, mapping.key_column, kept.differ, mapping.column_names, kept.held, mapping.column_updates,
  kept.amend)
  from (
    select format('public.%I', o.history_table) as history_table,
      string_agg(format('s.%I', f.column_name), ', ' order by f.column_name) as held,
      coalesce(string_agg(format('h.%1$I is distinct from s.%1$I', f.column_name), ' or ' order by f.column_name)
        filter (where f.unfilled_until is null), 'false') as differ,
      sf_shadow._amend_history_source(o, array_agg(f.column_name::text) filter (where f.unfilled_until is not null), '$1') || ';' as amend
    from sf_shadow.object o
    join sf_shadow.field f on f.object = o.object
    where o.object = mapping.object and o.history_table is not null
    group by o.object
  ) kept
$$;
