-- A record as sf_shadow.reject keeps it: bytes, a mark shown as JSON writes what it stands for (\u0000, \ud83d), or as the byte
-- that it was (\xff). Stored by _write_rejects, and compared by _page_to_changes. Reads nothing, and is inlined by the planner:
-- hence no search_path.
create or replace function sf_shadow._reject_payload(fields jsonb) returns bytea
language sql stable as $$
  select convert_to(regexp_replace(fields::text, sf_shadow._unstorable_mark(), '\\\1', 'g'), 'UTF8')
$$;
