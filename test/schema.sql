-- Postgres 18
-- Written by: node --import tsx test/schema_dump.ts > test/schema.sql

create table sf_account_eligibility_shadow (
  account_id text not null,
  internet_eligibility text,
  eligibility_source text,
  updated_at timestamp with time zone not null,
  raw_payload jsonb not null,
  synced_at timestamp with time zone not null,
  system_modstamp timestamp with time zone,
  read_id bigint,
  commit_timestamp timestamp with time zone,
  commit_number bigint,
  sequence_number integer,
  constraint sf_account_eligibility_shadow_account_id_length CHECK ((length(account_id) = 18)),
  constraint sf_account_eligibility_shadow_pkey PRIMARY KEY (account_id)
) with (fillfactor=90);

create table sf_pricebook_shadow (
  pricebook_entry_id text not null,
  product_id text not null,
  pricebook_id text not null,
  unit_price numeric(12,2) not null,
  currency_iso_code text not null,
  is_active boolean not null,
  updated_at timestamp with time zone not null,
  raw_payload jsonb not null,
  synced_at timestamp with time zone not null,
  system_modstamp timestamp with time zone,
  read_id bigint,
  commit_timestamp timestamp with time zone,
  commit_number bigint,
  sequence_number integer,
  constraint sf_pricebook_shadow_pkey PRIMARY KEY (pricebook_entry_id),
  constraint sf_pricebook_shadow_pricebook_entry_id_length CHECK ((length(pricebook_entry_id) = 18)),
  constraint sf_pricebook_shadow_product_id_fkey FOREIGN KEY (product_id) REFERENCES sf_product_shadow(product_id) ON DELETE CASCADE
) with (fillfactor=90);
CREATE INDEX sf_pricebook_shadow_pricebook_id_idx ON public.sf_pricebook_shadow USING btree (pricebook_id);
CREATE INDEX sf_pricebook_shadow_product_id_idx ON public.sf_pricebook_shadow USING btree (product_id);

create table sf_product_shadow (
  product_id text not null,
  sku text not null,
  name text not null,
  item_class text,
  offering_type text,
  plan_tier text,
  vpn_region text,
  updated_at timestamp with time zone not null,
  raw_payload jsonb not null,
  synced_at timestamp with time zone not null,
  system_modstamp timestamp with time zone,
  read_id bigint,
  commit_timestamp timestamp with time zone,
  commit_number bigint,
  sequence_number integer,
  constraint sf_product_shadow_pkey PRIMARY KEY (product_id),
  constraint sf_product_shadow_product_id_length CHECK ((length(product_id) = 18)),
  constraint sf_product_shadow_sku_key UNIQUE (sku) DEFERRABLE
) with (fillfactor=90);

create table sf_shadow_event (
  received_day date not null,
  stream_id integer not null,
  seq bigint not null,
  received_at timestamp with time zone not null,
  replay_id bytea,
  event_id text collate "C",
  schema_id text collate "C",
  object text collate "C",
  change_type text collate "C",
  record_ids text[] collate "C" not null,
  commit_timestamp timestamp with time zone,
  committed_before timestamp with time zone,
  commit_number bigint,
  sequence_number integer,
  transaction_key text collate "C",
  change_origin text collate "C",
  commit_user text collate "C",
  changed_fields text[] collate "C" not null,
  nulled_fields text[] collate "C" not null,
  diff_fields text[] collate "C" not null,
  inexact_fields text[] collate "C" not null,
  fields jsonb not null,
  error text,
  constraint sf_shadow_event_pkey PRIMARY KEY (stream_id, seq, received_day)
) partition by RANGE (received_day);
CREATE INDEX sf_shadow_event_event_id_idx ON ONLY public.sf_shadow_event USING btree (event_id);
CREATE TRIGGER sf_shadow_event_append_only BEFORE DELETE OR UPDATE ON public.sf_shadow_event FOR EACH ROW EXECUTE FUNCTION sf_shadow.refuse_change();
CREATE TRIGGER sf_shadow_event_no_truncate BEFORE TRUNCATE ON public.sf_shadow_event FOR EACH STATEMENT EXECUTE FUNCTION sf_shadow.refuse_change();

create table sf_shadow.api_usage (
  limit_name text collate "C" not null,
  used bigint not null,
  max bigint not null,
  observed_at timestamp with time zone default now() not null,
  refused_until timestamp with time zone,
  looking_until timestamp with time zone,
  constraint api_usage_not_negative CHECK (((used >= 0) AND (max >= 0))),
  constraint api_usage_pkey PRIMARY KEY (limit_name)
);

create table sf_shadow.budget (
  limit_name text collate "C" not null,
  kind text collate "C" not null,
  stops_at_percent double precision not null,
  constraint budget_is_percent CHECK (((stops_at_percent > (0)::double precision) AND (stops_at_percent <= (100)::double precision))),
  constraint budget_kind_known CHECK ((kind = ANY (ARRAY['load'::text, 'delta'::text, 'reread'::text, 'fallback'::text]))),
  constraint budget_limit_name_fkey FOREIGN KEY (limit_name) REFERENCES sf_shadow.api_usage(limit_name),
  constraint budget_pkey PRIMARY KEY (limit_name, kind)
);

create table sf_shadow.compatible_id (
  object_id smallint not null,
  record_id text not null,
  id integer not null,
  constraint compatible_id_id_key UNIQUE (object_id, id),
  constraint compatible_id_pkey PRIMARY KEY (object_id, record_id)
);

create table sf_shadow.current_file (
  file text collate "C" not null,
  fingerprint text not null,
  name text collate "C",
  body text,
  constraint current_file_pkey PRIMARY KEY (file)
);

create table sf_shadow.described_field (
  object text collate "C" not null,
  field text collate "C" not null,
  type text collate "C" not null,
  calculated boolean default false not null,
  in_events boolean,
  described_at timestamp with time zone not null,
  vanished_at timestamp with time zone,
  constraint described_field_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint described_field_pkey PRIMARY KEY (object, field),
  constraint described_field_type_known CHECK ((type = ANY (ARRAY['boolean'::text, 'number'::text, 'datetime'::text, 'date'::text, 'time'::text, 'text'::text])))
);

create table sf_shadow.dirty (
  object text collate "C" not null,
  record_id text collate "C" not null,
  since timestamp with time zone not null,
  not_before timestamp with time zone not null,
  generation bigint not null,
  reason text not null,
  parent_id text collate "C",
  waits_for text collate "C",
  waits_stream_id integer,
  waits_seq bigint,
  attempts integer default 0 not null,
  marked_at timestamp with time zone default clock_timestamp() not null,
  constraint dirty_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint dirty_pkey PRIMARY KEY (object, record_id)
);
CREATE INDEX dirty_not_before_idx ON sf_shadow.dirty USING btree (object, not_before);
CREATE INDEX dirty_since_idx ON sf_shadow.dirty USING btree (object, since);
CREATE INDEX dirty_waits_for_idx ON sf_shadow.dirty USING btree (object, waits_for) WHERE (waits_for IS NOT NULL);

create table sf_shadow.field (
  object text collate "C" not null,
  field text collate "C" not null,
  column_name text collate "C" not null,
  column_type text collate "C" default 'text'::text not null,
  required boolean default false not null,
  is_unique boolean default false not null,
  default_value text,
  shipped boolean default false not null,
  unfilled_until timestamp with time zone,
  constraint field_column_type_valid CHECK (sf_shadow.is_column_type(column_type)),
  constraint field_default_value_valid CHECK (pg_input_is_valid(default_value, column_type)),
  constraint field_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint field_pkey PRIMARY KEY (object, column_name)
);
CREATE UNIQUE INDEX field_one_unique_per_object ON sf_shadow.field USING btree (object) WHERE is_unique;

create table sf_shadow.invalidation (
  object text collate "C" not null,
  seq bigint not null,
  record_ids text[] collate "C",
  parent_ids text[] collate "C",
  unique_values text[] collate "C",
  committed_at timestamp with time zone default now() not null,
  constraint invalidation_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint invalidation_pkey PRIMARY KEY (object, seq)
);

create table sf_shadow.invalidation_consumer (
  consumer text collate "C" not null,
  object text collate "C" not null,
  seq bigint,
  system_identifier bigint not null,
  timeline integer not null,
  cache_identity text not null,
  registered_at timestamp with time zone default now() not null,
  seen_at timestamp with time zone default now() not null,
  problem text,
  problem_since timestamp with time zone,
  constraint invalidation_consumer_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint invalidation_consumer_pkey PRIMARY KEY (consumer, object),
  constraint invalidation_consumer_problem_is_whole CHECK (((problem IS NULL) = (problem_since IS NULL)))
) with (fillfactor=50);

create table sf_shadow.migrations (
  id integer not null,
  name character varying(100) not null,
  hash character varying(40) not null,
  executed_at timestamp without time zone default CURRENT_TIMESTAMP,
  constraint migrations_name_key UNIQUE (name),
  constraint migrations_pkey PRIMARY KEY (id)
);

create table sf_shadow.object (
  object text collate "C" not null,
  object_id smallint generated always as identity not null,
  shadow_table text collate "C" not null,
  key_column text collate "C" not null,
  topic text collate "C" not null,
  parent_object text collate "C",
  parent_field text collate "C",
  keep text default 'all'::text not null,
  query_only_fields text[] collate "C" default '{}'::text[] not null,
  enabled boolean default true not null,
  shipped boolean default false not null,
  poll_every interval,
  cursor_field text collate "C" default 'SystemModstamp'::text not null,
  by_rest boolean default false not null,
  filter text,
  filter_fields text[],
  compatible_schema text collate "C",
  indexes text[] collate "C" default '{}'::text[] not null,
  history_table text collate "C",
  constraint object_cursor_field_valid CHECK ((cursor_field ~ '^\w+$'::text)),
  constraint object_filter_names_fields CHECK (((filter IS NULL) = (filter_fields IS NULL))),
  constraint object_history_table_is_another CHECK ((history_table <> shadow_table)),
  constraint object_history_table_key UNIQUE (history_table),
  constraint object_keep_known CHECK ((keep = ANY (ARRAY['all'::text, 'mapped'::text]))),
  constraint object_object_id_key UNIQUE (object_id),
  constraint object_parent_is_another CHECK ((parent_object <> object)),
  constraint object_parent_is_whole CHECK (((parent_object IS NULL) = (parent_field IS NULL))),
  constraint object_parent_object_fkey FOREIGN KEY (parent_object) REFERENCES sf_shadow.object(object),
  constraint object_pkey PRIMARY KEY (object),
  constraint object_poll_every_positive CHECK ((poll_every > '00:00:00'::interval)),
  constraint object_shadow_table_key UNIQUE (shadow_table)
);
CREATE TRIGGER object_pause AFTER UPDATE OF enabled ON sf_shadow.object FOR EACH ROW WHEN ((old.enabled IS DISTINCT FROM new.enabled)) EXECUTE FUNCTION sf_shadow.pause_object();
CREATE TRIGGER object_poll AFTER UPDATE OF poll_every ON sf_shadow.object FOR EACH ROW WHEN (((old.poll_every IS NULL) <> (new.poll_every IS NULL))) EXECUTE FUNCTION sf_shadow.poll_object();

create table sf_shadow.object_mapping (
  object text collate "C" not null,
  compiled_as text collate "C" not null,
  compiled_from text not null,
  shadow_table text not null,
  key_column text not null,
  column_names text not null,
  column_values text not null,
  column_updates text not null,
  error text not null,
  columns_differ text not null,
  unique_value text not null,
  parent_id text not null,
  unique_column text,
  parent_column text,
  held_unique text not null,
  held_parent text not null,
  constraint object_mapping_compiled_as_key UNIQUE (compiled_as),
  constraint object_mapping_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint object_mapping_pkey PRIMARY KEY (object)
);
CREATE TRIGGER object_mapping_drop AFTER DELETE ON sf_shadow.object_mapping FOR EACH ROW EXECUTE FUNCTION sf_shadow.drop_compiled();

