-- Stores how far Salesforce's clock is ahead of this database's, between bounds, as a process has just measured it.
-- Changes sf_shadow.salesforce_clock only where it is news: the first one, after an hour, or moved by more than a
-- second, which is how exact ages are. Where it moved, jobs that wait for a time of Salesforce's are timed anew. Safe to
-- repeat.
create or replace function sf_shadow.note_salesforce_clock(at_least interval, at_most interval) returns void
language plpgsql set search_path = '' as $$
declare
  before sf_shadow.salesforce_clock;
begin
  select c.* into before from sf_shadow.salesforce_clock c;
  if abs(extract(epoch from before.ahead_at_least - at_least)) <= 1 and abs(extract(epoch from before.ahead_at_most - at_most)) <= 1
    and before.measured_at between clock_timestamp() - interval '1 hour' and clock_timestamp() then
    return;
  end if;
  update sf_shadow.salesforce_clock set ahead_at_least = at_least, ahead_at_most = at_most, measured_at = clock_timestamp();
  if abs(extract(epoch from before.ahead_at_least - at_least)) > 1 then
    perform sf_shadow.add_records_job(o.object, is_anew => true), sf_shadow._add_hole_job(o.object) from sf_shadow.object o;
  end if;
end
$$;
