-- The objects of whose runs some process takes the steps now: it holds a lock of space 21319, which goes with its connection.
-- Reads only, and no catalog: who locks a view locks what it reads, and nobody could connect while pg_database is.
create or replace view sf_shadow.driven_object as
select o.object from pg_locks l
join sf_shadow.object o on o.object_id = l.objid::bigint
where l.locktype = 'advisory' and l.classid = 21319 and l.objsubid = 2 and l.granted
  and l.database = (select own.datid from pg_stat_get_activity(pg_backend_pid()) own);
