-- The API budget (rule 14), and what readers in SQL need.

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

-- The usage of a rolling day falls without notice: what is stopped looks at it again this often.
alter table sf_shadow.setting add column limits_every interval not null default '5 minutes';

-- A load that the budget holds back, or that waits before it makes its bulk job anew; null while it may go on.
alter table sf_shadow.run add column paused_until timestamptz;

-- Records that readers found stale, to be read again. Apart from sf_shadow.dirty, so that a reader's long
-- transaction holds no lock that the service waits for.
create table sf_shadow.refresh_request (
  object text collate "C" not null,
  record_id text collate "C" not null,
  -- Until when the row was known to be right: what a doubt about it begins with.
  since timestamptz not null,
  -- Not to be read earlier, or the old version may still be the visible one (rule 6).
  not_before timestamptz not null,
  constraint refresh_request_pkey primary key (object, record_id),
  constraint refresh_request_object_fkey foreign key (object) references sf_shadow.object on delete cascade
);

-- Without it the planner takes one product in 200 for active, and reads the whole catalogue for a page of it (76 ms).
create statistics public.sf_product_shadow_is_active on (raw_payload -> 'IsActive') from public.sf_product_shadow;
-- For the list of a price book that few products are in.
create index sf_pricebook_shadow_pricebook_id_idx on public.sf_pricebook_shadow (pricebook_id);

-- What sf_account_eligibility answers.
create type public.sf_account_eligibility_answer as (
  account_id text,
  -- Whether the shadow has the account. Without it the columns up to synced_at are null.
  is_found boolean,
  internet_eligibility text,
  eligibility_source text,
  updated_at timestamptz,
  raw_payload jsonb,
  synced_at timestamptz,
  -- How old the answer is at the most (rule 10); null while nothing is known: never loaded, or missing since nobody knows when.
  age interval,
  is_stale boolean,
  -- Why it is stale or not found, or which fields stand still (a degraded object), in words; null for a fresh row.
  reason text,
  -- Whether a refresh of it waits, whoever asked for it.
  refresh_queued boolean
);
