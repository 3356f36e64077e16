-- Rule 16: how many of the events behind a cursor make a batch of about this size that ends where a transaction of Salesforce
-- does, on a stream of several objects. One of more than 10,000 events is cut. The one that the log ends with is left out for
-- five seconds, where the last response said that it may go on. Reads only.
--   takes         events that the batch consists of
--   is_continued  whether it begins in the middle of a transaction, which the batch before has ended in
create or replace function sf_shadow._whole_transactions(
  of_stream_id integer, after_seq bigint, after_day date, batch_size integer, out takes integer, out is_continued boolean
)
language plpgsql stable set search_path = '' as $$
declare
  at_most integer := greatest(batch_size, 10000);
  stream record;
  last_seq bigint;
  last_key text;
  boundary bigint;
begin
  select s.next_seq - 1 as log_end, s.goes_on_since > now() - interval '5 seconds' as goes_on,
    (select count(*) from sf_shadow.stream_object so where so.stream_id = s.stream_id) as objects
  into stream
  from sf_shadow.stream s where s.stream_id = of_stream_id;
  takes := least(batch_size, stream.log_end - after_seq);
  is_continued := false;
  if takes = 0 or stream.objects < 2 then
    return;
  end if;

  is_continued := exists (
    select from public.sf_shadow_event e
    join public.sf_shadow_event before on before.stream_id = e.stream_id and before.seq = after_seq
      and before.received_day >= after_day - 1 and before.transaction_key = e.transaction_key
    where e.stream_id = of_stream_id and e.seq = after_seq + 1 and e.received_day >= after_day - 1);

  last_seq := after_seq + takes;
  select e.transaction_key into last_key from public.sf_shadow_event e
  where e.stream_id = of_stream_id and e.seq = last_seq and e.received_day >= after_day - 1;
  -- An event whose header was not readable is of no transaction that is known.
  if last_key is null then
    return;
  end if;
  select min(e.seq) into boundary from public.sf_shadow_event e
  where e.stream_id = of_stream_id and e.seq > last_seq and e.seq <= after_seq + at_most and e.received_day >= after_day - 1
    and e.transaction_key is distinct from last_key;
  if boundary is not null then
    takes := boundary - 1 - after_seq;
  elsif stream.log_end >= after_seq + at_most then
    takes := at_most;
  elsif stream.goes_on then
    select coalesce(max(e.seq), after_seq) - after_seq into takes from public.sf_shadow_event e
    where e.stream_id = of_stream_id and e.seq > after_seq and e.seq < last_seq and e.received_day >= after_day - 1
      and e.transaction_key is distinct from last_key;
  else
    takes := stream.log_end - after_seq;
  end if;
end
$$;
