-- Rule 9: the old row of a reject stands, and reads as stale, for as long as nobody else needs its unique value. Where the
-- version that was refused does not claim that value any more (it is blank now, or another), the row gives way to the
-- record that claims it: it is removed, its children are set aside with it, and the record stays a reject, whose
-- known_until keeps older events and pages from bringing it back. That is no delete: no tombstone, no count for the fuse.
-- Consumes: pg_temp.change, where _set_aside_contested has found who yields. Changes it: the record is missing since its
-- creation from now on. Safe to repeat.
create or replace function sf_shadow._yield_values(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  mapping record;
  yielding text[];
  gone record;
begin
  select array_agg(c.record_id) into yielding from pg_temp.change c where c.yields;
  if yielding is null then
    return;
  end if;
  perform sf_shadow._reject_children(of_object, yielding);
  select m.* into mapping from sf_shadow.object_mapping m where m.object = of_object;
  execute format($sql$
    with gone as (
      delete from %1$s s where s.%2$s = any ($1)
      returning s.%2$s as record_id, sf_shadow._missing_since(s.raw_payload) as missing_since
    )
    select array_agg(gone.record_id) as ids, array_agg(gone.missing_since) as sinces from gone
  $sql$, mapping.shadow_table, mapping.key_column)
  into gone using yielding;
  update pg_temp.change c set doubt_since = least(c.doubt_since, g.missing_since)
  from unnest(gone.ids, gone.sinces) g (record_id, missing_since)
  where c.record_id = g.record_id;
end
$$;
