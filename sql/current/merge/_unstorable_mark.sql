-- A mark, as a pattern: what stands in a page or in records for what Postgres cannot hold in a text, a NUL, half of a
-- surrogate pair, a byte that is not UTF-8 (src/unstorable.ts). Found, it sets the record aside (rule 9). No search_path:
-- the planner inlines it.
create or replace function sf_shadow._unstorable_mark() returns text
language sql immutable as $$
  select U&'\E000(u0000|ud[89a-f][0-9a-f]{2}|x[0-9a-f]{2})\E000'
$$;
