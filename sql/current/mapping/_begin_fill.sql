-- What is to be done for columns that were added: until a load has read the fields of every record, or raw_payload is found to
-- hold them, the object says that they are not filled. Events that were stored before lack the fields where only mapped ones are
-- kept: hence unfilled_until. Call it after _fence_streams, under the object's lock. Produces: sf_shadow.field, and the job that
-- fills them; loads under way make their jobs anew (of a field that was never described, once it is). Safe to repeat.
create or replace function sf_shadow._begin_fill(of_object text, fields text[], by_load boolean) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.field f set unfilled_until = sf_shadow._hole_end(of_object)
  where f.object = of_object and f.field = any (_begin_fill.fields);
  perform sf_shadow._renew_unread_runs(of_object);
  if by_load then
    perform sf_shadow._add_fill_job(of_object);
  else
    perform public.add_job('fill_fields', json_build_object('object', of_object));
  end if;
end
$$;
