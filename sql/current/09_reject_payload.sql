-- A record as sf_shadow.reject keeps it: bytes, a mark shown as JSON writes what it stands for (\u0000, \ud83d), or as the byte
-- that it was (\xff). Stored by write_rejects, and compared by page_to_changes. Reads nothing, and is inlined by the planner:
-- hence no search_path.
create or replace function sf_shadow.reject_payload(fields jsonb) returns bytea
language sql stable
return convert_to(regexp_replace(fields::text, sf_shadow.unstorable_mark(), '\\\1', 'g'), 'UTF8');
