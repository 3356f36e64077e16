-- Rule 17: the reason of a mark of a record that a change may have taken out of its object's filter. What is read again for it and is
-- absent was told to go: the fuse does not count it (rule 7). Sorts before the other reasons of a fold, which keeps the first one.
-- Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._filter_doubt() returns text
language sql immutable as $$
  select 'a change may have taken it out of the filter'
$$;
