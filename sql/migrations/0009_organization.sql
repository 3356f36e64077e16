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