create table sf_shadow.object_state (
  object text collate "C" not null,
  row_count bigint default 0 not null,
  oldest_updated_at timestamp with time zone,
  newest_updated_at timestamp with time zone,
  proof_read_id bigint,
  full_read_id bigint,
  delta_from timestamp with time zone,
  hole_from timestamp with time zone,
  hole_to timestamp with time zone,
  hole_reason text,
  open_causes text[] collate "C" default '{}'::text[] not null,
  degraded text,
  absence_day date default '-infinity'::date not null,
  absence_deletes bigint default 0 not null,
  fuse_of_loads text,
  fuse_of_rereads text,
  invalidation_seq bigint default 0 not null,
  polled_at timestamp with time zone,
  constraint object_state_full_read_id_fkey FOREIGN KEY (full_read_id) REFERENCES sf_shadow.read(read_id),
  constraint object_state_hole_is_whole CHECK ((((hole_from IS NULL) = (hole_to IS NULL)) AND ((hole_from IS NULL) = (hole_reason IS NULL)))),
  constraint object_state_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint object_state_pkey PRIMARY KEY (object),
  constraint object_state_proof_read_id_fkey FOREIGN KEY (proof_read_id) REFERENCES sf_shadow.read(read_id),
  constraint object_state_row_count_positive CHECK ((row_count >= 0))
);

create table sf_shadow.organization (
  only_row boolean default true not null,
  organization_id text collate "C" not null,
  instance_url text not null,
  claimed_at timestamp with time zone default now() not null,
  constraint organization_id_form CHECK ((organization_id ~ '^00D[A-Za-z0-9]{15}$'::text)),
  constraint organization_only_row CHECK (only_row),
  constraint organization_pkey PRIMARY KEY (only_row)
);

create table sf_shadow.parent_deletion (
  object text collate "C" not null,
  record_id text collate "C" not null,
  deleted_until timestamp with time zone not null,
  constraint parent_deletion_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint parent_deletion_pkey PRIMARY KEY (object, record_id)
);

create table sf_shadow.read (
  read_id bigint generated always as identity not null,
  object text collate "C" not null,
  read_from timestamp with time zone not null,
  read_to timestamp with time zone not null,
  filter text,
  constraint read_in_order CHECK ((read_from <= read_to)),
  constraint read_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object),
  constraint read_pkey PRIMARY KEY (read_id)
);

create table sf_shadow.refresh_request (
  object text collate "C" not null,
  record_id text collate "C" not null,
  since timestamp with time zone not null,
  not_before timestamp with time zone not null,
  constraint refresh_request_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint refresh_request_pkey PRIMARY KEY (object, record_id)
);

create table sf_shadow.reject (
  object text collate "C" not null,
  record_id text collate "C" not null,
  since timestamp with time zone not null,
  known_until timestamp with time zone not null,
  sqlstate text not null,
  reason text not null,
  refused_by text,
  payload bytea not null,
  parent_id text collate "C",
  claimed_value text collate "C",
  attempts integer default 1 not null,
  first_rejected_at timestamp with time zone default now() not null,
  last_rejected_at timestamp with time zone default now() not null,
  constraint reject_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint reject_pkey PRIMARY KEY (object, record_id)
);
CREATE INDEX reject_claimed_idx ON sf_shadow.reject USING btree (object, claimed_value) WHERE (claimed_value IS NOT NULL);
CREATE INDEX reject_parent_idx ON sf_shadow.reject USING btree (object, parent_id) WHERE (parent_id IS NOT NULL);
CREATE INDEX reject_since_idx ON sf_shadow.reject USING btree (object, since);

create table sf_shadow.revision (
  only_row boolean default true not null,
  revision integer not null,
  serves integer not null,
  migrated_at timestamp with time zone default now() not null,
  constraint revision_only_row CHECK (only_row),
  constraint revision_pkey PRIMARY KEY (only_row),
  constraint revision_serves_itself CHECK ((serves <= revision))
);

create table sf_shadow.run (
  run_id bigint generated always as identity not null,
  object text collate "C" not null,
  kind text not null,
  state text default 'queued'::text not null,
  reason text not null,
  forced boolean default false not null,
  since timestamp with time zone,
  batch_id uuid,
  error text,
  job_id text collate "C",
  job_attempts integer default 0 not null,
  job_state text collate "C",
  job_records bigint,
  fields text[] collate "C",
  read_id bigint,
  read_from timestamp with time zone,
  counts_for_rows boolean default true not null,
  locator text collate "C",
  pages integer default 0 not null,
  received bigint default 0 not null,
  expected bigint,
  inserted bigint default 0 not null,
  updated bigint default 0 not null,
  deleted bigint default 0 not null,
  unchanged bigint default 0 not null,
  ignored bigint default 0 not null,
  dirty bigint default 0 not null,
  rejected bigint default 0 not null,
  drift bigint default 0 not null,
  count_in_org bigint,
  count_in_shadow bigint,
  created_at timestamp with time zone default now() not null,
  started_at timestamp with time zone,
  progressed_at timestamp with time zone default now() not null,
  looked_at timestamp with time zone,
  paused_until timestamp with time zone,
  finished_at timestamp with time zone,
  is_poll boolean default false not null,
  by_rest boolean default false not null,
  changes_compared boolean default false not null,
  turn_at timestamp with time zone,
  constraint run_delta_has_since CHECK (((kind <> 'delta'::text) OR ((since IS NOT NULL) AND isfinite(since)))),
  constraint run_finished CHECK (((finished_at IS NOT NULL) = (state = ANY (ARRAY['complete'::text, 'failed'::text, 'fuse'::text, 'canceled'::text])))),
  constraint run_kind_known CHECK ((kind = ANY (ARRAY['full'::text, 'delta'::text, 'ids'::text]))),
  constraint run_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object),
  constraint run_pkey PRIMARY KEY (run_id),
  constraint run_read_id_fkey FOREIGN KEY (read_id) REFERENCES sf_shadow.read(read_id) ON DELETE SET NULL,
  constraint run_state_known CHECK ((state = ANY (ARRAY['queued'::text, 'waiting'::text, 'loading'::text, 'sweeping'::text, 'complete'::text, 'failed'::text, 'fuse'::text, 'canceled'::text])))
);
CREATE INDEX run_batch_idx ON sf_shadow.run USING btree (batch_id) WHERE (batch_id IS NOT NULL);
CREATE INDEX run_complete_idx ON sf_shadow.run USING btree (object, kind, run_id DESC) WHERE (state = 'complete'::text);
CREATE INDEX run_object_idx ON sf_shadow.run USING btree (object, run_id DESC);
CREATE UNIQUE INDEX run_one_active ON sf_shadow.run USING btree (object, kind) WHERE (finished_at IS NULL);

create table sf_shadow.run_page (
  run_id bigint not null,
  page integer not null,
  record_ids text[] collate "C" storage e not null,
  constraint run_page_pkey PRIMARY KEY (run_id, page),
  constraint run_page_run_id_fkey FOREIGN KEY (run_id) REFERENCES sf_shadow.run(run_id) ON DELETE CASCADE
);

create table sf_shadow.salesforce_clock (
  only_row boolean default true not null,
  ahead_at_least interval default '00:00:00'::interval not null,
  ahead_at_most interval default '00:00:00'::interval not null,
  measured_at timestamp with time zone,
  constraint salesforce_clock_in_order CHECK ((ahead_at_least <= ahead_at_most)),
  constraint salesforce_clock_only_row CHECK (only_row),
  constraint salesforce_clock_pkey PRIMARY KEY (only_row)
);

create table sf_shadow.setting (
  only_row boolean default true not null,
  retention interval default '14 days'::interval not null,
  margin interval default '00:00:10'::interval not null,
  publish_delay interval default '00:01:00'::interval not null,
  delta_overlap interval default '00:15:00'::interval not null,
  stands_still_after interval default '00:15:00'::interval not null,
  catching_up_after interval default '00:03:00'::interval not null,
  stale_after interval default '00:15:00'::interval not null,
  unapplied_after interval default '00:00:15'::interval not null,
  worker_silent_after interval default '00:00:20'::interval not null,
  fuse_percent numeric default 10 not null,
  fuse_rows bigint default 100 not null,
  outbox_kept interval default '1 day'::interval not null,
  outbox_limit interval default '3 days'::interval not null,
  limits_every interval default '00:05:00'::interval not null,
  history_kept interval,
  constraint setting_fuse_is_percent CHECK (((fuse_percent >= (0)::numeric) AND (fuse_percent <= (100)::numeric))),
  constraint setting_fuse_rows_not_negative CHECK ((fuse_rows >= 0)),
  constraint setting_history_kept_not_negative CHECK ((history_kept >= '00:00:00'::interval)),
  constraint setting_margin_positive CHECK ((margin >= '00:00:00'::interval)),
  constraint setting_only_row CHECK (only_row),
  constraint setting_outbox_in_order CHECK ((outbox_kept <= outbox_limit)),
  constraint setting_pkey PRIMARY KEY (only_row)
);

create table sf_shadow.stream (
  stream_id integer generated always as identity not null,
  topic text collate "C" not null,
  epoch uuid,
  next_seq bigint default 1 not null,
  replay_id bytea,
  position_at timestamp with time zone,
  keepalive_at timestamp with time zone,
  keepalive_seq bigint,
  from_earliest boolean default false not null,
  replay_unproven boolean default false not null,
  goes_on_since timestamp with time zone,
  problem text,
  problem_since timestamp with time zone,
  constraint stream_next_seq_positive CHECK ((next_seq > 0)),
  constraint stream_pkey PRIMARY KEY (stream_id),
  constraint stream_problem_is_whole CHECK (((problem IS NULL) = (problem_since IS NULL))),
  constraint stream_topic_key UNIQUE (topic)
);

create table sf_shadow.stream_cursor (
  stream_id integer not null,
  applied_seq bigint default 0 not null,
  applied_day date default '-infinity'::date not null,
  applied_commit_timestamp timestamp with time zone,
  cut_transactions bigint default 0 not null,
  constraint stream_cursor_pkey PRIMARY KEY (stream_id),
  constraint stream_cursor_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES sf_shadow.stream(stream_id)
);

create table sf_shadow.stream_object (
  stream_id integer not null,
  object text collate "C" not null,
  constraint stream_object_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint stream_object_pkey PRIMARY KEY (stream_id, object),
  constraint stream_object_stream_id_fkey FOREIGN KEY (stream_id) REFERENCES sf_shadow.stream(stream_id)
);

create table sf_shadow.tombstone (
  object text collate "C" not null,
  record_id text collate "C" not null,
  deleted_at timestamp with time zone default now() not null,
  system_modstamp timestamp with time zone,
  read_id bigint,
  commit_timestamp timestamp with time zone,
  commit_number bigint,
  sequence_number integer,
  proven boolean not null,
  weak boolean not null,
  parent_id text collate "C",
  parent_deleted_until timestamp with time zone,
  constraint tombstone_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint tombstone_pkey PRIMARY KEY (object, record_id),
  constraint tombstone_proven_or_weak CHECK ((NOT (proven AND weak))),
  constraint tombstone_weak_has_parent CHECK (((NOT weak) OR (parent_id IS NOT NULL)))
);
CREATE INDEX tombstone_parent_idx ON sf_shadow.tombstone USING btree (object, parent_id) WHERE (parent_id IS NOT NULL);

create table sf_shadow.undecoded_event (
  stream_id integer not null,
  seq bigint not null,
  received_at timestamp with time zone not null,
  schema_id text collate "C",
  error text not null,
  payload bytea not null,
  constraint undecoded_event_pkey PRIMARY KEY (stream_id, seq)
);
CREATE INDEX undecoded_event_received_at_idx ON sf_shadow.undecoded_event USING btree (received_at);

create table sf_shadow.verification (
  verification_id bigint generated always as identity not null,
  object text collate "C" not null,
  kind text not null,
  verified_at timestamp with time zone default now() not null,
  compared bigint not null,
  drift bigint not null,
  count_in_org bigint,
  count_in_shadow bigint,
  constraint verification_kind_known CHECK ((kind = ANY (ARRAY['sample'::text, 'all'::text]))),
  constraint verification_object_fkey FOREIGN KEY (object) REFERENCES sf_shadow.object(object) ON DELETE CASCADE,
  constraint verification_pkey PRIMARY KEY (verification_id)
);
CREATE INDEX verification_object_idx ON sf_shadow.verification USING btree (object, verification_id DESC);

create table sf_shadow.worker (
  worker_id text collate "C" not null,
  beat_at timestamp with time zone default now() not null,
  constraint worker_pkey PRIMARY KEY (worker_id)
);

create type sf_account_eligibility_answer as (account_id text, is_found boolean, internet_eligibility text, eligibility_source text, updated_at timestamp with time zone, raw_payload jsonb, synced_at timestamp with time zone, age interval, is_stale boolean, reason text, refresh_queued boolean);
create type sf_price_at_answer as (product_id text, sku text, name text, pricebook_entry_id text, pricebook_id text, unit_price numeric(12,2), currency_iso_code text, valid_from timestamp with time zone, valid_to timestamp with time zone);
create type sf_shadow.merge_counts as (inserted bigint, updated bigint, deleted bigint, unchanged bigint, ignored bigint, dirty bigint, rejected bigint, drift bigint);
create type sf_shadow_record_answer as (object text, record_id text, is_found boolean, record jsonb, synced_at timestamp with time zone, age interval, is_stale boolean, reason text, refresh_queued boolean);

