-- How many full records of pg_temp.change show that the shadow was silently wrong: another content in a version
-- of before the time for which the object claimed to be fresh, of a record that was not listed as dirty or
-- rejected. What is merely on its way is no drift: in the shadow of a polled object that is a long transaction, which bears an
-- older stamp than its commit, for as long as a delta reaches back. Consumes: pg_temp.change before it is written. Reads only.
create or replace function sf_shadow._count_drift(of_object text) returns bigint
language plpgsql set search_path = '' as $$
declare
  claimed timestamptz;
  overlap interval;
begin
  if not exists (select from pg_temp.change c where c.differs) then
    return 0;
  end if;
  select c.fresh_except_listed, case when c.poll_every is null then interval '0' else setting.delta_overlap end
  into claimed, overlap
  from sf_shadow.object_claim c cross join sf_shadow.setting setting
  where c.object = of_object;
  return (
    select count(*) from pg_temp.change c cross join sf_shadow.setting setting
    where c.differs and c.error is null and c.system_modstamp < claimed - setting.margin - overlap
      and not exists (select from sf_shadow.dirty d where d.object = of_object and d.record_id = c.record_id)
      and not exists (select from sf_shadow.reject r where r.object = of_object and r.record_id = c.record_id));
end
$$;
