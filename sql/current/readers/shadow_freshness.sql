-- How fresh rows of an object are (rule 10), for readers, who do not see the machinery: for every change committed
-- before fresh_except_listed the shadow holds that version or a later one, except for records in `listed`: those among
-- record_ids that are in doubt or cannot be stored; where record_ids is null (a record is looked for by a value that any
-- one in doubt may have by now), one in doubt. Null: nothing is claimed; reason says why. Reads the small tables only.
create or replace function public.sf_shadow_freshness(
  of_object text, record_ids text[], out fresh_except_listed timestamptz, out reason text, out listed text[]
)
language sql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select claim.fresh_except_listed, claim.reason, case when record_ids is null
    then array(select d.record_id from sf_shadow.dirty d where d.object = of_object limit 1)
    else array(
      select d.record_id from sf_shadow.dirty d where d.object = of_object and d.record_id = any (record_ids)
      union
      select r.record_id from sf_shadow.reject r where r.object = of_object and r.record_id = any (record_ids)) end
  from sf_shadow.object_claim claim
  where claim.object = of_object
$$;
