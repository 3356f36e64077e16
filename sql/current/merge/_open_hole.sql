-- Rule 6: marks an object as dirty for a span of Salesforce's time; infinity as its end while that is not known.
-- A span without an end is closed by the next call of the same cause; the hole ends when no cause is open.
-- Produces: the hole, and the job that closes it. Safe to repeat: a second span widens the hole.
create or replace function sf_shadow._open_hole(
  of_object text, span_from timestamptz, span_to timestamptz, reason text, cause text default 'span'
) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.object_state s set
    hole_from = least(s.hole_from, span_from),
    hole_to = case
      when span_to = 'infinity' or cardinality(array_remove(s.open_causes, cause)) > 0 then 'infinity'
      when s.hole_to = 'infinity' then span_to
      else greatest(s.hole_to, span_to) end,
    open_causes = array_remove(s.open_causes, cause) || case when span_to = 'infinity' then array[cause] else '{}' end,
    hole_reason = case when strpos(s.hole_reason, reason) > 0 then s.hole_reason
      else concat_ws('; ', s.hole_reason, reason) end
  where s.object = of_object;
  perform sf_shadow._add_hole_job(of_object);
end
$$;
