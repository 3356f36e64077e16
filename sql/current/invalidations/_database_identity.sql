-- Which history a sequence number belongs to (rule 12): a dump that is restored elsewhere has another system
-- identifier, a restored backup or a promoted replica another timeline. The timeline is that of the log being written;
-- the control file's is behind after a promotion. On a primary only. Reads only.
create or replace function sf_shadow._database_identity(out system_identifier bigint, out timeline integer)
language sql stable set search_path = '' as $$
  select c.system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer
  from pg_control_system() c
$$;
