-- Rule 12: forgets outbox rows behind the slowest consumer once they are old enough for clients that keep their cursor
-- elsewhere; and rows beyond the limit, whoever still wants them: that consumer clears everything when it is back.
-- A consumer that was not seen for as long as events are kept is forgotten itself.
-- Returns what was done, and which consumers hold rows back or have lost some, as JSON. Safe to repeat.
create or replace function sf_shadow._trim_invalidations() returns jsonb
language plpgsql set search_path = '' as $$
declare
  setting sf_shadow.setting := (select s from sf_shadow.setting s);
  trimmed bigint;
  dead jsonb;
begin
  delete from sf_shadow.invalidation_consumer c where c.seen_at < now() - setting.retention;

  with slowest as (
    -- A null cursor holds nothing: everything is cleared before it reads on.
    select s.object, coalesce(min(c.seq), s.invalidation_seq) as seq
    from sf_shadow.object_state s left join sf_shadow.invalidation_consumer c on c.object = s.object
    group by s.object
  )
  delete from sf_shadow.invalidation i using slowest
  where slowest.object = i.object and (
    i.committed_at < now() - setting.outbox_limit
    or i.committed_at < now() - setting.outbox_kept and i.seq <= slowest.seq);
  get diagnostics trimmed = row_count;

  select jsonb_agg(distinct v.consumer) into dead
  from public.sf_shadow_invalidation_consumer v where v.state in ('dead', 'overrun');
  return jsonb_build_object('invalidations', trimmed, 'dead_consumers', coalesce(dead, '[]'));
end
$$;