create view sf_catalog as
 SELECT p.product_id,
    p.sku,
    p.name,
    e.pricebook_entry_id,
    e.pricebook_id,
    e.unit_price,
    e.currency_iso_code,
    p.item_class,
    p.offering_type,
    p.plan_tier,
    p.vpn_region,
    p.raw_payload AS product_raw_payload,
    e.raw_payload AS price_raw_payload,
    p.updated_at AS product_updated_at,
    e.updated_at AS price_updated_at,
    p.synced_at AS product_synced_at,
    e.synced_at AS price_synced_at
   FROM (sf_product_shadow p
     JOIN sf_pricebook_shadow e ON ((e.product_id = p.product_id)))
  WHERE (((p.raw_payload -> 'IsActive'::text) = 'true'::jsonb) AND e.is_active);

create view sf_shadow.budget_state as
 SELECT b.limit_name,
    b.kind,
    b.stops_at_percent,
    u.used,
    u.max,
    u.observed_at,
    judged.refused,
    (judged.refused OR judged.over) AS stopped,
    again.resumes_at,
    (((1000)::numeric * EXTRACT(epoch FROM (again.resumes_at - clock_timestamp()))))::double precision AS resumes_in_ms
   FROM ((((sf_shadow.budget b
     CROSS JOIN sf_shadow.setting setting)
     JOIN sf_shadow.api_usage u ON ((u.limit_name = b.limit_name)))
     CROSS JOIN LATERAL ( SELECT (u.refused_until IS NOT NULL) AS refused,
            ((u.max > 0) AND (((100)::double precision * (u.used)::double precision) >= (b.stops_at_percent * (u.max)::double precision))) AS over) judged)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN judged.refused THEN u.refused_until
                    WHEN judged.over THEN (u.observed_at + setting.limits_every)
                    ELSE NULL::timestamp with time zone
                END AS resumes_at) again);

create view sf_shadow.driven_object as
 SELECT o.object
   FROM (pg_locks l
     JOIN sf_shadow.object o ON ((o.object_id = (l.objid)::bigint)))
  WHERE ((l.locktype = 'advisory'::text) AND (l.classid = (21319)::oid) AND (l.objsubid = 2) AND l.granted AND (l.database = ( SELECT own.datid
           FROM pg_stat_get_activity(pg_backend_pid()) own(datid, pid, usesysid, application_name, state, query, wait_event_type, wait_event, xact_start, query_start, backend_start, state_change, client_addr, client_hostname, client_port, backend_xid, backend_xmin, backend_type, ssl, sslversion, sslcipher, sslbits, ssl_client_dn, ssl_client_serial, ssl_issuer_dn, gss_auth, gss_princ, gss_enc, gss_delegation, leader_pid, query_id))));

create view sf_shadow.object_claim as
 WITH claim AS (
         SELECT so.object,
            s.stream_id,
            GREATEST(c.applied_commit_timestamp,
                CASE
                    WHEN (c.applied_seq >= (s.keepalive_seq - 1)) THEN (s.keepalive_at - setting_1.publish_delay)
                    ELSE NULL::timestamp with time zone
                END, waiting.commit_timestamp) AS claimed,
            s.problem,
            s.problem_since,
            waiting.received_at AS waiting_since
           FROM ((((sf_shadow.stream_object so
             CROSS JOIN sf_shadow.setting setting_1)
             JOIN sf_shadow.stream s ON ((s.stream_id = so.stream_id)))
             JOIN sf_shadow.stream_cursor c ON ((c.stream_id = s.stream_id)))
             LEFT JOIN LATERAL sf_shadow._waiting_event(s.stream_id,
                CASE
                    WHEN (c.applied_seq < (s.next_seq - 1)) THEN (c.applied_seq + 1)
                    ELSE NULL::bigint
                END, c.applied_day) waiting(received_at, commit_timestamp) ON (true))
        ), known AS (
         SELECT o.object,
            o.enabled,
            (state.proof_read_id IS NOT NULL) AS is_loaded,
            state.row_count,
            state.hole_from,
            state.hole_reason,
            state.degraded,
            claim.stream_id,
            source.claimed,
            claim.problem,
            claim.problem_since,
            claim.waiting_since,
            (proof.read_from - setting_1.margin) AS proven_as_of,
                CASE
                    WHEN ((state.proof_read_id IS NOT NULL) AND (source.claimed IS NOT NULL)) THEN LEAST(source.claimed, state.hole_from)
                    ELSE NULL::timestamp with time zone
                END AS fresh_except_listed,
            o.poll_every,
            GREATEST(setting_1.catching_up_after, (((2)::double precision * o.poll_every) + setting_1.margin)) AS catching_up_after,
            GREATEST(setting_1.stale_after, (((3)::double precision * o.poll_every) + setting_1.margin)) AS stale_after
           FROM (((((sf_shadow.object o
             CROSS JOIN sf_shadow.setting setting_1)
             JOIN sf_shadow.object_state state ON ((state.object = o.object)))
             LEFT JOIN claim ON (((claim.object = o.object) AND (o.poll_every IS NULL))))
             CROSS JOIN LATERAL ( SELECT
                        CASE
                            WHEN (o.poll_every IS NULL) THEN claim.claimed
                            ELSE (state.delta_from - setting_1.margin)
                        END AS claimed) source)
             LEFT JOIN sf_shadow.read proof ON ((proof.read_id = state.proof_read_id)))
        )
 SELECT k.object,
    k.enabled,
    k.is_loaded,
    k.row_count,
    k.hole_from,
    k.degraded,
    k.claimed,
    k.proven_as_of,
    k.fresh_except_listed,
        CASE
            WHEN (NOT k.is_loaded) THEN 'no full load has completed: run a backfill'::text
            WHEN (NOT k.enabled) THEN ((('disabled in sf_shadow.object: '::text ||
            CASE
                WHEN (k.poll_every IS NULL) THEN 'events are passed over'::text
                ELSE 'it is not polled'::text
            END) || ' since '::text) || sf_shadow._iso_time(k.hole_from))
            WHEN (k.degraded IS NOT NULL) THEN k.degraded
            WHEN (k.hole_from IS NOT NULL) THEN ((('changes since '::text || sf_shadow._iso_time(k.hole_from)) || ' may be missing: '::text) || k.hole_reason)
            WHEN ((now() - k.waiting_since) > setting.unapplied_after) THEN ((('events received since '::text || sf_shadow._iso_time(k.waiting_since)) || ' are not applied: '::text) || COALESCE(( SELECT
                    CASE
                        WHEN (job.locked_at IS NOT NULL) THEN ('a worker is at it since '::text || sf_shadow._iso_time(job.locked_at))
                        WHEN (job.last_error IS NOT NULL) THEN ((('the last of '::text || job.attempts) || ' attempts failed: '::text) || "left"(regexp_replace(job.last_error, '\s+'::text, ' '::text, 'g'::text), 300))
                        WHEN (NOT (EXISTS ( SELECT
                           FROM sf_shadow.worker w
                          WHERE (w.beat_at > (now() - setting.worker_silent_after))))) THEN 'no worker runs'::text
                        ELSE 'their job waits for its turn'::text
                    END AS "case"
               FROM sf_shadow_worker.jobs job
              WHERE (job.key = ('events_to_shadow:'::text || k.stream_id))), 'their job is lost and will be queued anew'::text))
            WHEN (k.problem IS NOT NULL) THEN ((('the stream stands still since '::text || sf_shadow._iso_time(k.problem_since)) || ': '::text) || k.problem)
            WHEN (k.claimed IS NULL) THEN 'no change events have been applied yet'::text
            WHEN (told.age > k.catching_up_after) THEN (((COALESCE((('it is polled every '::text || sf_shadow._interval_text(k.poll_every)) || ', and nothing was read'::text), 'nothing was heard'::text) || ' of changes after '::text) || sf_shadow._iso_time(k.fresh_except_listed)) || COALESCE(( SELECT (': '::text || "left"(last.error, 300))
               FROM ( SELECT r.error
                       FROM sf_shadow.run r
                      WHERE ((r.object = k.object) AND (r.kind = 'delta'::text) AND (k.poll_every IS NOT NULL))
                      ORDER BY r.run_id DESC
                     LIMIT 1) last), ''::text))
            ELSE NULL::text
        END AS reason,
    k.waiting_since,
    told.age,
    ( SELECT ('columns that were added wait for their values: '::text || string_agg(f.column_name, ', '::text ORDER BY f.column_name))
           FROM sf_shadow.field f
          WHERE ((f.object = k.object) AND (f.unfilled_until IS NOT NULL))) AS unfilled,
    k.poll_every,
    k.catching_up_after,
    k.stale_after
   FROM (((known k
     CROSS JOIN sf_shadow.setting setting)
     CROSS JOIN sf_shadow.salesforce_now clock)
     CROSS JOIN LATERAL ( SELECT sf_shadow._age(k.fresh_except_listed, clock.latest) AS age) told);

create view sf_shadow.run_parent as
 SELECT r.run_id,
    max(p.run_id) AS parent_run_id
   FROM ((sf_shadow.run r
     JOIN sf_shadow.object o ON ((o.object = r.object)))
     JOIN sf_shadow.run p ON (((p.object = o.parent_object) AND (p.kind = r.kind) AND (p.run_id < r.run_id))))
  WHERE ((r.state = ANY (ARRAY['queued'::text, 'loading'::text])) AND (r.turn_at IS NULL) AND (r.kind = ANY (ARRAY['full'::text, 'delta'::text])) AND (p.finished_at IS NULL) AND COALESCE((p.paused_until < (now() + '00:02:00'::interval)), true) AND ((GREATEST(p.looked_at, p.progressed_at, p.paused_until) > (now() - '00:01:00'::interval)) OR (p.object IN ( SELECT d.object
           FROM sf_shadow.driven_object d))))
  GROUP BY r.run_id;

create view sf_shadow.run_wait as
 SELECT r.run_id,
    r.object,
    r.kind,
        CASE
            WHEN (parent.run_id IS NOT NULL) THEN (('run '::text || parent.parent_run_id) || ' of its parent'::text)
            WHEN (r.paused_until IS NOT NULL) THEN (('until '::text || sf_shadow._iso_time(r.paused_until)) || COALESCE((': '::text || r.error), ''::text))
            WHEN (GREATEST(r.looked_at, r.progressed_at) < (now() - setting.stands_still_after)) THEN (('a process: none has looked at it since '::text || sf_shadow._iso_time(GREATEST(r.looked_at, r.progressed_at))) || '. Is a worker running? Else run the command again'::text)
            WHEN (r.state = 'waiting'::text) THEN ((('Salesforce: bulk job '::text || r.job_id) || ' is '::text) || COALESCE(r.job_state, 'made'::text))
            WHEN turn.waits THEN 'its turn: other loads merge their pages (LOAD_CONCURRENCY)'::text
            WHEN (r.state = 'loading'::text) THEN (('page '::text || (r.pages + 1)) || COALESCE((' of bulk job '::text || r.job_id), ' by REST'::text))
            WHEN (r.state = 'sweeping'::text) THEN 'the comparison of Ids'::text
            ELSE
            CASE
                WHEN r.is_poll THEN 'its answer'::text
                ELSE 'its bulk job to be made'::text
            END
        END AS waits_for,
    age.still,
    ((r.paused_until IS NULL) AND COALESCE((age.still > setting.stands_still_after), false)) AS stands_still
   FROM ((((sf_shadow.run r
     CROSS JOIN sf_shadow.setting setting)
     LEFT JOIN sf_shadow.run_parent parent ON ((parent.run_id = r.run_id)))
     CROSS JOIN LATERAL ( SELECT ((r.state = 'loading'::text) AND (NOT r.by_rest) AND (r.turn_at IS NULL) AND (r.looked_at > (now() - '00:01:00'::interval))) AS waits) turn)
     CROSS JOIN LATERAL ( SELECT
                CASE
                    WHEN ((parent.run_id IS NULL) AND (turn.waits IS NOT TRUE)) THEN GREATEST((now() - r.progressed_at), '00:00:00'::interval)
                    ELSE NULL::interval
                END AS still) age)
  WHERE (r.finished_at IS NULL);

