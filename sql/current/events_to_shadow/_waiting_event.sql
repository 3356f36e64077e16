-- The event of a stream that is next to be applied: when it was received and committed (null where it was not decoded). In a
-- function, so that views plan and open the log's days only where one waits: it is strict, and waiting_seq null where none
-- does. Security definer, because readers of the views do not see the log. Reads one row.
create or replace function sf_shadow._waiting_event(
  of_stream_id integer, waiting_seq bigint, applied_day date, out received_at timestamptz, out commit_timestamp timestamptz
)
language plpgsql stable strict security definer set search_path = '' as $$
#variable_conflict use_column
begin
  select e.received_at, case when e.error is null then e.commit_timestamp end
  into _waiting_event.received_at, _waiting_event.commit_timestamp
  from public.sf_shadow_event e
  -- Receipt days may step back by one where two machines' clocks disagree around midnight.
  where e.stream_id = of_stream_id and e.seq = waiting_seq and e.received_day >= applied_day - 1;
end
$$;
