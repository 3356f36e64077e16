-- Rule 12, the way out of the outbox for every consumer: what of an object was invalidated after a cursor, in order,
-- at most so many rows. `everything` means: forget all you hold of this object; the lists are null then. That is also
-- the one answer where the cursor is null (a new consumer), is from another database (it lies ahead), or has been
-- overtaken by the trimming. No row: nothing is new. The caller stores the last seq as its next cursor, after it is done.
-- Reads only. Security definer: the outbox itself is not for readers.
create or replace function public.sf_shadow_invalidations(of_object text, after bigint, at_most integer default 1000)
returns table (
  object text, seq bigint, everything boolean, record_ids text[], parent_ids text[], unique_values text[], committed_at timestamptz
)
language plpgsql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
declare
  latest bigint := (select s.invalidation_seq from sf_shadow.object_state s where s.object = of_object);
begin
  if latest is null then
    raise exception 'object % is not mirrored', coalesce(quote_literal(of_object), 'null') using errcode = 'SF006';
  end if;
  if after = latest then
    return;
  end if;
  if after is null or after > latest
    or not exists (select from sf_shadow.invalidation i where i.object = of_object and i.seq = after + 1) then
    return query select of_object, latest, true, null::text[], null::text[], null::text[], now();
    return;
  end if;
  return query
    select i.object::text, i.seq, i.record_ids is null, i.record_ids::text[], i.parent_ids::text[], i.unique_values::text[], i.committed_at
    from sf_shadow.invalidation i
    where i.object = of_object and i.seq > after
    order by i.seq
    limit at_most;
end
$$;
