-- The API budget (rule 14).

-- The org's daily limits as any process saw them last.
create table sf_shadow.api_usage (
  -- Salesforce's name: DailyApiRequests.
  limit_name text collate "C" not null,
  used bigint not null,
  max bigint not null,
  observed_at timestamptz not null default now(),
  -- Salesforce refused a call for want of this limit: no more calls until then, when /limits is asked and decides.
  refused_until timestamptz,
  -- One process at a time looks at /limits for all that are stopped.
  looking_until timestamptz,
  constraint api_usage_pkey primary key (limit_name),
  constraint api_usage_not_negative check (used >= 0 and max >= 0)
);
insert into sf_shadow.api_usage (limit_name, used, max, observed_at)
values ('DailyApiRequests', 0, 0, '-infinity'), ('DailyBulkV2QueryJobs', 0, 0, '-infinity'),
  ('DailyBulkV2QueryFileStorageMB', 0, 0, '-infinity'), ('DailyDeliveredPlatformEvents', 0, 0, '-infinity');

-- At which share of a limit each kind of call stops. The rest is kept for the kinds that stop later.
create table sf_shadow.budget (
  limit_name text collate "C" not null,
  kind text collate "C" not null,
  stops_at_percent double precision not null,
  constraint budget_pkey primary key (limit_name, kind),
  constraint budget_limit_name_fkey foreign key (limit_name) references sf_shadow.api_usage,
  constraint budget_kind_known check (kind in ('load', 'delta', 'reread', 'fallback')),
  constraint budget_is_percent check (stops_at_percent > 0 and stops_at_percent <= 100)
);
insert into sf_shadow.budget (limit_name, kind, stops_at_percent)
values ('DailyApiRequests', 'load', 80), ('DailyApiRequests', 'delta', 90), ('DailyApiRequests', 'reread', 90),
  ('DailyApiRequests', 'fallback', 98), ('DailyBulkV2QueryJobs', 'load', 80), ('DailyBulkV2QueryJobs', 'delta', 90),
  ('DailyBulkV2QueryFileStorageMB', 'load', 80), ('DailyBulkV2QueryFileStorageMB', 'delta', 90);
