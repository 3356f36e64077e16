-- A record as sf_shadow.reject keeps it: bytes, a NUL byte shown as JSON writes it. Stored by write_rejects, and compared
-- by page_to_changes. Reads nothing, and is inlined by the planner: hence no search_path.
create or replace function sf_shadow.reject_payload(fields jsonb) returns bytea
language sql stable
return convert_to(replace(fields::text, sf_shadow.nul_marker(), '\u0000'), 'UTF8');
