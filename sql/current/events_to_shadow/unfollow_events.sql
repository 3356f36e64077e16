-- Gives what was followed back to the queue; called when lock space 21324 is free again. An append under way that has
-- seen it held has put its job off: it is waited for, but not for long, since that job is there.
-- Produces: jobs for what is not folded. Safe to repeat.
create or replace function sf_shadow.unfollow_events() returns void
language plpgsql set search_path = '' set lock_timeout = '1s' as $$
begin
  begin
    perform from sf_shadow.stream s order by s.stream_id for share;
  exception when lock_not_available then
    null;
  end;
  perform sf_shadow.add_events_job(b.stream_id) from sf_shadow.streams_behind() b;
end
$$;
