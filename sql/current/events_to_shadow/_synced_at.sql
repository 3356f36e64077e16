-- Rule 10 for one row: `_synced_at`, up to when it is known to be right once events are applied to it.
-- A partial update says nothing of the fields that it does not carry: it raises the time only as far as all earlier
-- changes of the record are known to be in the row, which is what its object claims with the event applied (nothing
-- before the first load; not beyond a hole), and not beyond the record's own oldest doubt, be it marked (dirty_since) or
-- told by the same batch (doubt_since). A CREATE or UNDELETE (replaced_at, its commit) carries all, and needs none of that.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._synced_at(
  r_synced_at timestamptz, replaced_at timestamptz, e_commit timestamptz,
  object_is_loaded boolean, hole_from timestamptz, dirty_since timestamptz, doubt_since timestamptz
) returns timestamptz
language sql immutable as $$
  select greatest(coalesce(replaced_at, r_synced_at),
    case when object_is_loaded then least(e_commit, hole_from, dirty_since, doubt_since) end)
$$;
