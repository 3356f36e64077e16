-- Makes whoever leads a stream that carries the object lead it anew: which fields of an event are stored it reads when it begins
-- (kept_fields.ts), and what it would still append by the fields of before is refused (rule 2), and comes again. Call it before
-- the object's lock: an append takes them in this order. Produces: new epochs. Safe to repeat.
create or replace function sf_shadow._fence_streams(of_object text) returns void
language sql set search_path = '' as $$
  update sf_shadow.stream s set epoch = gen_random_uuid()
  from sf_shadow.stream_object so
  join sf_shadow.object o on o.object = so.object
  -- Of an object that keeps all nothing is left out.
  where so.stream_id = s.stream_id and so.object = of_object and o.keep = 'mapped'
$$;
