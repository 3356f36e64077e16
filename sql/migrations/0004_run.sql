-- The reads and loads of full records, and what they have proven of each object (docs/rules.md).

-- A full read of records: everything committed before read_from less the margin is in it, nothing after read_to.
create table sf_shadow.read (
  read_id bigint generated always as identity,
  object text collate "C" not null,
  read_from timestamptz not null,
  read_to timestamptz not null,
  constraint read_pkey primary key (read_id),
  constraint read_object_fkey foreign key (object) references sf_shadow.object,
  constraint read_in_order check (read_from <= read_to)
);

-- A load by Bulk API 2.0. Its whole state is here, so that any process can go on with it (rule 13).
create table sf_shadow.run (
  run_id bigint generated always as identity,
  object text collate "C" not null,
  kind text not null,
  state text not null default 'queued',
  -- Why it was started, in words: an operator, the crontab, a hole.
  reason text not null,
  forced boolean not null default false,
  -- Lower bound of SystemModstamp, for a delta.
  since timestamptz,
  -- The backfill command that asked for it, of several objects: called again, it goes on where it was interrupted.
  batch_id uuid,
  error text,
  job_id text collate "C",
  -- Bulk jobs of this run that came to nothing (failed for a while, or gone with their result) and were made anew.
  job_attempts integer not null default 0,
  -- What Salesforce has said of the job last; a change of it is progress, too.
  job_state text collate "C",
  job_records bigint,
  -- Salesforce fields in the order of the query, so that a resumed run reads the same columns.
  fields text[] collate "C",
  read_id bigint,
  read_from timestamptz,
  -- Whether a full run, once complete, counts for every row (rule 5b): not where an older event was applied meanwhile.
  counts_for_rows boolean not null default true,
  -- The next page to fetch; null in state loading: the job's first one.
  locator text collate "C",
  pages integer not null default 0,
  received bigint not null default 0,
  expected bigint,
  inserted bigint not null default 0,
  updated bigint not null default 0,
  deleted bigint not null default 0,
  unchanged bigint not null default 0,
  ignored bigint not null default 0,
  dirty bigint not null default 0,
  rejected bigint not null default 0,
  drift bigint not null default 0,
  count_in_org bigint,
  count_in_shadow bigint,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  progressed_at timestamptz not null default now(),
  -- When a process last looked at the job; without progress the only sign that one is there.
  looked_at timestamptz,
  -- Held back by the budget, or waiting before it makes its bulk job anew; null while it may go on.
  paused_until timestamptz,
  finished_at timestamptz,
  constraint run_pkey primary key (run_id),
  constraint run_object_fkey foreign key (object) references sf_shadow.object,
  constraint run_read_id_fkey foreign key (read_id) references sf_shadow.read on delete set null,
  -- Without a time, or with an infinite one, its query would be for the whole object.
  constraint run_delta_has_since check (kind <> 'delta' or since is not null and isfinite(since)),
  constraint run_kind_known check (kind in ('full', 'delta', 'ids')),
  constraint run_state_known check (state in ('queued', 'waiting', 'loading', 'sweeping', 'complete', 'failed', 'fuse', 'canceled')),
  constraint run_finished check ((finished_at is not null) = (state in ('complete', 'failed', 'fuse', 'canceled')))
);
-- One run at a time per object and kind; whoever asks for a second one follows the first.
create unique index run_one_active on sf_shadow.run (object, kind) where finished_at is null;
create index run_batch_idx on sf_shadow.run (batch_id) where batch_id is not null;
create index run_object_idx on sf_shadow.run (object, run_id desc);
-- The last complete run of a kind, however many others came after it.
create index run_complete_idx on sf_shadow.run (object, kind, run_id desc) where state = 'complete';

-- The ids of each page: the durable id set that a sweep compares with (rule 7).
create table sf_shadow.run_page (
  run_id bigint not null,
  page integer not null,
  record_ids text[] collate "C" not null,
  constraint run_page_pkey primary key (run_id, page),
  constraint run_page_run_id_fkey foreign key (run_id) references sf_shadow.run on delete cascade
);
-- Written and read once, and gone with the run: compressing it costs more than it saves.
alter table sf_shadow.run_page alter column record_ids set storage external;

-- What an object's runs, streams and deletes have proven, apart from its configuration.
create table sf_shadow.object_state (
  object text collate "C" not null,
  -- Exact: moved by every merge in its own transaction.
  row_count bigint not null default 0,
  -- Bounds of updated_at over the rows, moved by every merge: nothing is older than the one or newer than the other. A
  -- row that was the oldest and has changed or gone leaves its bound behind, until a scan makes it exact.
  oldest_updated_at timestamptz,
  newest_updated_at timestamptz,
  -- The read of the last complete full run or Id comparison: proof for ids that are not there.
  proof_read_id bigint,
  -- The read of the last full run that counts for every row that is neither dirty nor rejected (rule 5b).
  full_read_id bigint,
  -- Where the next delta begins, on Salesforce's clock: read_from of the last complete full run or delta.
  delta_from timestamptz,
  -- A dirty object (rule 6): changes of this span may be missing. hole_to is infinity while it is open.
  hole_from timestamptz,
  hole_to timestamptz,
  hole_reason text,
  -- Why the end of the hole is not known yet: stream, paused.
  open_causes text[] collate "C" not null default '{}',
  -- A field that vanished from describe, in words; null when all is well.
  degraded text,
  -- Deletes by absence of one day, for the fuse of rule 7.
  absence_day date not null default '-infinity',
  absence_deletes bigint not null default 0,
  -- Why the fuse has stopped a load, and why re-reads by Id, in words; null where it has not, or it is settled since.
  fuse_of_loads text,
  fuse_of_rereads text,
  -- Gapless number of the last invalidation (rule 12).
  invalidation_seq bigint not null default 0,
  constraint object_state_pkey primary key (object),
  constraint object_state_object_fkey foreign key (object) references sf_shadow.object on delete cascade,
  constraint object_state_proof_read_id_fkey foreign key (proof_read_id) references sf_shadow.read,
  constraint object_state_full_read_id_fkey foreign key (full_read_id) references sf_shadow.read,
  constraint object_state_hole_is_whole check ((hole_from is null) = (hole_to is null) and (hole_from is null) = (hole_reason is null)),
  constraint object_state_row_count_positive check (row_count >= 0)
);
insert into sf_shadow.object_state (object) select object from sf_shadow.object;
