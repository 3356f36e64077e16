-- What cannot be stored? Every rejected record, with its reason. Its payload is in sf_shadow.reject, where only the
-- service's role may look.
-- Grouped, and with what to do: sf_shadow_reject_reason.
--   sqlstate, reason                 what Postgres would say, in words with the record's values
--   since                            until when the shadow was right about the record, on Salesforce's clock
--   attempts                         how often it came; first_rejected_at, last_rejected_at: when
--   parent_id, contested_value       what it waits for, besides its own change
--   refused_by                       the Salesforce field, or the constraint of the shadow table, that refuses it
--   claimed_value                    its unique value in Salesforce (a SKU), contested or not; null: blank
create or replace view public.sf_shadow_reject as
select r.object, r.record_id, r.sqlstate, r.reason, r.since, r.attempts, r.parent_id,
  case when r.sqlstate = '23505' then r.claimed_value end as contested_value,
  r.first_rejected_at, r.last_rejected_at, r.refused_by, r.claimed_value
from sf_shadow.reject r;
