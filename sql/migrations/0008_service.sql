-- The service itself: its settings, whose data it holds, its processes and its schema.

-- One row: settings that SQL needs, written by the process that starts with other values.
create table sf_shadow.setting (
  only_row boolean not null default true,
  -- How long events, and what guards against their replay, are kept.
  retention interval not null default '14 days',
  margin interval not null default '10 seconds',
  publish_delay interval not null default '60 seconds',
  delta_overlap interval not null default '15 minutes',
  -- A load without progress for this long stands still: that is said, alerted, and a forced one takes its place.
  stands_still_after interval not null default '15 minutes',
  -- An object of which nothing was heard for this long is catching up, and then stale. The second is also the age from
  -- which a row is stale for a reader that names none.
  catching_up_after interval not null default '3 minutes',
  stale_after interval not null default '15 minutes',
  -- What is received and not applied for this long ends the state fresh.
  unapplied_after interval not null default '15 seconds',
  -- A worker without a heartbeat for this long is given up: for as long its jobs, and the shadow, stand still.
  worker_silent_after interval not null default '20 seconds',
  -- The fuse of rule 7: more deletes by absence in a day than this share of an object's rows, and than this many, stop.
  fuse_percent numeric not null default 10,
  fuse_rows bigint not null default 100,
  -- How long outbox rows are kept that every consumer has acknowledged, for clients that keep their cursor elsewhere;
  -- and how long at most a consumer that does not come back holds rows: it clears everything when it does.
  outbox_kept interval not null default '1 day',
  outbox_limit interval not null default '3 days',
  -- The usage of a rolling day falls without notice: what the budget has stopped looks at it again this often.
  limits_every interval not null default '5 minutes',
  constraint setting_pkey primary key (only_row),
  constraint setting_only_row check (only_row),
  constraint setting_margin_positive check (margin >= interval '0'),
  constraint setting_fuse_is_percent check (fuse_percent between 0 and 100),
  constraint setting_fuse_rows_not_negative check (fuse_rows >= 0),
  constraint setting_outbox_in_order check (outbox_kept <= outbox_limit)
);
insert into sf_shadow.setting default values;

-- The Salesforce org whose records this database holds: the first login notes it, and every later one is compared.
create table sf_shadow.organization (
  only_row boolean not null default true,
  -- 18 characters.
  organization_id text collate "C" not null,
  -- Where it was reached, for people.
  instance_url text not null,
  claimed_at timestamptz not null default now(),
  constraint organization_pkey primary key (only_row),
  constraint organization_only_row check (only_row),
  constraint organization_id_form check (organization_id ~ '^00D[A-Za-z0-9]{15}$')
);

-- How far Salesforce's clock is ahead of this database's, between bounds: by the Date headers of its answers. Times of
-- the one meet times of the other only by this (sf_shadow.salesforce_now, sf_shadow._salesforce_to_local).
create table sf_shadow.salesforce_clock (
  only_row boolean not null default true,
  ahead_at_least interval not null default interval '0',
  ahead_at_most interval not null default interval '0',
  -- On this database's clock; null before the first answer: until then the two are taken to agree.
  measured_at timestamptz,
  constraint salesforce_clock_pkey primary key (only_row),
  constraint salesforce_clock_only_row check (only_row),
  constraint salesforce_clock_in_order check (ahead_at_least <= ahead_at_most)
);
insert into sf_shadow.salesforce_clock default values;

-- Worker processes that live, by the ids under which they lock jobs: a job of one whose beat has stopped is freed,
-- instead of after graphile-worker's own four hours.
create table sf_shadow.worker (
  worker_id text collate "C" not null,
  beat_at timestamptz not null default now(),
  constraint worker_pkey primary key (worker_id)
);

-- One row, written last by migrate: the schema's revision, and the oldest revision of a program that it still serves
-- (CONTRIBUTING.md, Upgrades).
create table sf_shadow.revision (
  only_row boolean not null default true,
  revision integer not null,
  serves integer not null,
  migrated_at timestamptz not null default now(),
  constraint revision_pkey primary key (only_row),
  constraint revision_only_row check (only_row),
  constraint revision_serves_itself check (serves <= revision)
);

-- The files of sql/current as they were applied last: what has not changed is not touched, and what is ours is known.
create table sf_shadow.current_file (
  file text collate "C" not null,
  fingerprint text not null,
  -- What it makes, with its schema; null for a file that only acts on others (queues, grants).
  name text collate "C",
  -- md5 of a function's body; null otherwise. A function of this name with another body is somebody else's.
  body text,
  constraint current_file_pkey primary key (file)
);
