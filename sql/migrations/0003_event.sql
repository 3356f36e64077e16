-- The event log and the streams that fill it (rules 1, 2 and 4).

create table sf_shadow.stream (
  stream_id integer generated always as identity,
  topic text collate "C" not null,
  -- A new random epoch at each takeover: the fence of rule 2.
  epoch uuid,
  next_seq bigint not null default 1,
  -- Opaque bytes of the last response that was committed; null before the first one.
  replay_id bytea,
  -- When that response was stored: a position older than 70 hours counts as lost (rule 11).
  position_at timestamptz,
  -- Lower bound, on Salesforce's clock, of when the last trusted keepalive was produced (rule 10).
  keepalive_at timestamptz,
  -- next_seq when that keepalive was stored: the claim holds once everything before it is applied.
  keepalive_seq bigint,
  -- Ask for everything that the bus still has, at the next subscription (replay).
  from_earliest boolean not null default false,
  -- A replay may begin behind events that were never received; its first response shows it (replay_to_holes).
  replay_unproven boolean not null default false,
  -- When the last response came, where the server owed more than it held: the transaction that it ends with may go on
  -- (rule 16). Null after any other.
  goes_on_since timestamptz,
  -- Why nothing comes at the moment, in words, and since when; null while responses come.
  problem text,
  problem_since timestamptz,
  constraint stream_pkey primary key (stream_id),
  constraint stream_topic_key unique (topic),
  constraint stream_next_seq_positive check (next_seq > 0),
  constraint stream_problem_is_whole check ((problem is null) = (problem_since is null))
);

-- Whose changes a stream carries, as the configuration says: a channel carries several objects.
create table sf_shadow.stream_object (
  stream_id integer not null,
  object text collate "C" not null,
  constraint stream_object_pkey primary key (stream_id, object),
  constraint stream_object_stream_id_fkey foreign key (stream_id) references sf_shadow.stream,
  constraint stream_object_object_fkey foreign key (object) references sf_shadow.object on delete cascade
);

-- How far events_to_shadow has come; apart from the stream, so that a fold never holds up an append.
create table sf_shadow.stream_cursor (
  stream_id integer not null,
  applied_seq bigint not null default 0,
  applied_day date not null default '-infinity',
  applied_commit_timestamp timestamptz,
  -- Transactions of Salesforce that were folded in pieces (rule 16).
  cut_transactions bigint not null default 0,
  constraint stream_cursor_pkey primary key (stream_id),
  constraint stream_cursor_stream_id_fkey foreign key (stream_id) references sf_shadow.stream
);

create table public.sf_shadow_event (
  received_day date not null,
  stream_id integer not null,
  seq bigint not null,
  received_at timestamptz not null,
  replay_id bytea,
  event_id text collate "C",
  schema_id text collate "C",
  object text collate "C",
  change_type text collate "C",
  record_ids text[] collate "C" not null,
  commit_timestamp timestamptz,
  -- Not earlier than the commit, on Salesforce's clock, where the header was not readable: when it was received.
  committed_before timestamptz,
  commit_number bigint,
  sequence_number integer,
  transaction_key text collate "C",
  change_origin text collate "C",
  commit_user text collate "C",
  changed_fields text[] collate "C" not null,
  nulled_fields text[] collate "C" not null,
  diff_fields text[] collate "C" not null,
  -- Doubles with more digits than a double keeps: their exact value is read from Salesforce.
  inexact_fields text[] collate "C" not null,
  -- The body in the canonical form of docs/mapping.md: all of a CREATE, what changed of an UPDATE.
  fields jsonb not null,
  -- Why the event could not be decoded whole; its bytes are in sf_shadow.undecoded_event.
  error text,
  constraint sf_shadow_event_pkey primary key (stream_id, seq, received_day)
) partition by range (received_day);

create index sf_shadow_event_event_id_idx on public.sf_shadow_event (event_id);

create function sf_shadow.refuse_change() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception '% on %.% is refused: the event log is append-only', tg_op, tg_table_schema, tg_table_name
    using errcode = 'SF001', hint = 'Old days leave by dropping their partition.';
end
$$;

-- Row triggers are cloned to every partition; the truncate trigger is added with each partition.
create trigger sf_shadow_event_append_only before update or delete on public.sf_shadow_event
  for each row execute function sf_shadow.refuse_change();
create trigger sf_shadow_event_no_truncate before truncate on public.sf_shadow_event
  for each statement execute function sf_shadow.refuse_change();

-- Bytes of events that could not be decoded, kept 72 hours. Only the service's role may look at them.
create table sf_shadow.undecoded_event (
  stream_id integer not null,
  seq bigint not null,
  received_at timestamptz not null,
  schema_id text collate "C",
  error text not null,
  payload bytea not null,
  constraint undecoded_event_pkey primary key (stream_id, seq)
);
create index undecoded_event_received_at_idx on sf_shadow.undecoded_event (received_at);
