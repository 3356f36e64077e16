-- Rule 14: each kind of call at each limit it spends of, and whether that stops it. What is stopped looks at the limits
-- again at resumes_at, and goes on where the usage has fallen: Salesforce's window is a rolling day, and says no more.
create or replace view sf_shadow.budget_state as
select b.limit_name, b.kind, b.stops_at_percent, u.used, u.max, u.observed_at, judged.refused, judged.refused or judged.over as stopped,
  again.resumes_at, (1000 * extract(epoch from again.resumes_at - clock_timestamp()))::double precision as resumes_in_ms
from sf_shadow.budget b
cross join sf_shadow.setting setting
join sf_shadow.api_usage u on u.limit_name = b.limit_name
cross join lateral (select u.refused_until is not null as refused,
  u.max > 0 and 100 * u.used::double precision >= b.stops_at_percent * u.max as over) judged
cross join lateral (select case when judged.refused then u.refused_until
  when judged.over then u.observed_at + setting.limits_every end as resumes_at) again;
