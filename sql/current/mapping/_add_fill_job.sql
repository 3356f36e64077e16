-- Sees to it that a full load fills the columns that wait for it, once it begins late enough to read every change that was stored
-- without them. Produces: the job, where a field waits that describe shows. Safe to repeat: one waiting job.
create or replace function sf_shadow._add_fill_job(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  fillable_at timestamptz;
begin
  select max(f.unfilled_until) + min(setting.margin) + interval '2 seconds' into fillable_at
  from sf_shadow.field f cross join sf_shadow.setting setting
  where f.object = of_object and f.unfilled_until is not null
    and not exists (select from sf_shadow.described_field d
      where d.object = of_object and d.field = f.field and d.vanished_at is not null);
  if fillable_at is not null then
    perform sf_shadow._add_keyed_job(
      identifier => 'backfill',
      payload => json_build_object('object', of_object, 'reason', 'fill'),
      queue_name => 'load:' || of_object,
      run_at => greatest(now(), sf_shadow._salesforce_to_local(fillable_at)),
      job_key => 'fill:' || of_object
    );
  end if;
end
$$;
