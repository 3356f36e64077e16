-- Rule 4, second half: folds the judged events of one object to one change per record, in stream order.
-- An UPDATE applies only what it carries, CREATE and UNDELETE replace, DELETE removes; an UPDATE without a
-- base row is in doubt, and so is one of a reject, whose row is older than the version that was refused.
-- Query-only fields stay as the last full read left them (docs/mapping.md).
-- The body of an object's fold_events (_fold_events). Consumes, where it is called: pg_temp.event_batch with verdicts,
-- pg_temp.held. Produces: pg_temp.change.
create or replace function sf_shadow._fold_events_source(mapping sf_shadow.object_mapping) returns text
language sql stable set search_path = '' as $$
  select format($sql$
declare
  known record;
begin
  select setting.margin, state.proof_read_id is not null as is_loaded, state.hole_from,
    %6$L::jsonb as no_fields, %7$L::text[] as event_fields
  into known
  from sf_shadow.setting setting
  join sf_shadow.object_state state on state.object = %1$L;

  insert into pg_temp.change (record_id, verdict, absent, present, entombed, old_unique_value, old_parent_id, changed,
    fields, error, unique_value, parent_id, updated_at, synced_at, system_modstamp, read_id,
    commit_timestamp, commit_number, sequence_number, proven, by_absence, doubt_since, doubt_not_before,
    dirty_reason, differs, deleted_meanwhile, may_wait, waits_for)
  -- One pass over the batch, without joins among its parts: nothing is known of their sizes when it is planned.
  with event as (
    select e.*, row_number() over (order by e.seq, e.ord) as place, e.committed_before as at,
      e.verdict = 'apply' and e.unusable is null as usable
    from pg_temp.event_batch e
    where e.object = %1$L and e.record_id is not null and e.verdict in ('apply', 'dirty')
  ), placed as (
    select event.*,
      max(place) filter (where usable) over of_record as last_place,
      max(place) filter (where usable and change_type <> 'UPDATE') over of_record as replaced_place
    from event
    window of_record as (partition by event.record_id)
  ), record as (
    select record_id, last_place, replaced_place, min(committed_after) as first_at, max(at) as last_at,
      max(commit_timestamp) filter (where place = last_place) as commit_timestamp,
      max(commit_number) filter (where place = last_place) as commit_number,
      max(sequence_number) filter (where place = last_place) as sequence_number,
      max(change_type) filter (where place = replaced_place) as replaced_by,
      max(commit_timestamp) filter (where place = replaced_place) as replaced_at,
      max(at) filter (where usable and change_type = 'DELETE') as deleted_at,
      (array_agg(fields ->> %5$L order by place desc) filter (where fields ->> %5$L is not null))[1] as told_parent_id,
      min(coalesce(unusable, doubt, 'event that cannot be ordered')) filter (where not usable or doubt is not null) as reason,
      array_agg(fields order by place)
        filter (where usable and change_type <> 'DELETE' and place >= coalesce(replaced_place, 0)) as versions
    from placed
    group by record_id, last_place, replaced_place
  ), folded as (
    select record.*, s.record_id is not null as present, t.record_id is not null as entombed,
      s.record_id is not null and reject.record_id is null as has_base,
      s.fields as old_fields, s.synced_at as old_synced_at, d.since as dirty_since, d.waits_for as marked_waits_for,
      s.unique_value as old_unique_value, s.parent_id as old_parent_id,
      coalesce(s.system_modstamp, t.system_modstamp) as system_modstamp, read.read_id, read.read_to,
      coalesce(s.commit_timestamp, t.commit_timestamp) as r_commit,
      content.fields as content,
      case when record.replaced_by in ('CREATE', 'UNDELETE')
        then known.no_fields || coalesce(s.fields - known.event_fields, '{}')
          || jsonb_build_object('Id', record.record_id) || coalesce(content.fields, '{}')
        else s.fields || coalesce(content.fields, '{}') end as fields
    from record
    cross join lateral (
      select jsonb_object_agg(field.key, field.value order by version.ord) as fields
      from unnest(record.versions) with ordinality version (fields, ord)
      cross join lateral jsonb_each(version.fields) field
      where field.key = any (known.event_fields)
    ) content
    left join pg_temp.held s on s.record_id = record.record_id
    left join sf_shadow.tombstone t on t.object = %1$L and t.record_id = record.record_id
    left join sf_shadow.dirty d on d.object = %1$L and d.record_id = record.record_id
    left join sf_shadow.reject reject on reject.object = %1$L and reject.record_id = record.record_id
    left join sf_shadow.read read on read.read_id = coalesce(s.read_id, t.read_id)
    offset 0
  ), doubted as (
    select folded.*,
      -- Rule 15: of a record that is not here nothing is in doubt, but perhaps that its parent has not come.
      not present and reason is null and (dirty_since is null or marked_waits_for is not null) as may_wait,
      case when reason is not null then reason
        when replaced_by is null and not present then 'update without a base row'
        when replaced_by is null and not has_base then 'update of a record that could not be stored'
        when replaced_by = 'DELETE' and last_place > replaced_place then 'update after a delete'
        when present and fields is distinct from old_fields and system_modstamp between first_at and last_at
          then 'event of the second of the last full read''s version' end as dirty_reason
    from folded
  )
  select
    record_id,
    case when replaced_by is null and not has_base then 'dirty'
      -- Nothing of it is mirrored: the row need not be written.
      when replaced_by is null and content is null then case when reason is null then 'ignore' else 'dirty' end
      else 'replace' end,
    coalesce(replaced_by = 'DELETE', false), present, entombed, old_unique_value, old_parent_id,
    case when replaced_by = 'DELETE' then present else fields is distinct from old_fields end,
    case when replaced_by is distinct from 'DELETE' then fields end,
    -- What is not written cannot be refused.
    case when replaced_by <> 'DELETE' or replaced_by is null and has_base and content is not null then %2$s end,
    %3$s, coalesce(%4$s, told_parent_id),
    commit_timestamp,
    sf_shadow._synced_at(old_synced_at, replaced_at, commit_timestamp, known.is_loaded, known.hole_from,
      -- What waits, and is not here, has all of its events in this batch.
      case when marked_waits_for is null or present then dirty_since end,
      case when dirty_reason is not null then first_at end),
    system_modstamp, read_id, commit_timestamp, commit_number, sequence_number,
    false, false, first_at, greatest(last_at, r_commit, read_to) + known.margin + interval '1 second',
    dirty_reason,
    false, case when replaced_by <> 'DELETE' then deleted_at end,
    -- Not a parent that is missed itself: nobody would fold its update with it.
    may_wait, case when may_wait and replaced_by is null then nullif(marked_waits_for, record_id) end
  from doubted;
end
$sql$, mapping.object, mapping.error, mapping.unique_value, mapping.parent_id, o.parent_field, kept.no_fields, kept.event_fields)
  from sf_shadow.object o
  cross join (
    select coalesce(jsonb_object_agg(k.field, null), '{}') as no_fields,
      coalesce(array_agg(k.field) filter (where k.field <> all (sf_shadow._query_only_fields(mapping.object))), '{}') as event_fields
    from sf_shadow._kept_fields(mapping.object) k) kept
  where o.object = mapping.object
$$;
