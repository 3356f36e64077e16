-- Rule 6: marks an object as dirty for a span of Salesforce's time; infinity as its end while it is open.
-- Produces: the hole, and the job that closes it.
-- Safe to repeat: a second hole widens the first.
create or replace function sf_shadow.open_hole(
  of_object text, span_from timestamptz, span_to timestamptz, reason text
) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.object_state s set
    hole_from = least(s.hole_from, span_from),
    -- An open end is replaced by the known one, a known one only moves on.
    hole_to = case when s.hole_to = 'infinity' then span_to else greatest(s.hole_to, span_to) end,
    hole_reason = coalesce(nullif(s.hole_reason, open_hole.reason) || '; ', '') || open_hole.reason
  where s.object = of_object;
  perform sf_shadow.add_hole_job(of_object);
end
$$;
