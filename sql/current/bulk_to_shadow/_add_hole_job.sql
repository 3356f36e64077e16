-- Rule 6: sees to it that an object's hole is closed by a delta that begins after it, once its end is known and
-- the object was loaded; before that, the first full load has to come. Produces: the job. Safe to repeat: one waiting job.
create or replace function sf_shadow._add_hole_job(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  closable_at timestamptz;
begin
  select s.hole_to + setting.margin + interval '2 seconds' into closable_at
  from sf_shadow.object_state s cross join sf_shadow.setting setting
  where s.object = of_object and s.hole_to < 'infinity' and s.proof_read_id is not null;
  if closable_at is not null then
    perform sf_shadow._add_keyed_job(
      identifier => 'delta',
      payload => json_build_object('object', of_object, 'reason', 'hole'),
      queue_name => 'load:' || of_object,
      run_at => greatest(now(), sf_shadow._salesforce_to_local(closable_at)),
      job_key => 'hole:' || of_object
    );
  end if;
end
$$;