create view sf_shadow.salesforce_now as
 SELECT (now() + ahead_at_least) AS earliest,
    (now() + ahead_at_most) AS latest
   FROM sf_shadow.salesforce_clock c;

create view sf_shadow.task as
 SELECT task,
    by_operators,
    (keys)::text[] AS keys,
    (required)::text[] AS required,
    example,
    COALESCE(queue, task) AS queue,
    while_paused,
    (task = ANY (ARRAY['add_object'::text, 'remove_object'::text, 'add_fields'::text, 'remove_fields'::text, 'rename_field'::text, 'keep_history'::text])) AS is_once,
    (task = 'add_object'::text) AS of_any_object
   FROM ( VALUES ('backfill'::text,true,'{object,force}'::text,'{}'::text,'{"object":"Product2"}; {} means every object'::text,'load'::text,false), ('delta'::text,true,'{object,force}'::text,'{}'::text,'{"object":"Product2"}; {} means every object'::text,'load'::text,false), ('compare_ids'::text,true,'{object,force}'::text,'{}'::text,'{"object":"Product2"}; {} means every object'::text,'load'::text,false), ('verify'::text,true,'{object,sample}'::text,'{}'::text,'{"object":"Product2","sample":5000}; {} means every object'::text,NULL::text,false), ('records_to_shadow'::text,true,'{object}'::text,'{object}'::text,'{"object":"Product2"}'::text,NULL::text,false), ('retry_rejects'::text,true,'{object}'::text,'{}'::text,'{"object":"Product2"}; {} means every object'::text,NULL::text,true), ('reapply'::text,true,'{object,since}'::text,'{object,since}'::text,'{"object":"Product2","since":"2026-11-23T10:00:00Z"}'::text,NULL::text,false), ('replay'::text,true,'{topic,from}'::text,'{topic,from}'::text,'{"topic":"/data/Product2ChangeEvent","from":"earliest"}'::text,NULL::text,false), ('clear_cache'::text,true,'{object}'::text,'{}'::text,'{"object":"Product2"}; {} means every object'::text,NULL::text,true), ('add_object'::text,true,'{object,fields,table,keep,parent,poll,where,history}'::text,'{object}'::text,'{"object":"Contact","fields":["FirstName","LastName"]}'::text,NULL::text,false), ('remove_object'::text,true,'{object,drop_data}'::text,'{object}'::text,'{"object":"Contact","drop_data":true}'::text,NULL::text,true), ('add_fields'::text,true,'{object,fields,column}'::text,'{object,fields}'::text,'{"object":"Contact","fields":["Title"]}'::text,'fields'::text,false), ('remove_fields'::text,true,'{object,fields,drop_data}'::text,'{object,fields}'::text,'{"object":"Contact","fields":["Title"]}'::text,'fields'::text,true), ('rename_field'::text,true,'{object,field,column}'::text,'{object,field,column}'::text,'{"object":"Contact","field":"Title","column":"job_title"}'::text,'fields'::text,true), ('keep_history'::text,true,'{object,history,drop_data}'::text,'{object,history}'::text,'{"object":"PricebookEntry","history":true}'::text,NULL::text,true), ('fill_fields'::text,true,'{object}'::text,'{object}'::text,'{"object":"Contact"}'::text,NULL::text,true), ('maintain'::text,true,'{}'::text,'{}'::text,'{}'::text,NULL::text,false), ('events_to_shadow'::text,false,'{stream_id}'::text,'{stream_id}'::text,NULL::text,NULL::text,false), ('follow_events'::text,false,'{}'::text,'{}'::text,NULL::text,NULL::text,false), ('poll'::text,false,'{object}'::text,'{object}'::text,NULL::text,'load'::text,false), ('abort_bulk_job'::text,false,'{job_id}'::text,'{job_id}'::text,NULL::text,NULL::text,false), ('read_limits'::text,false,'{}'::text,'{}'::text,NULL::text,NULL::text,false), ('watch_workers'::text,false,'{}'::text,'{}'::text,NULL::text,NULL::text,false)) t(task, by_operators, keys, required, example, queue, while_paused);

create view sf_shadow_api_usage as
 SELECT u.limit_name,
        CASE
            WHEN (u.max > 0) THEN u.used
            ELSE NULL::bigint
        END AS used,
        CASE
            WHEN (u.max > 0) THEN u.max
            ELSE NULL::bigint
        END AS max,
    (round(((100.0 * (u.used)::numeric) / (NULLIF(u.max, 0))::numeric), 1))::double precision AS percent,
        CASE
            WHEN (u.max > 0) THEN u.observed_at
            ELSE NULL::timestamp with time zone
        END AS observed_at,
    stopped.kinds AS stopped_kinds,
    stopped.resumes_at,
        CASE
            WHEN (u.refused_until IS NOT NULL) THEN (('Salesforce refuses calls because '::text || u.limit_name) || ' is used up'::text)
            WHEN (stopped.kinds <> '{}'::text[]) THEN ((('stopped at their share of '::text || u.limit_name) || ': '::text) || stopped.shares)
            ELSE NULL::text
        END AS reason,
    ( SELECT b.stops_at_percent
           FROM sf_shadow.budget b
          WHERE ((b.limit_name = u.limit_name) AND (b.kind = 'fallback'::text))) AS fallback_percent,
    setting.limits_every AS looked_at_every
   FROM ((sf_shadow.api_usage u
     CROSS JOIN sf_shadow.setting setting)
     CROSS JOIN LATERAL ( SELECT COALESCE(array_agg(b.kind ORDER BY b.stops_at_percent, b.kind), '{}'::text[]) AS kinds,
            max(b.resumes_at) AS resumes_at,
            string_agg((((b.kind || ' at '::text) || b.stops_at_percent) || ' %'::text), ', '::text ORDER BY b.stops_at_percent, b.kind) AS shares
           FROM sf_shadow.budget_state b
          WHERE ((b.limit_name = u.limit_name) AND b.stopped)) stopped);

create view sf_shadow_backlog as
 SELECT 'stream'::text AS kind,
    s.topic AS name,
    ((s.next_seq - 1) - c.applied_seq) AS waiting,
    (0)::bigint AS running,
    (0)::bigint AS failed,
    (now() - ( SELECT e.received_at
           FROM sf_shadow_event e
          WHERE ((e.stream_id = s.stream_id) AND (e.seq = (c.applied_seq + 1)) AND (e.received_day >= (c.applied_day - 1))))) AS oldest_age
   FROM (sf_shadow.stream s
     JOIN sf_shadow.stream_cursor c ON ((c.stream_id = s.stream_id)))
UNION ALL
 SELECT 'job'::text AS kind,
    job.task_identifier AS name,
    count(*) FILTER (WHERE ((job.locked_at IS NULL) AND (job.attempts < job.max_attempts))) AS waiting,
    count(*) FILTER (WHERE (job.locked_at IS NOT NULL)) AS running,
    count(*) FILTER (WHERE ((job.locked_at IS NULL) AND (job.attempts >= job.max_attempts) AND (job.key IS NOT NULL))) AS failed,
        CASE
            WHEN bool_or(((job.locked_at IS NOT NULL) OR (job.attempts < job.max_attempts))) THEN GREATEST('00:00:00'::interval, (now() - min(job.run_at) FILTER (WHERE ((job.locked_at IS NOT NULL) OR (job.attempts < job.max_attempts)))))
            ELSE NULL::interval
        END AS oldest_age
   FROM sf_shadow_worker.jobs job
  WHERE ((NOT ((job.task_identifier = 'follow_events'::text) AND (EXISTS ( SELECT
           FROM sf_shadow_worker.jobs following
          WHERE ((following.task_identifier = 'follow_events'::text) AND (following.locked_at IS NOT NULL)))))) AND (NOT ((job.task_identifier = 'poll'::text) AND (job.locked_at IS NULL) AND (job.attempts = 0) AND (job.run_at > now()))))
  GROUP BY job.task_identifier;

create view sf_shadow_failed_job as
 SELECT job.id AS job_id,
    job.task_identifier AS task,
    job.key,
    (job.attempts)::integer AS attempts,
    job.updated_at AS failed_at,
        CASE
            WHEN (task.is_once IS NOT TRUE) THEN (job.updated_at + '01:00:00'::interval)
            ELSE NULL::timestamp with time zone
        END AS retried_at,
    "left"(regexp_replace(job.last_error, '\s+'::text, ' '::text, 'g'::text), 300) AS error
   FROM (sf_shadow_worker.jobs job
     LEFT JOIN sf_shadow.task ON ((task.task = job.task_identifier)))
  WHERE ((job.locked_at IS NULL) AND (job.attempts >= job.max_attempts) AND (job.key IS NOT NULL));

create view sf_shadow_invalidation_consumer as
 SELECT object,
    consumer,
        CASE
            WHEN (seen_at < (now() - '00:05:00'::interval)) THEN
            CASE
                WHEN lost THEN 'overrun'::text
                ELSE 'dead'::text
            END
            WHEN (seq IS NULL) THEN 'clearing'::text
            WHEN (lag_seconds > (60)::double precision) THEN 'behind'::text
            ELSE 'current'::text
        END AS state,
        CASE
            WHEN (problem IS NOT NULL) THEN ((('stands still since '::text || sf_shadow._iso_time(problem_since)) || ': '::text) || problem)
            WHEN (seen_at < (now() - '00:05:00'::interval)) THEN ((('not seen since '::text || sf_shadow._iso_time(seen_at)) || ': start it, or forget it by: delete from sf_shadow.invalidation_consumer where consumer = '::text) || quote_literal(consumer))
            WHEN (seq IS NULL) THEN 'everything of this object is being cleared'::text
            ELSE NULL::text
        END AS reason,
    seq,
    behind,
    COALESCE(lag_seconds, (0)::double precision) AS lag_seconds,
    seen_at
   FROM ( SELECT c_1.consumer,
            c_1.object,
            c_1.seq,
            c_1.system_identifier,
            c_1.timeline,
            c_1.cache_identity,
            c_1.registered_at,
            c_1.seen_at,
            c_1.problem,
            c_1.problem_since,
            (s.invalidation_seq - c_1.seq) AS behind,
            ((c_1.seq < s.invalidation_seq) AND (waiting.committed_at IS NULL)) AS lost,
            (EXTRACT(epoch FROM (now() -
                CASE
                    WHEN (c_1.seq < s.invalidation_seq) THEN COALESCE(waiting.committed_at, c_1.seen_at)
                    ELSE NULL::timestamp with time zone
                END)))::double precision AS lag_seconds
           FROM ((sf_shadow.invalidation_consumer c_1
             JOIN sf_shadow.object_state s ON ((s.object = c_1.object)))
             LEFT JOIN sf_shadow.invalidation waiting ON (((waiting.object = c_1.object) AND (waiting.seq = (c_1.seq + 1)))))) c;

