-- Salesforce's clock now, between bounds, as the last measurement tells it (note_salesforce_clock): ages are told by
-- `latest`, so that nothing passes for younger than it is. Not the transaction's begin: what a lock was waited for is past.
create or replace view sf_shadow.salesforce_now as
select clock_timestamp() + c.ahead_at_least as earliest, clock_timestamp() + c.ahead_at_most as latest
from sf_shadow.salesforce_clock c;
