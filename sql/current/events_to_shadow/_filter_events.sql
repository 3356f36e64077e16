-- Rule 4, first half: judges the events of one object against what is known of their records, and against
-- each other. Consumes: pg_temp.event_batch, the shadow, tombstones, marks, rejects, the log (for repeated ids).
-- Produces: the records' rows in pg_temp.held; `verdict` in the batch: skip, dirty or apply; a load under way that counts for
-- no row (rule 5b); what a filter leaves in doubt (rule 17).
-- Call it under the object's lock.
create or replace function sf_shadow._filter_events(of_object text, of_stream_id integer) returns void
language plpgsql set search_path = '' set work_mem = '64MB' as $$
declare
  known record;
begin
  perform sf_shadow._hold_rows(of_object, array(select distinct e.record_id from pg_temp.event_batch e
    where e.object = of_object and e.record_id is not null), false);
  select o.parent_object, o.parent_field, o.filter_fields, setting.margin, setting.catching_up_after, proof.read_from as proof_read_from,
    full_read.read_from as full_from, full_read.read_to as full_to
  into known
  from sf_shadow.object o
  cross join sf_shadow.setting setting
  join sf_shadow.object_state state on state.object = o.object
  left join sf_shadow.read proof on proof.read_id = state.proof_read_id
  left join sf_shadow.read full_read on full_read.read_id = state.full_read_id
  where o.object = of_object;

  with judged as (
    select e.ctid as place, e.seq, e.ord, e.record_id, e.event_id,
      array[(extract(epoch from e.commit_timestamp) * 1000)::bigint, e.commit_number, e.sequence_number] as key,
      sf_shadow._judge_event(
        e.commit_timestamp, e.commit_number, e.sequence_number, sf_shadow._event_seen(e.event_id, of_stream_id, e.seq),
        s.record_id is not null, t.proven, t.weak,
        coalesce(s.commit_timestamp, t.commit_timestamp), coalesce(s.commit_number, t.commit_number),
        coalesce(s.sequence_number, t.sequence_number), coalesce(s.system_modstamp, t.system_modstamp),
        read.read_from, read.read_to, known.proof_read_from, refused.known_until, parent.deleted_until, known.margin) as verdict,
      -- The last Id comparison may have seen it in Salesforce: missing since this event at the latest, or refused in an
      -- older version.
      s.record_id is null and e.commit_timestamp < known.proof_read_from - known.margin
        and (d.record_id is not null and t.record_id is null
        or refused.record_id is not null
          and (t.record_id is null or e.commit_timestamp > greatest(t.commit_timestamp, read.read_to))) as missed
    from pg_temp.event_batch e
    left join pg_temp.held s on s.record_id = e.record_id
    left join sf_shadow.tombstone t on t.object = of_object and t.record_id = e.record_id
    left join sf_shadow.reject refused on refused.object = of_object and refused.record_id = e.record_id
    left join sf_shadow.dirty d on d.object = of_object and d.record_id = e.record_id
    left join sf_shadow.read own on own.read_id = coalesce(s.read_id, t.read_id)
    cross join lateral (select
      sf_shadow._known_time(own.read_from, known.full_from,
        s.record_id is not null and d.record_id is null and refused.record_id is null) as read_from,
      sf_shadow._known_time(own.read_to, known.full_to, s.record_id is not null) as read_to) read
    left join sf_shadow.parent_deletion parent on parent.object = known.parent_object
      and parent.record_id = coalesce(e.fields ->> known.parent_field, s.fields ->> known.parent_field)
    where e.object = of_object and e.record_id is not null
  ), ordered as (
    -- An event without a time (its header was not readable) has no place in the order of keys.
    select judged.*, max(key) filter (where verdict = 'apply' and key[1] is not null) over (
      partition by record_id order by seq, ord rows between unbounded preceding and 1 preceding) as key_before
    from judged
  )
  update pg_temp.event_batch e set verdict = case
    when o.missed then 'dirty'
    when o.verdict <> 'apply' or o.key[1] is null or o.key_before is null or o.key > o.key_before then o.verdict
    when o.key = o.key_before or sf_shadow._event_seen(o.event_id, of_stream_id, o.seq) then 'skip'
    else 'dirty' end
  from ordered o
  where e.ctid = o.place;

  if known.filter_fields is not null then
    perform sf_shadow._doubt_filter(of_object);
  end if;

  -- Rule 5b: an event that is older than a load under way, and is applied after its record's page was found equal, would be
  -- the newest word on a row that the load then vouches for. So it vouches for none, and the record is read again: but not
  -- what comes in its turn of a long backlog, whose rows a load writes.
  with late as (
    select e.ctid as place, e.commit_timestamp, r.run_id, r.read_from
    from sf_shadow.run r
    join pg_temp.event_batch e on e.object = r.object and e.verdict = 'apply' and e.commit_timestamp < r.read_from - known.margin
    where r.object = of_object and r.kind = 'full' and r.state in ('loading', 'sweeping')
  ), vouching as (
    update sf_shadow.run r set counts_for_rows = false
    where r.counts_for_rows and r.run_id in (select late.run_id from late)
  )
  update pg_temp.event_batch e set doubt = coalesce(e.doubt, 'an event that is older than a load under way')
  from late
  where e.ctid = late.place and (late.commit_timestamp >= late.read_from - known.catching_up_after
    or late.commit_timestamp < (select claim.claimed from sf_shadow.object_claim claim where claim.object = of_object));
end
$$;
