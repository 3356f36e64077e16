-- Which programs this schema serves, and what was applied to it (CONTRIBUTING.md, Upgrades).

-- One row, written last by migrate: the schema's revision, and the oldest revision of a program that it still serves.
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