create view sf_shadow_lag as
 WITH fresh AS (
         SELECT c.object,
            c.enabled,
            c.is_loaded,
            c.row_count,
            c.hole_from,
            c.degraded,
            c.claimed,
            c.proven_as_of,
            c.fresh_except_listed,
            c.reason,
            c.waiting_since,
            c.age,
            c.unfilled,
            c.poll_every,
            c.catching_up_after,
            c.stale_after,
            dirty.records AS dirty,
            reject.records AS rejected,
            verified.verified_at,
            verified.drift AS drift_rows,
                CASE
                    WHEN (c.fresh_except_listed IS NOT NULL) THEN NULLIF(LEAST(c.fresh_except_listed, dirty.since, reject.since), '-infinity'::timestamp with time zone)
                    ELSE NULL::timestamp with time zone
                END AS fresh_as_of
           FROM (((sf_shadow.object_claim c
             LEFT JOIN LATERAL ( SELECT v.verified_at,
                    v.drift
                   FROM sf_shadow.verification v
                  WHERE (v.object = c.object)
                  ORDER BY v.verification_id DESC
                 LIMIT 1) verified ON (true))
             CROSS JOIN LATERAL ( SELECT count(*) AS records,
                    min(d.since) AS since
                   FROM sf_shadow.dirty d
                  WHERE (d.object = c.object)) dirty)
             CROSS JOIN LATERAL ( SELECT count(*) AS records,
                    min(r.since) AS since
                   FROM sf_shadow.reject r
                  WHERE (r.object = c.object)) reject)
        )
 SELECT f.object,
        CASE
            WHEN (NOT f.is_loaded) THEN 'never loaded'::text
            WHEN (NOT f.enabled) THEN 'paused'::text
            WHEN (f.degraded IS NOT NULL) THEN 'degraded'::text
            WHEN ((f.claimed IS NULL) OR (f.hole_from IS NOT NULL) OR (f.age > f.stale_after)) THEN 'stale'::text
            WHEN ((f.dirty > 0) OR (f.age > f.catching_up_after) OR ((now() - f.waiting_since) > setting.unapplied_after)) THEN 'catching up'::text
            WHEN (f.unfilled IS NOT NULL) THEN 'filling'::text
            ELSE 'fresh'::text
        END AS state,
    COALESCE(NULLIF(concat_ws('; '::text, f.reason, f.unfilled, trouble.reason), ''::text),
        CASE
            WHEN (f.dirty > 0) THEN (
            CASE f.dirty
                WHEN 1 THEN '1 record waits'::text
                ELSE (f.dirty || ' records wait'::text)
            END || ' to be read again'::text)
            WHEN (f.rejected > 0) THEN (
            CASE f.rejected
                WHEN 1 THEN '1 record'::text
                ELSE (f.rejected || ' records'::text)
            END || ' cannot be stored: see sf_shadow_reject'::text)
            ELSE NULL::text
        END) AS reason,
    f.row_count AS rows,
    f.fresh_as_of,
    f.fresh_except_listed,
    f.proven_as_of,
    (EXTRACT(epoch FROM f.age))::double precision AS lag_seconds,
    f.dirty,
    f.rejected,
    f.verified_at,
    f.drift_rows,
        CASE
            WHEN (f.row_count > 0) THEN sf_shadow._age(s.oldest_updated_at, clock.latest)
            ELSE NULL::interval
        END AS max_updated_age,
        CASE
            WHEN (f.row_count > 0) THEN sf_shadow._age(s.newest_updated_at, clock.latest)
            ELSE NULL::interval
        END AS since_last_change,
    last_full.finished_at AS last_full_at,
    last_full.run_id AS last_full_run_id,
    last_delta.finished_at AS last_delta_at,
    last_delta.run_id AS last_delta_run_id,
    COALESCE(('polled every '::text || sf_shadow._interval_text(f.poll_every)), o.topic) AS changes,
    f.poll_every,
    o.filter
   FROM (((((((fresh f
     CROSS JOIN sf_shadow.setting setting)
     CROSS JOIN sf_shadow.salesforce_now clock)
     JOIN sf_shadow.object_state s ON ((s.object = f.object)))
     JOIN sf_shadow.object o ON ((o.object = f.object)))
     CROSS JOIN LATERAL ( SELECT NULLIF(concat_ws('; '::text, ('the fuse has stopped a load: '::text || s.fuse_of_loads), ('the fuse has stopped re-reads: '::text || s.fuse_of_rereads), string_agg(((((('run '::text || w.run_id) || ' ('::text) || w.kind) || ') stands still and waits for '::text) || w.waits_for), '; '::text ORDER BY w.run_id)), ''::text) AS reason
           FROM sf_shadow.run_wait w
          WHERE ((w.object = f.object) AND w.stands_still)) trouble)
     LEFT JOIN LATERAL ( SELECT r.run_id,
            r.finished_at
           FROM sf_shadow.run r
          WHERE ((r.object = f.object) AND (r.kind = 'full'::text) AND (r.state = 'complete'::text))
          ORDER BY r.run_id DESC
         LIMIT 1) last_full ON (true))
     LEFT JOIN LATERAL ( SELECT r.run_id,
            r.finished_at
           FROM sf_shadow.run r
          WHERE ((r.object = f.object) AND (r.kind = 'delta'::text) AND (r.state = 'complete'::text))
          ORDER BY r.run_id DESC
         LIMIT 1) last_delta ON (true));

create view sf_shadow_reject as
 SELECT object,
    record_id,
    sqlstate,
    reason,
    since,
    attempts,
    parent_id,
        CASE
            WHEN (sqlstate = '23505'::text) THEN claimed_value
            ELSE NULL::text
        END AS contested_value,
    first_rejected_at,
    last_rejected_at,
    refused_by,
    claimed_value
   FROM sf_shadow.reject r;

create view sf_shadow_reject_reason as
 SELECT object,
    sqlstate,
    refused_by,
        CASE sqlstate
            WHEN '23502'::text THEN format('required field %s is empty'::text, refused_by)
            WHEN '22003'::text THEN format('%s has more digits or decimals than its column'::text, refused_by)
            WHEN '22P02'::text THEN format('%s is not of the type of its column, or not spelled as it would be there'::text, refused_by)
            WHEN '22001'::text THEN format('%s is longer than its column'::text, refused_by)
            WHEN '23503'::text THEN format('the record of %s is itself rejected'::text, refused_by)
            WHEN '23505'::text THEN format('%s is held by another record'::text, refused_by)
            WHEN '22021'::text THEN format('%s holds a NUL, half of a character or bytes that are not UTF-8, which Postgres cannot store'::text, refused_by)
            WHEN '22023'::text THEN 'the Id has not 18 characters'::text
            ELSE concat_ws(' '::text, 'the shadow table refuses it:', refused_by, format('(SQLSTATE %s)'::text, sqlstate))
        END AS reason,
    records,
    ARRAY( SELECT sample.record_id
           FROM sf_shadow.reject sample
          WHERE ((sample.object = refused.object) AND (sample.sqlstate = refused.sqlstate) AND (NOT (sample.refused_by IS DISTINCT FROM refused.refused_by)))
          ORDER BY sample.record_id
         LIMIT 5) AS sample_ids,
    oldest_since,
    latest_at,
        CASE sqlstate
            WHEN '23502'::text THEN format('Fill %s in Salesforce; or give the field a default_value in sf_shadow.field, then retry.'::text, refused_by)
            WHEN '22003'::text THEN format('Correct %s in Salesforce, or widen its column (alter table), then retry.'::text, refused_by)
            WHEN '22001'::text THEN format('Shorten %s in Salesforce, or widen its column (alter table), then retry.'::text, refused_by)
            WHEN '22P02'::text THEN format('Correct %s in Salesforce, or change the type of its column (alter table), then retry.'::text, refused_by)
            WHEN '23503'::text THEN 'Settle the rejected parent first; its children are read again with it.'::text
            WHEN '23505'::text THEN format('Give each record a %s of its own in Salesforce: the first holder keeps it.'::text, refused_by)
            WHEN '22021'::text THEN format('Correct the text of %s in Salesforce; the payload in sf_shadow.reject shows the place as \u.... or \x...'::text, refused_by)
            WHEN '22023'::text THEN 'Look at the payload in sf_shadow.reject: no Salesforce record has such an Id.'::text
            ELSE 'Correct the record in Salesforce, or the constraint of the shadow table, then retry.'::text
        END AS what_to_do,
    first_rejected_at,
    attempts
   FROM ( SELECT r.object,
            r.sqlstate,
            r.refused_by,
            count(*) AS records,
            min(r.since) AS oldest_since,
            max(r.last_rejected_at) AS latest_at,
            min(r.first_rejected_at) AS first_rejected_at,
            max(r.attempts) AS attempts
           FROM sf_shadow.reject r
          GROUP BY r.object, r.sqlstate, r.refused_by) refused;

create view sf_shadow_run as
 SELECT r.run_id,
    r.object,
    r.kind,
        CASE
            WHEN ((r.finished_at IS NULL) AND (r.paused_until IS NOT NULL)) THEN 'paused'::text
            ELSE r.state
        END AS state,
    r.reason,
    r.received,
    r.expected,
    (round(((100.0 * (r.received)::numeric) / (NULLIF(r.expected, 0))::numeric), 1))::double precision AS percent,
    rate.rows_per_second,
    r.inserted,
    r.updated,
    r.deleted,
    r.unchanged,
    r.ignored,
    r.dirty,
    r.rejected,
    r.drift,
    r.count_in_org,
    r.count_in_shadow,
    (r.count_in_org - r.count_in_shadow) AS difference,
    r.since,
    r.created_at,
    r.started_at,
    r.progressed_at,
    r.finished_at,
    r.error,
        CASE
            WHEN (r.finished_at IS NULL) THEN r.paused_until
            ELSE NULL::timestamp with time zone
        END AS paused_until,
        CASE
            WHEN ((r.finished_at IS NULL) AND (r.paused_until IS NULL) AND (r.received > 0)) THEN GREATEST(now(), (r.progressed_at + ((((r.expected - r.received))::double precision / rate.rows_per_second) * '00:00:01'::interval)))
            ELSE NULL::timestamp with time zone
        END AS estimated_end,
    wait.waits_for,
    wait.still
   FROM ((sf_shadow.run r
     LEFT JOIN sf_shadow.run_wait wait ON ((wait.run_id = r.run_id)))
     CROSS JOIN LATERAL ( SELECT (((r.received)::numeric / NULLIF(EXTRACT(epoch FROM (COALESCE(r.finished_at, r.progressed_at) - r.started_at)), (0)::numeric)))::double precision AS rows_per_second) rate);

create view sf_shadow_stream as
 SELECT s.topic,
    ( SELECT COALESCE(array_agg(so.object ORDER BY so.object), '{}'::text[]) AS "coalesce"
           FROM sf_shadow.stream_object so
          WHERE (so.stream_id = s.stream_id)) AS objects,
    s.position_at,
    s.keepalive_at,
    b.waiting,
    b.oldest_age,
    s.problem,
    s.problem_since,
    c.cut_transactions
   FROM ((sf_shadow.stream s
     JOIN sf_shadow.stream_cursor c ON ((c.stream_id = s.stream_id)))
     LEFT JOIN sf_shadow_backlog b ON (((b.kind = 'stream'::text) AND (b.name = s.topic))));


