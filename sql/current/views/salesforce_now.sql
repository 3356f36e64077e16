-- now() on Salesforce's clock, between bounds, as the last measurement tells it (note_salesforce_clock): ages are told by
-- `latest`, so that nothing passes for younger than it is. As now(), it is when the transaction began.
create or replace view sf_shadow.salesforce_now as
select now() + c.ahead_at_least as earliest, now() + c.ahead_at_most as latest
from sf_shadow.salesforce_clock c;
