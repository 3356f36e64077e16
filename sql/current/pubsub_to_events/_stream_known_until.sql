-- Rule 10: up to when a stream has brought every published change, on Salesforce's clock: the last event applied, or a
-- keepalive less the time that publishing takes. Null for a stream that was never followed. Reads only.
create or replace function sf_shadow._stream_known_until(of_stream_id integer) returns timestamptz
language sql stable set search_path = '' as $$
  select greatest(c.applied_commit_timestamp, s.keepalive_at - setting.publish_delay)
  from sf_shadow.stream s
  join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
  cross join sf_shadow.setting setting
  where s.stream_id = of_stream_id
$$;