create function public.add_job(identifier text, payload json DEFAULT '{}'::json) returns bigint language plpgsql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body fa440ec1
create function public.add_job(identifier text, payload jsonb) returns bigint language sql set search_path=""; -- body 5d2301d4
create function public.add_job(identifier text, payload text) returns bigint language plpgsql set search_path=""; -- body 94cce17b
create function sf_account_eligibility(account_id text, max_age interval DEFAULT NULL::interval) returns sf_account_eligibility_answer language plpgsql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body e8afbc27
create function sf_price(sku text, pricebook_id text, currency text) returns SETOF sf_catalog language sql stable set search_path=""; -- body 3b645785
create function sf_price_at(sku text, pricebook_id text, currency text, at timestamp with time zone) returns SETOF sf_price_at_answer language plpgsql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 243bf171
create function sf_shadow._add_comparison_jobs() returns void language sql set search_path=""; -- body c222a2b1
create function sf_shadow._add_fill_job(of_object text) returns void language plpgsql set search_path=""; -- body 8de1f20c
create function sf_shadow._add_hole_job(of_object text) returns void language plpgsql set search_path=""; -- body 7793d62f
create function sf_shadow._add_keyed_job(identifier text, payload json, queue_name text, job_key text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, job_key_mode text DEFAULT 'replace'::text, max_attempts integer DEFAULT NULL::integer) returns bigint language plpgsql set search_path=""; -- body 17a4bb10
create function sf_shadow._age(of_time timestamp with time zone, latest timestamp with time zone) returns interval language sql immutable; -- body ae05240d
create function sf_shadow._amend_history_source(mirrored sf_shadow.object, column_names text[], record_ids text) returns text language sql stable set search_path=""; -- body 1465b5da
create function sf_shadow._answer_age(of_object text, of_record_id text, is_found boolean, row_synced_at timestamp with time zone, row_read_id bigint, row_commit_timestamp timestamp with time zone, max_age interval, OUT age interval, OUT is_stale boolean, OUT reason text, OUT refresh_queued boolean) returns record language plpgsql set search_path=""; -- body d1926eb8
create function sf_shadow._append_invalidation(of_object text, changed_ids text[], changed_parents text[], changed_uniques text[]) returns void language plpgsql set search_path=""; -- body f32caf61
create function sf_shadow._assert_filter(of_object text, of_filter text) returns void language plpgsql stable set search_path=""; -- body fd7ef69b
create function sf_shadow._assert_mirrored(of_object text) returns void language plpgsql stable set search_path=""; -- body 82475689
create function sf_shadow._batch_objects() returns text[] language sql stable set search_path=""; -- body ad624cba
create function sf_shadow._begin_fill(of_object text, fields text[], by_load boolean) returns void language plpgsql set search_path=""; -- body a569afd5
create function sf_shadow._cancel_run(of_run_id bigint, of_reason text) returns boolean language plpgsql set search_path=""; -- body e663ff03
create function sf_shadow._changes_to_history(of_object text) returns void language plpgsql set search_path=""; -- body 21c6d68e
create function sf_shadow._changes_to_invalidations(of_object text) returns void language plpgsql set search_path=""; -- body 62fc1be4
create function sf_shadow._check_fuse(of_object text, forced boolean) returns void language plpgsql set search_path=""; -- body f8a1c22c
create function sf_shadow._check_job(identifier text, payload jsonb) returns void language plpgsql stable set search_path=""; -- body 10bdbf62
create function sf_shadow._clear_run_marks(of_run_id bigint, record_ids text[]) returns void language sql set search_path=""; -- body 8ecba03d
create function sf_shadow._close_hole(of_object text) returns void language sql set search_path=""; -- body 6b7ea759
create function sf_shadow._column_family(column_type text) returns text language sql immutable; -- body 2c93b3ee
create function sf_shadow._column_name_fault(of_object text, wished text) returns text language sql stable set search_path=""; -- body cf2a5c68
create function sf_shadow._column_names(fields text[], key_column text) returns TABLE(field text, column_name text, renamed text) language sql stable set search_path=""; -- body 394538fb
create function sf_shadow._column_readers(shadow_table text, column_names text[]) returns text language sql stable set search_path=""; -- body 55ccbff7
create function sf_shadow._column_to_text(expression text, column_type text) returns text language sql immutable set search_path=""; -- body aa063f5a
create function sf_shadow._compatible_columns(key_column text, mapped jsonb) returns TABLE(name text, value text, place bigint) language sql stable set search_path=""; -- body a6c39484
create function sf_shadow._compatible_value(reference text, column_type text) returns text language sql immutable set search_path=""; -- body 3332f3ef
create function sf_shadow._compatible_view(of_object sf_shadow.object) returns text language sql immutable set search_path=""; -- body 7268b939
create function sf_shadow._compatible_view_statements(of_object text, in_schema text, mapped jsonb) returns text[] language plpgsql stable set search_path=""; -- body 9d5040d6
create function sf_shadow._compiled_functions(mapping sf_shadow.object_mapping) returns TABLE(name text, parameters text, body text) language sql stable set search_path=""; -- body e33f2d0c
create function sf_shadow._contests_value(of_object text, of_record_id text) returns boolean language sql stable set search_path=""; -- body 78571498
create function sf_shadow._count_absences(of_object text, absences bigint, fused boolean) returns void language plpgsql set search_path=""; -- body 0f6b95b2
create function sf_shadow._count_drift(of_object text) returns bigint language plpgsql set search_path=""; -- body 5b0f5af2
create function sf_shadow._database_identity(OUT system_identifier bigint, OUT timeline integer) returns record language sql stable set search_path=""; -- body 31aebd08
create function sf_shadow._doubt_filter(of_object text) returns void language plpgsql set search_path=""; -- body 65c1a467
create function sf_shadow._drop_old_partitions() returns text[] language plpgsql set search_path=""; -- body 836c9f0f
create function sf_shadow._enable_object(of_object text, of_enabled boolean) returns boolean language plpgsql set search_path=""; -- body 8a837d2a
create function sf_shadow._end_fill(of_run_id bigint) returns void language plpgsql set search_path=""; -- body 6df8b43a
create function sf_shadow._ensure_event_partition(day date) returns void language plpgsql set search_path=""; -- body bcba4e92
create function sf_shadow._event_seen(of_event_id text, of_stream_id integer, before_seq bigint) returns boolean language sql stable set search_path=""; -- body d98637e1
create function sf_shadow._events_to_holes(of_stream_id integer) returns void language plpgsql set search_path=""; -- body d2d27b48
create function sf_shadow._fence_streams(of_object text) returns void language sql set search_path=""; -- body 89b4edab
create function sf_shadow._field_to_column(field jsonb, OUT column_type text, OUT refused text) returns record language sql immutable set search_path=""; -- body f73bac4d
create function sf_shadow._fields_not_compared(of_object text) returns text[] language sql stable set search_path=""; -- body e7201064
create function sf_shadow._filter_doubt() returns text language sql immutable; -- body cf16a09d
create function sf_shadow._filter_events(of_object text, of_stream_id integer) returns void language plpgsql set search_path="" set work_mem=64MB; -- body b247d210
create function sf_shadow._filter_tokens(filter text) returns TABLE(place bigint, kind text, token text, next_token text) language sql immutable set search_path=""; -- body 9c0c0c7b
create function sf_shadow._fold_events(of_object text) returns void language plpgsql set search_path="" set work_mem=64MB; -- body d2d0c670
create function sf_shadow._fold_events_source(mapping sf_shadow.object_mapping) returns text language sql stable set search_path=""; -- body c4a687b3
create function sf_shadow._fold_waiting(of_object text, stored_ids text[]) returns void language plpgsql set search_path=""; -- body da773993
create function sf_shadow._history_columns() returns text[] language sql immutable set search_path=""; -- body 075e92a0
create function sf_shadow._history_fault(of_object text, shadow_table text, columns jsonb) returns text language sql stable set search_path=""; -- body 85be0a6d
create function sf_shadow._history_name(shadow_table text) returns text language sql immutable set search_path=""; -- body 77fcac19
create function sf_shadow._history_statements(plan jsonb) returns text[] language sql stable set search_path=""; -- body f22a6674
create function sf_shadow._hold_rows(of_object text, record_ids text[], with_columns boolean) returns void language plpgsql set search_path=""; -- body 341fa14a
create function sf_shadow._hold_rows_source(mapping sf_shadow.object_mapping) returns text language sql stable set search_path=""; -- body 0be59c94
create function sf_shadow._hole_end(of_object text) returns timestamp with time zone language sql set search_path=""; -- body e5fd0c5b
create function sf_shadow._index_expressions(of_object text, in_schema text, planned_columns jsonb DEFAULT '[]'::jsonb) returns TABLE(field text, expression text, is_indexed boolean) language sql stable set search_path=""; -- body fdbbe52e
create function sf_shadow._interval_text(every interval) returns text language sql immutable set search_path=""; -- body f7e8a376
create function sf_shadow._is_beside_load(of_object text, of_read_id bigint) returns boolean language sql stable set search_path=""; -- body 31f5fdd5
create function sf_shadow._is_column_indexed(shadow_table text, expression text) returns boolean language sql stable set search_path=""; -- body e4c742ef
create function sf_shadow._is_indexed(planned jsonb) returns boolean language sql immutable set search_path=""; -- body c7802a6e
create function sf_shadow._iso_time(of_time timestamp with time zone) returns text language sql stable; -- body 21af0b21
create function sf_shadow._judge_event(e_commit timestamp with time zone, e_number bigint, e_sequence integer, e_seen boolean, r_present boolean, r_proven_absent boolean, r_weak boolean, r_commit timestamp with time zone, r_number bigint, r_sequence integer, r_sm timestamp with time zone, r_read_from timestamp with time zone, r_read_to timestamp with time zone, proof_read_from timestamp with time zone, refused_until timestamp with time zone, parent_deleted_until timestamp with time zone, margin interval) returns text language sql stable; -- body 230f30d2
create function sf_shadow._judge_full_record(f_read_from timestamp with time zone, f_read_to timestamp with time zone, f_sm timestamp with time zone, r_known boolean, r_commit timestamp with time zone, r_sm timestamp with time zone, r_read_from timestamp with time zone, r_read_to timestamp with time zone, same_content boolean, proof_read_from timestamp with time zone, proof_read_to timestamp with time zone, margin interval) returns text language sql stable; -- body b5877cd3
create function sf_shadow._kept_fields(of_object text) returns TABLE(field text, type text) language sql stable set search_path=""; -- body 7f4c59d3
create function sf_shadow._known_time(own_time timestamp with time zone, full_time timestamp with time zone, full_counts boolean) returns timestamp with time zone language sql immutable; -- body 5ed19f28
create function sf_shadow._lock_mirrored(of_object text) returns void language plpgsql set search_path=""; -- body 5d1037a1
create function sf_shadow._lock_objects(objects text[]) returns void language plpgsql set search_path=""; -- body 52435918
create function sf_shadow._mapped_columns(of_object text) returns jsonb language sql stable set search_path=""; -- body bc66fca6
create function sf_shadow._mapping(of_object text) returns sf_shadow.object_mapping language plpgsql set search_path=""; -- body 194e6cc8
create function sf_shadow._mark_dirty(of_object text, record_ids text[], sinces timestamp with time zone[], not_befores timestamp with time zone[], reasons text[], parent_ids text[] DEFAULT NULL::text[], waits_fors text[] DEFAULT NULL::text[]) returns integer language plpgsql set search_path=""; -- body c7bb7989
create function sf_shadow._mark_waiting(of_object text) returns void language plpgsql set search_path=""; -- body 0d947cfa
create function sf_shadow._missing_since(fields jsonb) returns timestamp with time zone language sql stable; -- body b0fedef8
create function sf_shadow._note_parent_deletions(of_object text, parent_ids text[], deleted_untils timestamp with time zone[]) returns void language sql set search_path=""; -- body d986bab8
create function sf_shadow._note_waiting(of_stream_id integer) returns void language plpgsql set search_path=""; -- body 112ae3c8
create function sf_shadow._open_changes() returns void language plpgsql set search_path=""; -- body 2b85cf38
create function sf_shadow._open_event_batch(of_stream_id integer, after_seq bigint, after_day date, batch_size integer, of_record_ids text[] DEFAULT NULL::text[]) returns void language plpgsql set search_path=""; -- body e7f8c10b
create function sf_shadow._open_hole(of_object text, span_from timestamp with time zone, span_to timestamp with time zone, reason text, cause text DEFAULT 'span'::text) returns void language plpgsql set search_path=""; -- body ce86dc51
create function sf_shadow._open_table(of_name text, columns text) returns void language plpgsql set search_path="" set client_min_messages=warning; -- body 4e270c3a
create function sf_shadow._page_to_changes(of_object text, of_read_id bigint, has_marks boolean, missing text[]) returns void language plpgsql set search_path="" set work_mem=64MB; -- body c7e0a5d7
create function sf_shadow._page_to_fields(of_object text, page_columns text[]) returns text language sql stable set search_path=""; -- body b0e8a9bf
create function sf_shadow._parents_to_children(of_object text) returns void language plpgsql set search_path=""; -- body aebcf3f5
create function sf_shadow._plan_column_source(wish jsonb, described jsonb) returns jsonb language plpgsql stable set search_path=""; -- body 2e5e6172
create function sf_shadow._plan_columns(wish jsonb, described jsonb, key_column text) returns TABLE(field text, column_name text, column_type text, renamed text, refused text, describe jsonb) language sql stable set search_path=""; -- body 912f79aa
create function sf_shadow._plan_compatible_view(of_object text, in_schema text, planned_columns jsonb, ids_from text) returns jsonb language plpgsql stable set search_path=""; -- body c37a462c
create function sf_shadow._plan_fault(wish jsonb, described jsonb, target text) returns text language sql stable set search_path=""; -- body be0342d0
create function sf_shadow._plan_fields(wish jsonb, described jsonb) returns jsonb language plpgsql stable set search_path=""; -- body 1d4363e5
create function sf_shadow._plan_fields_removal(of_object text, fields text[], drop_data boolean) returns jsonb language plpgsql stable set search_path=""; -- body 2c544bfe
create function sf_shadow._plan_fields_statements(plan jsonb) returns text[] language sql stable set search_path=""; -- body 19b727d7
create function sf_shadow._plan_filter(wish jsonb, described jsonb, OUT filter text, OUT fields text[], OUT fault text) returns record language plpgsql immutable set search_path=""; -- body 19f3b672
create function sf_shadow._plan_history(of_object text, kept boolean, drop_data boolean) returns jsonb language plpgsql stable set search_path=""; -- body f72c4933
create function sf_shadow._plan_indexes(of_object text, wish jsonb) returns jsonb language plpgsql stable set search_path=""; -- body 4a7d5361
create function sf_shadow._plan_names(of_object text, OUT shadow_table text, OUT key_column text, OUT topic text) returns record language sql stable set search_path=""; -- body 3a14b5e6
create function sf_shadow._plan_object(wish jsonb, described jsonb) returns jsonb language plpgsql stable set search_path=""; -- body 9c185d06
create function sf_shadow._plan_parent(wish jsonb, described jsonb, planned_columns jsonb, key_column text, OUT object text, OUT field text, OUT columns jsonb, OUT fault text) returns record language plpgsql stable set search_path=""; -- body 08bdd3e9
create function sf_shadow._plan_rename(of_object text, of_field text, to_column text) returns jsonb language plpgsql stable set search_path=""; -- body fbc88337
create function sf_shadow._plan_source(wish jsonb, described jsonb, OUT poll_every text, OUT poll_reason text, OUT cursor_field text, OUT fault text) returns record language plpgsql immutable set search_path=""; -- body fc0e754d
create function sf_shadow._plan_statements(plan jsonb) returns text[] language sql stable set search_path=""; -- body dcadeded
create function sf_shadow._poll_due_at(of_object text) returns timestamp with time zone language sql stable set search_path=""; -- body 9a54e0d5
create function sf_shadow._put_off_marks(of_object text, of_read_id bigint) returns void language plpgsql set search_path=""; -- body 095bf0ee
create function sf_shadow._query_only_fields(of_object text) returns text[] language sql stable set search_path=""; -- body e084ae34
create function sf_shadow._record_ids_statements(of_object sf_shadow.object, numbered text) returns text[] language sql immutable set search_path=""; -- body fc25e753
create function sf_shadow._record_to_row(of_object text, OUT shadow_table text, OUT key_column text, OUT column_names text, OUT column_values text, OUT column_updates text, OUT error text, OUT columns_differ text, OUT unique_value text, OUT parent_id text, OUT unique_column text, OUT parent_column text, OUT held_unique text, OUT held_parent text) returns record language sql stable set search_path=""; -- body afd8a96c
create function sf_shadow._refuse_change(of_sqlstate text, message text, of_object text) returns void language plpgsql set search_path=""; -- body 332aeed3
create function sf_shadow._reject_children(of_object text, parent_ids text[]) returns void language plpgsql set search_path=""; -- body f973a4b7
create function sf_shadow._reject_payload(fields jsonb) returns bytea language sql stable; -- body fcf0e8c3
create function sf_shadow._rejected_parent(parent_object text, parent_id text, parent_field text) returns text[] language sql immutable; -- body a3e153ad
create function sf_shadow._remove_children(of_object text, parent_ids text[], deleted_untils timestamp with time zone[], by_absence boolean[], forced boolean) returns void language plpgsql set search_path=""; -- body 2c324e0f
create function sf_shadow._renew_unread_runs(of_object text) returns void language sql set search_path=""; -- body 8adc9016
create function sf_shadow._request_refresh(of_object text, of_record_id text, of_since timestamp with time zone, of_not_before timestamp with time zone) returns boolean language plpgsql set search_path="" set lock_timeout=50ms; -- body eef2e1b0
create function sf_shadow._reserved_columns() returns TABLE(name text, why text) language sql stable set search_path=""; -- body 48dca620
create function sf_shadow._rows_to_history(of_object text, record_ids text[], ended_ats timestamp with time zone[], are_deleted boolean[]) returns void language plpgsql set search_path=""; -- body f66aa1f0
create function sf_shadow._rows_to_invalidations(of_object text, ids text[]) returns void language plpgsql set search_path=""; -- body 452bba90
create function sf_shadow._run_plan(plan jsonb) returns void language plpgsql set search_path=""; -- body c4d60201
create function sf_shadow._salesforce_to_local(at timestamp with time zone) returns timestamp with time zone language sql stable set search_path=""; -- body 04429595
create function sf_shadow._set_aside_contested(of_object text) returns void language plpgsql set search_path="" set work_mem=64MB set enable_nestloop=off; -- body 094b823e
create function sf_shadow._set_aside_orphans(of_object text) returns void language plpgsql set search_path=""; -- body 264c6754
create function sf_shadow._snake_name(name text, keeps_ending boolean DEFAULT false) returns text language sql immutable set search_path=""; -- body b47a1e0b
create function sf_shadow._stored_ids() returns text[] language sql stable set search_path=""; -- body ed16eb93
create function sf_shadow._stream_known_until(of_stream_id integer) returns timestamp with time zone language sql stable set search_path=""; -- body 66fa31b9
create function sf_shadow._sweep_run(of_run_id bigint) returns sf_shadow.merge_counts language plpgsql set search_path="" set work_mem=64MB; -- body c4945d3e
create function sf_shadow._synced_at(r_synced_at timestamp with time zone, replaced_at timestamp with time zone, e_commit timestamp with time zone, object_is_loaded boolean, hole_from timestamp with time zone, dirty_since timestamp with time zone, doubt_since timestamp with time zone) returns timestamp with time zone language sql immutable; -- body a45f1059
create function sf_shadow._tell_of_events(of_stream_id integer) returns void language plpgsql set search_path=""; -- body bd34a4af
create function sf_shadow._text_to_json(expression text, type text) returns text language sql immutable set search_path=""; -- body 996db586
create function sf_shadow._trim_invalidations() returns jsonb language plpgsql set search_path=""; -- body 97d3dd2a
create function sf_shadow._unread_fields(of_object text, read_fields text[]) returns text[] language sql stable set search_path=""; -- body 3744601a
create function sf_shadow._unstorable_mark() returns text language sql immutable; -- body 108cceaa
create function sf_shadow._upsert_rows(of_object text, record_ids text[]) returns void language plpgsql set search_path=""; -- body 8d3c3f40
create function sf_shadow._upsert_rows_source(mapping sf_shadow.object_mapping) returns text language sql stable set search_path=""; -- body 21e0c092
create function sf_shadow._waiting_event(of_stream_id integer, waiting_seq bigint, applied_day date, OUT received_at timestamp with time zone, OUT commit_timestamp timestamp with time zone) returns record language plpgsql stable strict security definer set search_path=""; -- body 76bc723f
create function sf_shadow._waiting_objects(parent_ids text[]) returns text[] language sql stable set search_path=""; -- body 546bbebf
create function sf_shadow._whole_transactions(of_stream_id integer, after_seq bigint, after_day date, batch_size integer, OUT takes integer, OUT is_continued boolean) returns record language plpgsql stable set search_path=""; -- body 0a7dfcf2
create function sf_shadow._wished_columns(wish jsonb, described jsonb, key_column text, OUT columns jsonb, OUT left_out jsonb, OUT fault text) returns record language sql stable set search_path=""; -- body 6de134da
create function sf_shadow._write_changes(of_object text, forced boolean DEFAULT false) returns sf_shadow.merge_counts language plpgsql set search_path=""; -- body d9fd6fdf
create function sf_shadow._write_history_source(mapping sf_shadow.object_mapping) returns text language sql stable set search_path=""; -- body 0599b4dc
create function sf_shadow._write_rejects(of_object text) returns void language plpgsql set search_path=""; -- body bef782d8
create function sf_shadow._write_rows(of_object text) returns void language plpgsql set search_path=""; -- body 9ac9503c
create function sf_shadow._write_tombstones(of_object text) returns void language plpgsql set search_path=""; -- body 567c04e9
create function sf_shadow._yield_values(of_object text) returns void language plpgsql set search_path=""; -- body c9ff1722
create function sf_shadow.acknowledge_invalidations(of_consumer text, objects text[], seqs bigint[]) returns void language plpgsql set search_path=""; -- body a96e52c7
create function sf_shadow.add_events_job(of_stream_id integer) returns void language plpgsql set search_path=""; -- body 480aafad
create function sf_shadow.add_fields(wish jsonb, described jsonb, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 7a2119f9
create function sf_shadow.add_follow_job() returns void language plpgsql set search_path=""; -- body dff46763
create function sf_shadow.add_object(wish jsonb, described jsonb) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 609a96ec
create function sf_shadow.add_poll_job(of_object text) returns void language plpgsql set search_path=""; -- body b2b10fb6
create function sf_shadow.add_records_job(of_object text, is_anew boolean DEFAULT false) returns void language plpgsql set search_path=""; -- body e9e624f9
create function sf_shadow.adopt_organization(of_organization_id text, of_instance_url text) returns void language plpgsql set search_path=""; -- body 122f2cb5
create function sf_shadow.apply_settings(of_margin interval, of_publish_delay interval, of_delta_overlap interval, of_default_currency text) returns void language plpgsql set search_path=""; -- body 2a208ebf
create function sf_shadow.await_job(of_run_id bigint, of_job_id text, of_fields text[], of_read_from timestamp with time zone) returns boolean language plpgsql set search_path=""; -- body 77b7dd20
create function sf_shadow.begin_job(of_run_id bigint, of_filter text DEFAULT NULL::text) returns text[] language plpgsql set search_path=""; -- body 06a0053d
create function sf_shadow.begin_loading(of_run_id bigint, of_job_id text, of_read_to timestamp with time zone, of_expected bigint) returns boolean language plpgsql set search_path=""; -- body 55147654
create function sf_shadow.begin_rest(of_run_id bigint, of_fields text[], of_read_from timestamp with time zone, of_read_to timestamp with time zone, of_expected bigint) returns boolean language plpgsql set search_path=""; -- body 8ad72b4e
create function sf_shadow.bulk_to_shadow(of_run_id bigint, of_page integer, next_locator text, has_marks boolean) returns sf_shadow.merge_counts language plpgsql set search_path=""; -- body 1b2c58a7
create function sf_shadow.change_compatible_view(of_object text, in_schema text, planned_columns jsonb DEFAULT '[]'::jsonb, ids_from text DEFAULT NULL::text, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 384c9ebe
create function sf_shadow.change_indexes(of_object text, wish jsonb, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 0f679c90
create function sf_shadow.claim_limits_look() returns boolean language sql set search_path=""; -- body 3acdd684
create function sf_shadow.claim_organization(of_organization_id text, of_instance_url text) returns void language plpgsql set search_path=""; -- body 86c22dbb
create function sf_shadow.clear_cache(of_object text DEFAULT NULL::text) returns TABLE(object text, seq bigint) language plpgsql set search_path=""; -- body ced69c9c
create function sf_shadow.clear_marks(of_object text, record_ids text[], generations bigint[]) returns bigint language plpgsql set search_path=""; -- body 81ff5e32
create function sf_shadow.compare_changes(of_run_id bigint, changed_ids text[]) returns integer language plpgsql set search_path="" set work_mem=64MB; -- body 143822cd
create function sf_shadow.describe_to_fields(of_object text, fields jsonb) returns TABLE(finding text, field text, column_name text) language plpgsql set search_path=""; -- body 93281314
create function sf_shadow.drop_compiled() returns trigger language plpgsql set search_path=""; -- body 67591b0d
create function sf_shadow.end_run(of_run_id bigint, of_error text, by_fuse boolean) returns void language sql set search_path=""; -- body ba311aca
create function sf_shadow.ensure_stream(of_topic text, objects text[]) returns integer language plpgsql set search_path=""; -- body 6e22cc71
create function sf_shadow.events_to_shadow(of_stream_id integer, batch_size integer) returns TABLE(object text, change_type text, result text, events bigint, consumed bigint, commit_timestamps timestamp with time zone[]) language plpgsql set search_path="" set client_min_messages=warning set plan_cache_mode=force_generic_plan; -- body a8d9e9c7
create function sf_shadow.extend_read(of_run_id bigint, of_read_to timestamp with time zone) returns void language sql set search_path=""; -- body a754f926
create function sf_shadow.fields_to_columns(of_object text) returns bigint language plpgsql set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 567129ef
create function sf_shadow.fill_fields(of_object text) returns bigint language plpgsql set search_path=""; -- body 0a1d1f51
create function sf_shadow.finish_run(of_run_id bigint, of_count_in_org bigint) returns void language plpgsql set search_path=""; -- body cc0f96ce
create function sf_shadow.free_dead_workers() returns integer language plpgsql set search_path=""; -- body bc73d060
create function sf_shadow.held_view(of_object sf_shadow.object) returns oid language sql stable set search_path=""; -- body ade6f2a2
create function sf_shadow.indexed_fields(of_object text) returns text[] language sql stable set search_path=""; -- body a428736a
create function sf_shadow.is_column_type(column_type text) returns boolean language plpgsql immutable set search_path=""; -- body 8f244342
create function sf_shadow.join_invalidations(of_consumer text, objects text[], of_cache text) returns TABLE(object text, seq bigint, reason text) language plpgsql set search_path=""; -- body bec72cd5
create function sf_shadow.json_to_page(fields text[], records jsonb) returns void language plpgsql set search_path=""; -- body bb816bc9
create function sf_shadow.keep_history(of_object text, kept boolean, drop_data boolean DEFAULT false, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 6e0657e2
create function sf_shadow.lead_stream(of_topic text, OUT stream_id integer, OUT epoch uuid, OUT replay_id bytea, OUT position_lost boolean, OUT from_earliest boolean, OUT replay_unproven boolean, OUT known_until timestamp with time zone, OUT unproven_since timestamp with time zone) returns record language plpgsql set search_path=""; -- body 60fa3baa
create function sf_shadow.limits_to_usage(limit_names text[], useds bigint[], maxima bigint[], is_whole boolean) returns void language sql set search_path=""; -- body 443b0fb6
create function sf_shadow.load_fields(of_object text) returns text[] language sql stable set search_path=""; -- body 87b0dcd0
create function sf_shadow.loadable_doubts(of_object text) returns bigint language sql stable set search_path=""; -- body 18b0b623
create function sf_shadow.lock_at_once(VARIADIC tables regclass[]) returns void language plpgsql set search_path=""; -- body 1350850d
create function sf_shadow.lock_mapping(objects text[]) returns void language plpgsql set search_path="" set lock_timeout=10s; -- body bf16eab1
create function sf_shadow.maintain() returns jsonb language plpgsql set search_path=""; -- body 55464130
create function sf_shadow.map_column(wish jsonb, described jsonb, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body aa9c61c1
create function sf_shadow.merge_records(of_object text, of_read_id bigint, has_marks boolean DEFAULT false, missing text[] DEFAULT '{}'::text[], forced boolean DEFAULT false) returns sf_shadow.merge_counts language plpgsql set search_path="" set work_mem=64MB; -- body 73787cae
create function sf_shadow.note_look(of_run_id bigint, of_job_id text, of_job_state text, of_job_records bigint) returns TABLE(elapsed_ms double precision, still_ms double precision) language sql set search_path=""; -- body 9d76da2d
create function sf_shadow.note_run_error(of_run_id bigint, of_error text) returns void language sql set search_path=""; -- body 1a36b128
create function sf_shadow.note_salesforce_clock(at_least interval, at_most interval) returns void language plpgsql set search_path=""; -- body 398985cb
create function sf_shadow.number_records() returns trigger language plpgsql set search_path=""; -- body ace943c0
create function sf_shadow.objects_in_order(objects text[] DEFAULT NULL::text[]) returns TABLE(object text, object_id smallint, depth integer) language sql stable set search_path=""; -- body 097b4045
create function sf_shadow.open_page(fields text[]) returns void language plpgsql set search_path="" set client_min_messages=warning; -- body 96de9816
create function sf_shadow.pause_object() returns trigger language plpgsql set search_path=""; -- body ab908d30
create function sf_shadow.pause_run(of_run_id bigint, of_error text, wait_ms double precision) returns void language sql set search_path=""; -- body 67b3196d
create function sf_shadow.plan_filter(wish jsonb, described jsonb) returns text language plpgsql immutable set search_path=""; -- body 2b69e7cf
create function sf_shadow.poll_object() returns trigger language plpgsql set search_path=""; -- body 1c9ec94d
create function sf_shadow.pubsub_to_events(of_stream_id integer, of_epoch uuid, latest_replay_id bytea, events jsonb, keepalive_at timestamp with time zone DEFAULT NULL::timestamp with time zone, may_go_on boolean DEFAULT false) returns bigint language plpgsql set search_path=""; -- body b7e38b17
create function sf_shadow.reapply_events(of_object text, of_stream_id integer, since timestamp with time zone, after_seq bigint, batch_size integer) returns bigint language plpgsql set search_path="" set plan_cache_mode=force_generic_plan; -- body fff4cbcf
create function sf_shadow.refuse_bulk(of_object text) returns void language sql set search_path=""; -- body 73beb96a
create function sf_shadow.refuse_calls(of_limit text, retry_after_ms double precision) returns void language sql set search_path=""; -- body dcad4300
create function sf_shadow.refuse_change() returns trigger language plpgsql set search_path=""; -- body 88fbd4b2
create function sf_shadow.remove_fields(of_object text, fields text[], drop_data boolean, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body e5ece661
create function sf_shadow.remove_object(of_object text, drop_data boolean) returns text language plpgsql set search_path="" set lock_timeout=10s; -- body a74fc168
create function sf_shadow.rename_field(of_object text, of_field text, to_column text, is_dry boolean DEFAULT false) returns jsonb language plpgsql set search_path="" set lock_timeout=10s; -- body 339dea15
create function sf_shadow.renew_job(of_run_id bigint, of_job_id text, of_error text, wait_ms double precision) returns boolean language plpgsql set search_path=""; -- body 91002c71
create function sf_shadow.replay_stream(of_topic text, from_replay_id bytea) returns void language plpgsql set search_path=""; -- body fbac5b23
create function sf_shadow.replay_to_holes(of_stream_id integer, received integer, objects text[], known_until timestamp with time zone, ends_at timestamp with time zone) returns void language plpgsql set search_path=""; -- body 5e8f5964
create function sf_shadow.requests_to_dirty(of_object text) returns bigint language sql set search_path=""; -- body e944da15
create function sf_shadow.requeue_forgotten() returns void language plpgsql set search_path=""; -- body a0414cc3
create function sf_shadow.resume_run(of_run_id bigint) returns double precision language plpgsql set search_path=""; -- body 5ffc3c59
create function sf_shadow.retry_failed_jobs() returns bigint language sql set search_path=""; -- body 732f86f4
create function sf_shadow.retry_rejects(of_object text DEFAULT NULL::text) returns bigint language sql set search_path=""; -- body d05e4a64
create function sf_shadow.ripe_marks(of_object text, ripe_until timestamp with time zone, at_most integer) returns TABLE(record_id text, generation bigint) language plpgsql stable set search_path=""; -- body 41b766ea
create function sf_shadow.sample_ids(of_object text, sample_size integer) returns text[] language plpgsql set search_path=""; -- body a619c380
create function sf_shadow.scan_updated_at(of_object text) returns void language plpgsql set search_path=""; -- body f01b875d
create function sf_shadow.schema_to_fields(of_object text, event_fields text[]) returns void language sql set search_path=""; -- body 2edb722d
create function sf_shadow.start_batch(of_objects text[], of_reason text, of_forced boolean) returns TABLE(object text, run_id bigint, left_in_state text) language plpgsql set search_path=""; -- body 5668c52a
create function sf_shadow.start_poll(of_object text) returns bigint language plpgsql set search_path=""; -- body d669f902
create function sf_shadow.start_run(of_object text, of_kind text, of_reason text, of_forced boolean DEFAULT false, of_batch_id uuid DEFAULT NULL::uuid) returns bigint language plpgsql set search_path=""; -- body d4d8325e
create function sf_shadow.stream_to_holes(of_stream_id integer, objects text[], begins_at timestamp with time zone, ends_at timestamp with time zone, reason text) returns void language plpgsql set search_path=""; -- body 72d5e466
create function sf_shadow.streams_behind() returns TABLE(stream_id integer) language sql stable set search_path=""; -- body ac7cbc85
create function sf_shadow.take_turn(of_run_id bigint, at_most integer) returns boolean language plpgsql set search_path=""; -- body 0680c99a
create function sf_shadow.trim_history(of_object text, at_most integer) returns bigint language plpgsql set search_path=""; -- body 83269bb0
create function sf_shadow.unfollow_events() returns void language plpgsql set search_path="" set lock_timeout=1s; -- body adf347ec
create function sf_shadow.unstorable_text(fields jsonb) returns text[] language sql immutable set search_path=""; -- body a49bbb5d
create function sf_shadow.worker_beat(worker_ids text[]) returns void language sql set search_path=""; -- body ee4151dd
create function sf_shadow_cancel_run(run_id bigint) returns boolean language sql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body ce078b18
create function sf_shadow_freshness(of_object text, record_ids text[], OUT fresh_except_listed timestamp with time zone, OUT reason text, OUT listed text[]) returns record language sql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body a56512ad
create function sf_shadow_invalidations(of_object text, after bigint, at_most integer DEFAULT 1000) returns TABLE(object text, seq bigint, everything boolean, record_ids text[], parent_ids text[], unique_values text[], committed_at timestamp with time zone) language plpgsql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 58fe465d
create function sf_shadow_listed_prices(product_ids text[]) returns text[] language sql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 6a977183
create function sf_shadow_mapping(of_object text, OUT fields text[], OUT not_compared text[], OUT columns jsonb, OUT margin_ms double precision) returns record language sql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 005cb98e
create function sf_shadow_pause(object text) returns boolean language sql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body db75b79d
create function sf_shadow_record(object text, record_id text, max_age interval DEFAULT NULL::interval) returns sf_shadow_record_answer language plpgsql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 1570869d
create function sf_shadow_records_to_rows(of_object text, records jsonb) returns TABLE(row_held jsonb, error text) language plpgsql stable security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 45a26498
create function sf_shadow_refresh(of_object text, record_ids text[]) returns bigint language plpgsql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 6815b571
create function sf_shadow_resume(object text) returns boolean language sql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body ae066ea0
create function sf_shadow_salesforce_now() returns timestamp with time zone language sql security definer set search_path="" set DateStyle=ISO, YMD set IntervalStyle=postgres set TimeZone=UTC set standard_conforming_strings=on set extra_float_digits=1; -- body 3a2549a0

grant EXECUTE on function add_job(text,json) to sf_shadow_operator;
grant EXECUTE on function add_job(text,jsonb) to sf_shadow_operator;
grant EXECUTE on function add_job(text,text) to sf_shadow_operator;
grant EXECUTE on function sf_account_eligibility(text,interval) to sf_shadow_operator;
grant EXECUTE on function sf_account_eligibility(text,interval) to sf_shadow_reader;
grant EXECUTE on function sf_price(text,text,text) to sf_shadow_operator;
grant EXECUTE on function sf_price(text,text,text) to sf_shadow_reader;
grant EXECUTE on function sf_price_at(text,text,text,timestamp with time zone) to sf_shadow_operator;
grant EXECUTE on function sf_price_at(text,text,text,timestamp with time zone) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_cancel_run(bigint) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_freshness(text,text[]) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_freshness(text,text[]) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_invalidations(text,bigint,integer) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_invalidations(text,bigint,integer) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_listed_prices(text[]) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_listed_prices(text[]) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_mapping(text) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_mapping(text) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_pause(text) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_record(text,text,interval) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_record(text,text,interval) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_records_to_rows(text,jsonb) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_records_to_rows(text,jsonb) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_refresh(text,text[]) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_refresh(text,text[]) to sf_shadow_reader;
grant EXECUTE on function sf_shadow_resume(text) to sf_shadow_operator;
grant EXECUTE on function sf_shadow_salesforce_now() to sf_shadow_operator;
grant EXECUTE on function sf_shadow_salesforce_now() to sf_shadow_reader;
grant USAGE on schema public to public;
grant USAGE on schema public to sf_shadow_operator;
grant USAGE on schema public to sf_shadow_reader;
grant SELECT on table sf_account_eligibility_shadow to sf_shadow_operator;
grant SELECT on table sf_account_eligibility_shadow to sf_shadow_reader;
grant SELECT on table sf_catalog to sf_shadow_operator;
grant SELECT on table sf_catalog to sf_shadow_reader;
grant SELECT on table sf_pricebook_shadow to sf_shadow_operator;
grant SELECT on table sf_pricebook_shadow to sf_shadow_reader;
grant SELECT on table sf_product_shadow to sf_shadow_operator;
grant SELECT on table sf_product_shadow to sf_shadow_reader;
grant SELECT on table sf_shadow_api_usage to sf_shadow_operator;
grant SELECT on table sf_shadow_api_usage to sf_shadow_reader;
grant SELECT on table sf_shadow_backlog to sf_shadow_operator;
grant SELECT on table sf_shadow_backlog to sf_shadow_reader;
grant SELECT on table sf_shadow_event to sf_shadow_operator;
grant SELECT on table sf_shadow_failed_job to sf_shadow_operator;
grant SELECT on table sf_shadow_failed_job to sf_shadow_reader;
grant SELECT on table sf_shadow_invalidation_consumer to sf_shadow_operator;
grant SELECT on table sf_shadow_invalidation_consumer to sf_shadow_reader;
grant SELECT on table sf_shadow_lag to sf_shadow_operator;
grant SELECT on table sf_shadow_lag to sf_shadow_reader;
grant SELECT on table sf_shadow_reject to sf_shadow_operator;
grant SELECT on table sf_shadow_reject to sf_shadow_reader;
grant SELECT on table sf_shadow_reject_reason to sf_shadow_operator;
grant SELECT on table sf_shadow_reject_reason to sf_shadow_reader;
grant SELECT on table sf_shadow_run to sf_shadow_operator;
grant SELECT on table sf_shadow_run to sf_shadow_reader;
grant SELECT on table sf_shadow_stream to sf_shadow_operator;
grant SELECT on table sf_shadow_stream to sf_shadow_reader;
