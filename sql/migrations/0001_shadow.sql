-- The shadow tables, as other services see them: columns up to raw_payload are a contract.
-- After them: the time a row is known to be right for, and what is known of the record (docs/rules.md).

create table public.sf_product_shadow (
  product_id text not null,
  sku text not null,
  name text not null,
  item_class text,
  offering_type text,
  plan_tier text,
  vpn_region text,
  updated_at timestamptz not null,
  raw_payload jsonb not null,
  synced_at timestamptz not null,
  system_modstamp timestamptz,
  read_id bigint,
  commit_timestamp timestamptz,
  commit_number bigint,
  sequence_number integer,
  constraint sf_product_shadow_pkey primary key (product_id),
  -- Deferrable, so that two products may swap their SKUs in one statement.
  constraint sf_product_shadow_sku_key unique (sku) deferrable initially immediate,
  constraint sf_product_shadow_product_id_length check (length(product_id) = 18)
) with (fillfactor = 90);

-- Without it the planner takes one product in 200 for active, and reads the whole catalogue for a page of it (76 ms).
create statistics public.sf_product_shadow_is_active on (raw_payload -> 'IsActive') from public.sf_product_shadow;

create table public.sf_pricebook_shadow (
  pricebook_entry_id text not null,
  product_id text not null,
  pricebook_id text not null,
  unit_price numeric(12, 2) not null,
  currency_iso_code text not null,
  is_active boolean not null,
  updated_at timestamptz not null,
  raw_payload jsonb not null,
  synced_at timestamptz not null,
  system_modstamp timestamptz,
  read_id bigint,
  commit_timestamp timestamptz,
  commit_number bigint,
  sequence_number integer,
  constraint sf_pricebook_shadow_pkey primary key (pricebook_entry_id),
  constraint sf_pricebook_shadow_product_id_fkey foreign key (product_id)
    references public.sf_product_shadow on delete cascade,
  constraint sf_pricebook_shadow_pricebook_entry_id_length check (length(pricebook_entry_id) = 18)
) with (fillfactor = 90);

create index sf_pricebook_shadow_product_id_idx on public.sf_pricebook_shadow (product_id);
-- For the list of a price book that few products are in.
create index sf_pricebook_shadow_pricebook_id_idx on public.sf_pricebook_shadow (pricebook_id);

create table public.sf_account_eligibility_shadow (
  account_id text not null,
  internet_eligibility text,
  eligibility_source text,
  updated_at timestamptz not null,
  raw_payload jsonb not null,
  synced_at timestamptz not null,
  system_modstamp timestamptz,
  read_id bigint,
  commit_timestamp timestamptz,
  commit_number bigint,
  sequence_number integer,
  constraint sf_account_eligibility_shadow_pkey primary key (account_id),
  constraint sf_account_eligibility_shadow_account_id_length check (length(account_id) = 18)
) with (fillfactor = 90);

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

-- What sf_shadow_record answers, of any mirrored object.
create type public.sf_shadow_record_answer as (
  object text,
  record_id text,
  -- Whether the shadow has the record. Without it record and synced_at are null.
  is_found boolean,
  -- The row's columns by their names, raw_payload among them.
  record jsonb,
  synced_at timestamptz,
  -- As in sf_account_eligibility_answer.
  age interval,
  is_stale boolean,
  reason text,
  refresh_queued boolean
);
