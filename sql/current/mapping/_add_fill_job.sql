-- Sees to it that a full load fills the columns that wait for it, once it begins late enough to read every change that was stored
-- without them; an hour after one that has come to nothing. Produces: the job, where a field waits that such a load would bring: not
-- one that describe shows no more, or did not show to a load which was late enough. Safe to repeat: one waiting job.
create or replace function sf_shadow._add_fill_job(of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  fillable_at timestamptz;
  due_at timestamptz;
  ended_in_vain constant timestamptz := (
    select r.finished_at from sf_shadow.run r where r.object = of_object and r.kind = 'full' and r.finished_at is not null
      and r.state <> 'complete' and not exists (select from sf_shadow.run later
        where later.object = of_object and later.kind = 'full' and later.state = 'complete' and later.run_id > r.run_id)
    order by r.finished_at desc limit 1);
begin
  select max(f.unfilled_until) + min(setting.margin) + interval '2 seconds' into fillable_at
  from sf_shadow.field f
  join sf_shadow.object o on o.object = f.object and o.enabled
  cross join sf_shadow.setting setting
  left join sf_shadow.described_field d on d.object = f.object and d.field = f.field
  where f.object = of_object and f.unfilled_until is not null and d.vanished_at is null
    and (d.field is not null or not exists (select from sf_shadow.run r
      where r.object = of_object and r.kind = 'full' and r.state = 'complete' and r.read_from - setting.margin > f.unfilled_until));
  if fillable_at is not null then
    due_at := sf_shadow._salesforce_to_local(fillable_at);
    perform sf_shadow._add_keyed_job(
      identifier => 'backfill',
      payload => json_build_object('object', of_object, 'reason', 'fill'),
      queue_name => 'load:' || of_object,
      run_at => greatest(now(), due_at, case when ended_in_vain > due_at then ended_in_vain + interval '1 hour' end),
      job_key => 'fill:' || of_object
    );
  end if;
end
$$;
