-- Consumes: the event log behind a cursor. Produces: pg_temp.event_batch, one row per event and record id
-- (merged events name several), in stream order; `unusable` says why an event can only mark its records
-- dirty, `doubt` why it is applied and its records are read again. of_record_ids: of these records alone, null: of all.
-- Safe to repeat: it empties what is there.
create or replace function sf_shadow._open_event_batch(
  of_stream_id integer, after_seq bigint, after_day date, batch_size integer, of_record_ids text[] default null
) returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._open_table('event_batch', $columns$
    seq bigint not null,
    ord integer not null,
    received_day date not null,
    received_at timestamptz not null,
    object text collate "C",
    change_type text collate "C",
    record_id text collate "C",
    event_id text collate "C",
    commit_timestamp timestamptz,
    -- Not later than the commit, where the header was not readable: its doubt begins there.
    committed_after timestamptz not null,
    -- Not earlier than the commit, on Salesforce's clock, as received_at is not.
    committed_before timestamptz not null,
    commit_number bigint,
    sequence_number integer,
    fields jsonb not null,
    unusable text,
    doubt text,
    verdict text
  $columns$);

  insert into pg_temp.event_batch (seq, ord, received_day, received_at, object, change_type, record_id, event_id,
    commit_timestamp, committed_after, committed_before, commit_number, sequence_number, fields, unusable, doubt)
  with mirrored as materialized (
    select o.object, array(select k.field from sf_shadow._kept_fields(o.object) k) as kept_fields
    from sf_shadow.object o
    where o.enabled
  )
  select
    e.seq, coalesce(r.ord, 0)::integer, e.received_day, e.received_at, m.object, e.change_type, r.record_id, e.event_id,
    e.commit_timestamp,
    -- The bus keeps the order of commits; what it has published it keeps for 72 hours.
    coalesce(e.commit_timestamp, stream.applied_commit_timestamp,
      case when stream.keepalive_seq <= e.seq then stream.keepalive_at - stream.publish_delay end,
      bound.committed_before - interval '73 hours'),
    bound.committed_before,
    e.commit_number, e.sequence_number, e.fields,
    case
      -- Not mirrored: of an object that has no records here nothing is in doubt, whatever it says.
      when m.object is null and e.object is not null then null
      when e.error is not null then 'event not decoded: ' || e.error
      when e.change_type like 'GAP\_%' then 'gap event: ' || e.change_type
      when e.change_type not in ('CREATE', 'UPDATE', 'DELETE', 'UNDELETE') then 'change type ' || e.change_type
    end,
    case
      when e.diff_fields && m.kept_fields then 'text arrived as a diff'
      when e.inexact_fields && m.kept_fields then 'number with more digits than an event can carry'
    end
  from (
    select * from public.sf_shadow_event log
    -- Receipt days may step back by one where two machines' clocks disagree around midnight.
    where log.stream_id = of_stream_id and log.seq > after_seq and log.received_day >= after_day - 1
      and (of_record_ids is null or log.record_ids && of_record_ids)
    order by log.seq
    limit batch_size
  ) e
  cross join (
    select s.keepalive_at, s.keepalive_seq, c.applied_commit_timestamp, setting.publish_delay
    from sf_shadow.stream s
    join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
    cross join sf_shadow.setting setting
    where s.stream_id = of_stream_id
  ) stream
  cross join sf_shadow.salesforce_clock clock
  cross join lateral (
    select coalesce(e.commit_timestamp, e.committed_before, clock_timestamp() + clock.ahead_at_most) as committed_before) bound
  left join mirrored m on m.object = e.object
  left join lateral unnest(e.record_ids) with ordinality r (record_id, ord) on true
  where of_record_ids is null or r.record_id = any (of_record_ids);
end
$$;
