-- Rule 12: writes one batch of invalidations to the outbox, numbered without gaps under the object's lock, and
-- notifies sf_shadow_changed. Consumes: what changed; parents' unique values are looked up, before they go.
-- Above 5,000 records, or without a list, the row says "everything of this object" by a null list; the notification
-- carries the ids while it stays under 8,000 bytes. NOTIFY is a hint, the table is the truth.
create or replace function sf_shadow._append_invalidation(
  of_object text, changed_ids text[], changed_parents text[], changed_uniques text[]
) returns void
language plpgsql set search_path = '' as $$
declare
  parent record;
  everything boolean := changed_ids is null or cardinality(changed_ids) > 5000;
  parents text[] := array(select distinct p from unnest(changed_parents) p where p is not null and not everything);
  uniques text[] := array(select distinct u from unnest(changed_uniques) u where u is not null and not everything);
  parent_uniques text[];
  appended bigint;
  message text;
begin
  -- Not by _mapping, as in _set_aside_orphans.
  select p.shadow_table, p.key_column, f.column_name as unique_column into parent
  from sf_shadow.object o
  join sf_shadow.object p on p.object = o.parent_object
  join sf_shadow.field f on f.object = p.object and f.is_unique
  where o.object = of_object;
  if parent.unique_column is not null and not everything then
    execute format('select array_agg(s.%3$I) from public.%1$I s where s.%2$I = any ($1)',
      parent.shadow_table, parent.key_column, parent.unique_column) into parent_uniques using parents;
    uniques := uniques || parent_uniques;
  end if;

  update sf_shadow.object_state s set invalidation_seq = s.invalidation_seq + 1
  where s.object = of_object returning s.invalidation_seq into appended;
  insert into sf_shadow.invalidation (object, seq, record_ids, parent_ids, unique_values)
  values (of_object, appended,
    case when not everything then changed_ids end, case when not everything then parents end,
    case when not everything then uniques end);

  message := json_build_object('object', of_object, 'seq', appended,
    'ids', case when cardinality(changed_ids) <= 300 then changed_ids end)::text;
  perform pg_notify('sf_shadow_changed', message);
end
$$;
