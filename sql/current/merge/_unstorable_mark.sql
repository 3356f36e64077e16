-- A mark, as a pattern: what stands in a page or in records for what Postgres cannot hold in a text, a NUL, half of a
-- surrogate pair, a byte that is not UTF-8 (src/unstorable.ts). Found, it sets the record aside (rule 9). Reads
-- nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow._unstorable_mark() returns text
language sql immutable as $$
  select U&'\E000(u0000|ud[89a-f][0-9a-f]{2}|x[0-9a-f]{2})\E000'
$$;
