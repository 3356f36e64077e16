-- Rule 9. Consumes: pg_temp.change. Produces: a reject with reason, SQLSTATE and payload for each record that
-- cannot be stored, and none for those that could. A reject whose old row gave way is missing since it was created.
-- Safe to repeat: another attempt is counted.
create or replace function sf_shadow._write_rejects(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  delete from sf_shadow.reject r
  using pg_temp.change c
  where r.object = of_object and r.record_id = c.record_id
    and c.verdict in ('replace', 'keep') and c.error is null;

  insert into sf_shadow.reject as r (object, record_id, since, known_until, sqlstate, reason, refused_by, payload, parent_id, claimed_value)
  -- What is refused stays as old as the doubt that this read has settled, and as the hole that it may be the end of.
  select of_object, c.record_id, least(c.doubt_since, d.since, state.hole_from),
    coalesce(greatest(c.commit_timestamp, read.read_to), '-infinity'),
    c.error[1], c.error[2], c.error[3],
    sf_shadow._reject_payload(c.fields),
    c.parent_id, c.unique_value
  from pg_temp.change c
  join sf_shadow.object_state state on state.object = of_object
  left join sf_shadow.read read on read.read_id = c.read_id
  left join sf_shadow.dirty d on d.object = of_object and d.record_id = c.record_id
  where c.error is not null
  on conflict (object, record_id) do update set
    since = least(r.since, excluded.since), known_until = greatest(r.known_until, excluded.known_until),
    sqlstate = excluded.sqlstate, reason = excluded.reason, refused_by = excluded.refused_by,
    payload = excluded.payload, parent_id = excluded.parent_id, claimed_value = excluded.claimed_value,
    attempts = r.attempts + 1, last_rejected_at = now();

  update sf_shadow.reject r set since = c.doubt_since
  from pg_temp.change c
  where c.yields and r.object = of_object and r.record_id = c.record_id and c.doubt_since < r.since;
end
$$;
