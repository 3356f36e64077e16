-- What is to be done for columns that were added: until a load has read the fields of every record, or raw_payload is found to
-- hold them, the object says that they are not filled. Events that were stored before lack the fields where only mapped ones are
-- kept: hence unfilled_until. Call it after _fence_streams, under the object's lock. Produces: sf_shadow.field, and the job that
-- fills them; loads under way, which do not select the fields, make their bulk jobs anew. Safe to repeat.
create or replace function sf_shadow._begin_fill(of_object text, fields text[], by_load boolean) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.field f set unfilled_until = sf_shadow._hole_end(of_object)
  where f.object = of_object and f.field = any (_begin_fill.fields);
  perform
    -- A load by REST has no bulk job.
    case when r.job_id is not null then sf_shadow._add_keyed_job(
      'abort_bulk_job', json_build_object('job_id', r.job_id), 'abort_bulk_job', 'abort_bulk_job:' || r.job_id) end,
    sf_shadow.renew_job(r.run_id, r.job_id, 'fields were added to its object', 0)
  from sf_shadow.run r
  where r.object = of_object and r.kind <> 'ids' and r.state in ('waiting', 'loading')
    and not r.fields @> _begin_fill.fields collate "C";
  if by_load then
    perform sf_shadow._add_fill_job(of_object);
  else
    perform public.add_job('fill_fields', json_build_object('object', of_object));
  end if;
end
$$;
