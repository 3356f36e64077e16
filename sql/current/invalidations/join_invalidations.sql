-- Rule 12: registers a consumer, or lets it go on. Consumes: its name, the objects it follows, and the identity of the
-- cache it clears. Produces: its cursor per object; null, with the reason, where everything of the object must be cleared: it is
-- new, or its cursor is of another database, or was acknowledged by another cache. Safe to repeat: a null stays until
-- the clearing is acknowledged.
create or replace function sf_shadow.join_invalidations(of_consumer text, objects text[], of_cache text)
returns table (object text, seq bigint, reason text)
language plpgsql set search_path = '' as $$
declare
  database record;
begin
  select * into database from sf_shadow._database_identity();
  delete from sf_shadow.invalidation_consumer c where c.consumer = of_consumer and c.object <> all (objects);
  return query
  with known as (
    select o.name, c.seq as held,
      case
        when c.object is null then 'it is new'
        when (c.system_identifier, c.timeline) <> (database.system_identifier, database.timeline) or c.seq > s.invalidation_seq
          then 'its cursor is of another database, or of one before a restore or failover'
        when c.cache_identity <> of_cache then 'the cache was started anew, replaced, or failed over'
        when c.seq is null then 'an earlier clearing was not finished'
      end as why
    from unnest(objects) o (name)
    join sf_shadow.object_state s on s.object = o.name
    left join sf_shadow.invalidation_consumer c on c.consumer = of_consumer and c.object = o.name
  ), joined as (
    insert into sf_shadow.invalidation_consumer as c (consumer, object, seq, system_identifier, timeline, cache_identity)
    select of_consumer, k.name, null, database.system_identifier, database.timeline, of_cache from known k
    on conflict on constraint invalidation_consumer_pkey do update set
      seq = (select k.held from known k where k.name = c.object and k.why is null),
      system_identifier = excluded.system_identifier, timeline = excluded.timeline,
      cache_identity = excluded.cache_identity, seen_at = now(), problem = null, problem_since = null
    returning c.object, c.seq
  )
  select j.object::text, j.seq, k.why from joined j join known k on k.name = j.object;
end
$$;
