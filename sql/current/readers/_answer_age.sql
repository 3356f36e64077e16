-- How old an answer about a record is (rule 10), whether that is too old, and why. Consumes: the record's row, as far as its times
-- go (null where there is none), and the bound (null: stale_after of its object). Produces: a request for its refresh where it is
-- stale, but not where Salesforce has a version that cannot be stored: another read would bring the same. Safe to repeat.
create or replace function sf_shadow._answer_age(
  of_object text, of_record_id text, is_found boolean, row_synced_at timestamptz, row_read_id bigint, row_commit_timestamp timestamptz,
  max_age interval,
  out age interval, out is_stale boolean, out reason text, out refresh_queued boolean
)
language plpgsql set search_path = '' as $$
#variable_conflict use_column
declare
  bound interval;
  claim sf_shadow.object_claim;
  absent_at timestamptz;
  doubt text;
  reject_reason text;
  listed_since timestamptz;
  known_at timestamptz;
  not_before timestamptz;
  clock sf_shadow.salesforce_now;
begin
  select c.* into clock from sf_shadow.salesforce_now c;
  select c.* into claim from sf_shadow.object_claim c where c.object = of_object;
  bound := coalesce(max_age, claim.stale_after);
  refresh_queued := false;
  if not is_found then
    if not claim.is_loaded then
      is_stale := true;
      reason := of_object || ' was never loaded: ' || claim.reason;
      return;
    end if;
    -- Absent since a read or an event that said so, or since the last complete comparison.
    select t.read_id, t.commit_timestamp, greatest(r.read_from - setting.margin, t.commit_timestamp)
    into row_read_id, row_commit_timestamp, absent_at
    from sf_shadow.tombstone t
    cross join sf_shadow.setting setting
    left join sf_shadow.read r on r.read_id = t.read_id and t.proven
    where t.object = of_object and t.record_id = of_record_id;
  end if;

  select d.reason, d.since into doubt, listed_since from sf_shadow.dirty d where d.object = of_object and d.record_id = of_record_id;
  select r.reason, least(r.since, listed_since) into reject_reason, listed_since
  from (select) nothing left join sf_shadow.reject r on r.object = of_object and r.record_id = of_record_id;
  -- A comparison may be what has shown that a listed record is missing here. Infinity has no age.
  known_at := nullif(coalesce(row_synced_at, greatest(absent_at, least(claim.proven_as_of, listed_since))), '-infinity');
  if doubt is null and reject_reason is null then
    known_at := greatest(known_at, claim.fresh_except_listed);
  end if;
  age := sf_shadow._age(known_at, clock.latest);
  is_stale := coalesce(age > bound, true);

  reason := nullif(concat_ws('; ',
    case when not is_found then 'not in the shadow' || coalesce(' as of ' || sf_shadow._iso_time(known_at), '') end,
    case
      when reject_reason is not null then 'what Salesforce has cannot be stored: ' || reject_reason
      -- Null, or which fields stand still though the rest of the row is fresh.
      when not is_stale then claim.degraded
      when doubt is not null then 'it waits to be read again: ' || doubt
      else coalesce(claim.reason,
        coalesce('it is polled every ' || sf_shadow._interval_text(claim.poll_every) || ', and nothing was read', 'nothing was heard')
        || ' of changes after ' || sf_shadow._iso_time(known_at))
    end,
    case when is_found then claim.unfilled end), '');

  if is_stale and reject_reason is null then
    select greatest(row_commit_timestamp, max(r.read_to)) into not_before
    from sf_shadow.object_state s
    left join sf_shadow.read r on r.read_id = any (array[row_read_id, case when is_found then s.full_read_id end])
    where s.object = of_object;
    select not_before + setting.margin + interval '1 second' into not_before from sf_shadow.setting setting;
    refresh_queued := sf_shadow._request_refresh(of_object, of_record_id, known_at, coalesce(not_before, clock.earliest));
  end if;
end
$$;
