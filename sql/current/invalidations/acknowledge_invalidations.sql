-- Rule 12: moves a consumer's cursors, after its cache has acknowledged. Consumes: parallel arrays of objects and the
-- last numbers done. Also says that the consumer lives, for all of its objects. Safe to repeat: cursors move forward only.
-- Raises SF011 when the consumer's rows are gone or of another database: it must join again.
create or replace function sf_shadow.acknowledge_invalidations(of_consumer text, objects text[], seqs bigint[]) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.invalidation_consumer c
  set seq = greatest(c.seq, (select d.seq from unnest(objects, seqs) d (object, seq) where d.object = c.object)),
    seen_at = now(), problem = null, problem_since = null
  from sf_shadow._database_identity() database
  where c.consumer = of_consumer
    and (c.system_identifier, c.timeline) = (database.system_identifier, database.timeline);
  if not found then
    raise exception 'consumer % is not registered in this database', of_consumer using errcode = 'SF011';
  end if;
end
$$;
