-- The edge pubsub_to_events (rules 1 and 2): appends one response of the bus, its replay id and the stream's
-- position, in the caller's one transaction; only after its commit may more be requested.
-- Consumes: events as a JSON array in the order of the bus (bytes as hex), the response's latest replay id
-- (keepalives too), for a trusted keepalive when it was produced, on Salesforce's clock, and whether the transaction that
-- it ends with may go on (rule 16).
-- Produces: rows of sf_shadow_event, numbered without gaps, and who folds them is told. Returns the last number.
-- Safe against a second writer: its first statement is fenced by the epoch (SF004 for one who was replaced).
create or replace function sf_shadow.pubsub_to_events(
  of_stream_id integer, of_epoch uuid, latest_replay_id bytea, events jsonb, keepalive_at timestamptz default null,
  may_go_on boolean default false
) returns bigint
language plpgsql set search_path = '' as $$
declare
  appended integer := jsonb_array_length(events);
  following bigint;
  today date := (now() at time zone 'utc')::date;
begin
  update sf_shadow.stream s set
    next_seq = s.next_seq + appended,
    replay_id = coalesce(latest_replay_id, s.replay_id),
    position_at = now(),
    from_earliest = false,
    replay_unproven = false,
    problem = null,
    problem_since = null,
    keepalive_at = coalesce(pubsub_to_events.keepalive_at, s.keepalive_at),
    goes_on_since = case when may_go_on then now() end,
    keepalive_seq = case when pubsub_to_events.keepalive_at is null then s.keepalive_seq else s.next_seq + appended end
  where s.stream_id = of_stream_id and s.epoch = of_epoch
  returning s.next_seq into following;
  if not found then
    raise exception 'stream % has another writer now; nothing was appended', of_stream_id
      using errcode = 'SF004', hint = 'This process stops reading the stream; the other one goes on.';
  end if;
  if appended = 0 then
    return following - 1;
  end if;

  perform sf_shadow._ensure_event_partition(today);
  with received as (
    select e.*, following - appended - 1 + e.ord as seq
    from rows from (jsonb_to_recordset(events) as (
      replay_id text, event_id text, schema_id text, object text, change_type text, record_ids text[],
      commit_timestamp timestamptz, committed_before timestamptz, commit_number bigint, sequence_number integer, transaction_key text,
      change_origin text, commit_user text, changed_fields text[], nulled_fields text[], diff_fields text[],
      inexact_fields text[], fields jsonb, error text, bytes text
    )) with ordinality e (replay_id, event_id, schema_id, object, change_type, record_ids, commit_timestamp,
      committed_before, commit_number, sequence_number, transaction_key, change_origin, commit_user, changed_fields, nulled_fields,
      diff_fields, inexact_fields, fields, error, bytes, ord)
  ), kept_bytes as (
    insert into sf_shadow.undecoded_event (stream_id, seq, received_at, schema_id, error, payload)
    select of_stream_id, r.seq, now(), r.schema_id, r.error, decode(r.bytes, 'hex')
    from received r
    where r.error is not null and r.bytes is not null
  )
  insert into public.sf_shadow_event (received_day, stream_id, seq, received_at, replay_id, event_id, schema_id, object,
    change_type, record_ids, commit_timestamp, committed_before, commit_number, sequence_number, transaction_key,
    change_origin, commit_user, changed_fields, nulled_fields, diff_fields, inexact_fields, fields, error)
  select today, of_stream_id, r.seq, now(), decode(r.replay_id, 'hex'), r.event_id, r.schema_id, r.object,
    r.change_type, coalesce(r.record_ids, '{}'), r.commit_timestamp, r.committed_before, r.commit_number, r.sequence_number,
    r.transaction_key, r.change_origin, r.commit_user, coalesce(r.changed_fields, '{}'), coalesce(r.nulled_fields, '{}'),
    coalesce(r.diff_fields, '{}'), coalesce(r.inexact_fields, '{}'), coalesce(r.fields, '{}'), r.error
  from received r;

  perform sf_shadow._tell_of_events(of_stream_id);
  return following - 1;
end
$$;
