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
-- the one meet times of the other only by this (sf_shadow.salesforce_now, sf_shadow.salesforce_to_local).
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
