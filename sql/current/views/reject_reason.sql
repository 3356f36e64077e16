-- What needs a human? Rejects by object and reason, where the reason is without the records' values. All are read again
-- nightly, and when they or what they wait for change in Salesforce.
--   sqlstate, refused_by       the class of the fault, and the Salesforce field or the constraint that refuses it
--   reason, what_to_do         both in words
--   records, sample_ids        how many, and at most 5 of their ids
--   oldest_since               until when the shadow was right about all of them, on Salesforce's clock
--   latest_at                  when one of them was refused last; first_rejected_at: the first of them
--   attempts                   how often one of them came, at the most
create or replace view public.sf_shadow_reject_reason as
select refused.object, refused.sqlstate, refused.refused_by,
  case refused.sqlstate
    when '23502' then format('required field %s is empty', refused.refused_by)
    when '22003' then format('%s has more digits or decimals than its column', refused.refused_by)
    when '22P02' then format('%s is not of the type of its column, or not spelled as it would be there', refused.refused_by)
    when '22001' then format('%s is longer than its column', refused.refused_by)
    when '23503' then format('the record of %s is itself rejected', refused.refused_by)
    when '23505' then format('%s is held by another record', refused.refused_by)
    when '22021' then format('%s holds a NUL, half of a character or bytes that are not UTF-8, which Postgres cannot store',
      refused.refused_by)
    when '22023' then 'the Id has not 18 characters'
    else concat_ws(' ', 'the shadow table refuses it:', refused.refused_by, format('(SQLSTATE %s)', refused.sqlstate))
  end as reason,
  refused.records,
  array(select sample.record_id from sf_shadow.reject sample
    where sample.object = refused.object and sample.sqlstate = refused.sqlstate
      and sample.refused_by is not distinct from refused.refused_by
    order by sample.record_id limit 5) as sample_ids,
  refused.oldest_since,
  refused.latest_at,
  case refused.sqlstate
    when '23502' then format('Fill %s in Salesforce; or give the field a default_value in sf_shadow.field, then retry.', refused.refused_by)
    when '22003' then format('Correct %s in Salesforce, or widen its column (alter table), then retry.', refused.refused_by)
    when '22001' then format('Shorten %s in Salesforce, or widen its column (alter table), then retry.', refused.refused_by)
    when '22P02' then format('Correct %s in Salesforce, or change the type of its column (alter table), then retry.', refused.refused_by)
    when '23503' then 'Settle the rejected parent first; its children are read again with it.'
    when '23505' then format('Give each record a %s of its own in Salesforce: the first holder keeps it.', refused.refused_by)
    when '22021' then format('Correct the text of %s in Salesforce; the payload in sf_shadow.reject shows the place as \u.... or \x...',
      refused.refused_by)
    when '22023' then 'Look at the payload in sf_shadow.reject: no Salesforce record has such an Id.'
    else 'Correct the record in Salesforce, or the constraint of the shadow table, then retry.'
  end as what_to_do,
  refused.first_rejected_at,
  refused.attempts
from (
  select r.object, r.sqlstate, r.refused_by, count(*) as records, min(r.since) as oldest_since, max(r.last_rejected_at) as latest_at,
    min(r.first_rejected_at) as first_rejected_at, max(r.attempts) as attempts
  from sf_shadow.reject r
  group by r.object, r.sqlstate, r.refused_by
) refused;
