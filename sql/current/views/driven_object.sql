-- The objects of whose runs some process takes the steps now: it holds a lock of space 21319, which goes with its connection.
-- Reads only.
create or replace view sf_shadow.driven_object as
select o.object from pg_locks l
join pg_database d on d.oid = l.database and d.datname = current_database()
join sf_shadow.object o on o.object_id = l.objid::bigint
where l.locktype = 'advisory' and l.classid = 21319 and l.objsubid = 2 and l.granted;
