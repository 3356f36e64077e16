-- Fills the columns of a shadow table from raw_payload again, after a row of sf_shadow.field was added or changed:
-- values that are there need no call to Salesforce (docs/mapping.md); readers are told that everything may have
-- changed. Returns the rows that changed. Safe to repeat. Open versions are brought along: the record has not changed.
-- Rows that the new mapping cannot store stay as they are and are in doubt: their re-read makes rejects of them.
create or replace function sf_shadow.fields_to_columns(of_object text) returns bigint
language plpgsql set search_path = ''
-- An administrator's session may call it: values are cast as the service casts them.
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
declare
  mapping record;
  changed bigint;
begin
  perform sf_shadow._lock_objects(array[of_object]);
  select * into mapping from sf_shadow._record_to_row(of_object);
  execute format($sql$
    update %1$s s set (%2$s) = row(%3$s)
    from (select s.%4$s as record_id, s.raw_payload as fields from %1$s s) r
    -- In a case: what cannot be cast must not be cast before it is checked.
    where s.%4$s = r.record_id and case when (%6$s) is null then %5$s end
  $sql$, mapping.shadow_table, mapping.column_names, mapping.column_values, mapping.key_column, mapping.columns_differ, mapping.error);
  get diagnostics changed = row_count;
  execute coalesce((
    select sf_shadow._amend_history_source(o, array(select f.column_name::text from sf_shadow.field f where f.object = of_object), null)
    from sf_shadow.object o where o.object = of_object and o.history_table is not null), 'select');
  if changed > 0 then
    perform sf_shadow._append_invalidation(of_object, null, null, null);
  end if;

  execute format($sql$
    select sf_shadow._mark_dirty($1, array_agg(u.record_id), array_agg(u.synced_at), array_agg(clock.earliest),
      array_agg('its columns cannot hold it: ' || u.error[2]))
    from (
      select s.%2$s as record_id, s.synced_at, %3$s as error
      from (select s.%2$s, s.synced_at, s.raw_payload as fields from %1$s s) s
    ) u
    cross join sf_shadow.salesforce_now clock
    left join sf_shadow.reject refused on refused.object = $1 and refused.record_id = u.record_id
    where u.error is not null and refused.record_id is null
    having count(*) > 0
  $sql$, mapping.shadow_table, mapping.key_column, mapping.error)
  using of_object;
  return changed;
end
$$;
