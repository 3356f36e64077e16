-- What stands for a NUL byte in a page: Postgres cannot hold one in a text, so the bytes are marked before
-- COPY, and the record is set aside with this marker found (rule 9). Private-use characters around "NUL".
create or replace function sf_shadow.nul_marker() returns text
language sql immutable
return U&'\E000NUL\E000';
