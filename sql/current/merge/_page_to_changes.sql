-- Rule 5: judges every record of a page against what is known of it.
-- A reject is known as well, though its version is not in the row: an older record must not pass for the answer to it.
-- Rule 5b: a record that equals its row in all that is stored is not written, where the object's own claim keeps the row from
-- reading as stale.
-- Consumes: pg_temp.page, missing ids, pg_temp.held, tombstones, rejects. Produces: pg_temp.change.
-- Columns of fields that have vanished from describe keep the value they had (docs/mapping.md).
create or replace function sf_shadow._page_to_changes(
  of_object text, of_read_id bigint, has_marks boolean, missing text[]
) returns void
language plpgsql set search_path = '' set work_mem = '64MB' as $$
declare
  mapping record;
begin
  select r.*, setting.margin, read.read_from, read.read_to, proof.read_from as proof_read_from, proof.read_to as proof_read_to,
    sf_shadow._fields_not_compared(of_object) as not_compared,
    array(select f.field::text from sf_shadow.field f where f.object = of_object and f.unfilled_until is not null) as unfilled,
    sf_shadow._query_only_fields(of_object) as query_only,
    sf_shadow._page_to_fields(of_object, page.columns) as fields,
    full_read.read_from as full_from, full_read.read_to as full_to,
    sf_shadow._is_beside_load(of_object, of_read_id) as is_beside_load,
    coalesce(claim.hole_from is null and o.poll_every is null
      and claim.fresh_except_listed >= read.read_from - setting.catching_up_after, false) as leaves_equal,
    case when 'IsDeleted' = any (page.columns) then 'page."IsDeleted" = ''true''' else 'false' end as is_deleted,
    case when exists (select from sf_shadow.described_field d where d.object = of_object and d.vanished_at is not null)
      then 's.fields || f.fields' else 'f.fields' end as merged_fields,
    case when has_marks
      then 'when fields::text ~ sf_shadow._unstorable_mark() then sf_shadow.unstorable_text(fields)' else '' end as mark_check
  into mapping
  from sf_shadow.object o
  join sf_shadow.object_mapping r on r.object = o.object
  cross join sf_shadow.setting setting
  join sf_shadow.read read on read.read_id = of_read_id
  join sf_shadow.object_state state on state.object = o.object
  left join sf_shadow.read proof on proof.read_id = state.proof_read_id
  left join sf_shadow.read full_read on full_read.read_id = state.full_read_id
  join sf_shadow.object_claim claim on claim.object = o.object
  cross join (select array_agg(a.attname::text) as columns from pg_attribute a where a.attrelid = 'pg_temp.page'::regclass) page
  where o.object = of_object;

  execute format($sql$
    insert into pg_temp.change (record_id, verdict, absent, present, entombed, old_unique_value, old_parent_id, changed,
      fields, error, unique_value, parent_id, updated_at, synced_at, system_modstamp, read_id,
      commit_timestamp, commit_number, sequence_number, proven, by_absence, doubt_since, doubt_not_before,
      dirty_reason, differs)
    -- Each `offset 0` keeps what is computed once from being computed for every use.
    with f (record_id, absent, f_sm, by_absence, fields) as (
      select page."Id", %6$s, page."SystemModstamp"::timestamptz, false, %7$s
      from pg_temp.page page
      union all
      select gone.record_id, true, null, true, null from unnest($8) gone (record_id)
      offset 0
    ), judged as (
      -- What a change has taken out of the filter was told to go (rule 17).
      select f.record_id, f.absent, f.f_sm, f.by_absence and d.reason is distinct from sf_shadow._filter_doubt() as by_absence,
        -- A reject as it was refused, which nobody asked for: read along with others (ripe_marks), it must not put off its own
        -- decision, or records that contest a value put each other off for ever.
        case when judged.verdict = 'dirty' and refused.payload = sf_shadow._reject_payload(f.fields)
          and (d.not_before > $5) is not false
          then 'ignore'
          -- Nothing to raise: the row need not be written.
          when judged.verdict = 'keep' and $4 <= r.read_from
            and coalesce(f.f_sm <= coalesce(s.system_modstamp, t.system_modstamp), f.absent) and mistaken.columns_differ is not true
          then 'ignore' else judged.verdict end as verdict,
        s.record_id is not null as present, t.record_id is not null as entombed, known.is_listed,
        s.unique_value as old_unique_value, s.parent_id as old_parent_id,
        s.fields as old_fields, s.updated_at as r_updated_at, s.synced_at as r_synced_at,
        coalesce(s.system_modstamp, t.system_modstamp) as r_sm, r.read_id as r_read_id,
        r.read_from as r_read_from, r.read_to as r_read_to, r_commit,
        coalesce(s.commit_timestamp, t.commit_timestamp) as commit_timestamp,
        coalesce(s.commit_number, t.commit_number) as commit_number,
        coalesce(s.sequence_number, t.sequence_number) as sequence_number,
        $4 as f_read_from, $5 as f_read_to, $6 as proof_read_from,
        case when s.record_id is null then f.fields else %5$s end as fields,
        same.identical, compared.same_content, as_filled.same_filled, mistaken.columns_differ
      from f
      left join pg_temp.held s on s.record_id = f.record_id
      left join sf_shadow.tombstone t on t.object = $1 and t.record_id = f.record_id
      left join sf_shadow.reject refused on refused.object = $1 and refused.record_id = f.record_id
      left join sf_shadow.dirty d on d.object = $1 and d.record_id = f.record_id
      left join sf_shadow.read own on own.read_id = coalesce(s.read_id, t.read_id)
      cross join lateral (select d.record_id is not null or refused.record_id is not null as is_listed,
        greatest(coalesce(s.commit_timestamp, t.commit_timestamp), t.parent_deleted_until, refused.known_until) as r_commit) known
      cross join lateral (select own.read_id,
        sf_shadow._known_time(own.read_from, $10, s.record_id is not null and not known.is_listed) as read_from,
        sf_shadow._known_time(own.read_to, $11, s.record_id is not null) as read_to) r
      -- Most records of a load are what they were: nothing more is to be compared of them.
      cross join lateral (select coalesce(s.fields = f.fields, false) as identical offset 0) same
      cross join lateral (select case when s.record_id is null then f.absent
        else not f.absent and (same.identical
          or jsonb_strip_nulls(s.fields - $9) = jsonb_strip_nulls(f.fields - $9)) end as same_filled offset 0) as_filled
      -- A column that waits to be filled is no other content; but what an event has told of it since may be later than this read.
      cross join lateral (select as_filled.same_filled and not exists (select from unnest($14) u
        where u <> all ($15) and s.fields -> u <> f.fields -> u) as same_content offset 0) compared
      -- A row whose columns are not what its own raw_payload says is wrong, however equal that is.
      cross join lateral (select compared.same_content and s.columns_differ as columns_differ) mistaken
      cross join lateral (select sf_shadow._judge_full_record($4, $5, f.f_sm,
        s.record_id is not null or t.record_id is not null or refused.record_id is not null,
        known.r_commit, coalesce(s.system_modstamp, t.system_modstamp), r.read_from, r.read_to,
        refused.record_id is null and compared.same_content, $6, $7, $3) as verdict) judged
      offset 0
    ), checked as (
      -- A kept record is checked as well: formulas and the like are not judged, but a later read brings them, and readers
      -- see them; and the table or its mapping may have changed since it was stored.
      select judged.*,
        case when absent then present
          else columns_differ or (verdict = 'replace' or verdict = 'keep' and coalesce(f_read_from > r_read_from, true)) and not identical
            and old_fields - 'SystemModstamp' is distinct from fields - 'SystemModstamp' end as changed,
        case when verdict in ('replace', 'keep') and not absent then
          case %4$s when length(record_id) <> 18 then array['22023', 'not an 18-character id', 'Id'] else %1$s end end as error
      from judged
      offset 0
    )
    select
      record_id,
      case when is_left then 'equal' else verdict end, absent, present, entombed, old_unique_value, old_parent_id, changed,
      case when is_left then null
        when verdict = 'replace' or f_read_from > r_read_from or r_read_from is null then fields else old_fields end,
      error, %2$s, %3$s,
      greatest(f_sm, case when verdict = 'keep' then r_updated_at end),
      greatest(f_read_from - $3, case when verdict = 'keep' then r_synced_at end),
      case when verdict = 'keep' then greatest(f_sm, r_sm) else f_sm end,
      case when verdict = 'replace' or r_read_from is null or f_read_from > r_read_from then $2 else r_read_id end,
      commit_timestamp, commit_number, sequence_number,
      absent, by_absence,
      -- From what the row itself holds: a version that was refused is not in it.
      case when is_overtaken then f_read_from - $3
        else coalesce(r_read_from - $3, commit_timestamp, proof_read_from - $3, '-infinity') end,
      greatest(r_commit, r_read_to, f_read_to) + $3 + interval '1 second',
      case when verdict = 'dirty' then 'a full read and what is known cannot be ordered'
        when is_overtaken then 'a load under way may have seen a later version' end,
      -- Columns that wait to be filled from raw_payload are no drift.
      not absent and (verdict in ('replace', 'keep') and columns_differ and $14 = '{}'
        or verdict = 'replace' and not (present and same_filled))
    from checked
    cross join lateral (select $12 and verdict in ('replace', 'keep') and present and not (is_listed or changed) and error is null
      and f_sm = r_sm as is_left, $13 and verdict = 'replace' and present and changed and not is_listed as is_overtaken) written
  $sql$, mapping.error, mapping.unique_value, mapping.parent_id, mapping.mark_check, mapping.merged_fields, mapping.is_deleted,
    mapping.fields)
  using of_object, of_read_id, mapping.margin, mapping.read_from, mapping.read_to, mapping.proof_read_from,
    mapping.proof_read_to, missing, mapping.not_compared, mapping.full_from, mapping.full_to, mapping.leaves_equal,
    mapping.is_beside_load, mapping.unfilled, mapping.query_only;
end
$$;
