-- What needs a human? Every record that cannot be stored, with its reason; the payload is for operators.
create or replace view public.sf_shadow_reject as
select r.object, r.record_id, r.sqlstate, r.reason, r.since, r.attempts, r.parent_id, r.contested_value,
  r.first_rejected_at, r.last_rejected_at
from sf_shadow.reject r;
