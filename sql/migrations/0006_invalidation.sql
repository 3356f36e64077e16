-- The invalidation outbox and its consumers (rule 12).

-- One row per batch that changed something a reader sees.
create table sf_shadow.invalidation (
  object text collate "C" not null,
  seq bigint not null,
  -- Null: too many to list, everything of this object.
  record_ids text[] collate "C",
  -- The parents of those records, before and after; and the unique values (SKUs), before and after.
  parent_ids text[] collate "C",
  unique_values text[] collate "C",
  committed_at timestamptz not null default now(),
  constraint invalidation_pkey primary key (object, seq),
  constraint invalidation_object_fkey foreign key (object) references sf_shadow.object on delete cascade
);

-- Consumers of the outbox, by name, each with a cursor of its own per object.
create table sf_shadow.invalidation_consumer (
  consumer text collate "C" not null,
  object text collate "C" not null,
  -- The last number whose invalidations the cache has acknowledged. Null: everything of this object is due.
  seq bigint,
  -- The database that numbered it: another one, or a restored or promoted one, numbers otherwise.
  system_identifier bigint not null,
  timeline integer not null,
  -- The cache that acknowledged it: one that was started anew, or failed over, may hold again what was deleted.
  cache_identity text not null,
  registered_at timestamptz not null default now(),
  -- When the cache was last reached and the cursor confirmed; moved while there is nothing to do, too.
  seen_at timestamptz not null default now(),
  -- Why nothing goes on, in words; null when all is well.
  problem text,
  problem_since timestamptz,
  constraint invalidation_consumer_pkey primary key (consumer, object),
  constraint invalidation_consumer_object_fkey foreign key (object) references sf_shadow.object on delete cascade,
  constraint invalidation_consumer_problem_is_whole check ((problem is null) = (problem_since is null))
) with (fillfactor = 50);
