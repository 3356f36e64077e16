-- Rule 7, the fuse: counts the deletes by absence of an object and day; past the share and number of rows in the settings it
-- raises SF003, because lost permissions look like deletions. Consumes: pg_temp.change. `forced` only counts.
create or replace function sf_shadow._check_fuse(of_object text, forced boolean) returns void
language plpgsql set search_path = '' as $$
declare
  absences bigint;
begin
  select count(*) into absences from pg_temp.change c
  where c.verdict = 'replace' and c.absent and c.present and c.by_absence;
  perform sf_shadow._count_absences(of_object, absences, not forced);
end
$$;
