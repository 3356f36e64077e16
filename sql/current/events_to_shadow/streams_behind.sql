-- The streams that have received events which are not folded yet, whoever is at it. Reads only.
create or replace function sf_shadow.streams_behind() returns table (stream_id integer)
language sql stable set search_path = '' as $$
  select s.stream_id
  from sf_shadow.stream s
  join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
  where c.applied_seq < s.next_seq - 1
$$;
