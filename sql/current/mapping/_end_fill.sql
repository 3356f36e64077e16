-- Ends the wait of columns that a complete full load has filled: it has selected their fields, which describe shows still, for pages
-- are merged by that; and it began after every change that was stored without them was visible. Consumes: the run. Produces:
-- sf_shadow.field; the job of another load where columns still wait. Call it under the object's lock. Safe to repeat.
create or replace function sf_shadow._end_fill(of_run_id bigint) returns void
language plpgsql set search_path = '' as $$
declare
  loaded constant text := (select r.object from sf_shadow.run r where r.run_id = of_run_id);
begin
  update sf_shadow.field f set unfilled_until = null
  from sf_shadow.run r cross join sf_shadow.setting setting
  where r.run_id = of_run_id and f.object = r.object and f.field = any (r.fields)
    and f.unfilled_until < r.read_from - setting.margin
    and exists (select from sf_shadow.described_field d where d.object = f.object and d.field = f.field and d.vanished_at is null);
  perform sf_shadow._add_fill_job(loaded);
end
$$;
