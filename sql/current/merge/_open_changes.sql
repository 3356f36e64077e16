-- Produces: an empty pg_temp.change, the one form in which every path hands records to _write_changes.
-- One row per record of one object. Safe to repeat: it empties what is there.
create or replace function sf_shadow._open_changes() returns void
language plpgsql set search_path = '' as $$
begin
  perform sf_shadow._open_table('change', $columns$
    record_id text collate "C" not null,
    -- replace: this version wins; keep: same content, better known; dirty: cannot be decided;
    -- ignore: older than what is known, or already known; equal: what the row says, which is left as it is.
    verdict text not null,
    -- The version says that the record does not exist.
    absent boolean not null,
    -- As the shadow stands before the change.
    present boolean not null,
    entombed boolean not null,
    old_unique_value text,
    old_parent_id text,
    -- A reader would see a difference.
    changed boolean not null,
    fields jsonb,
    -- {SQLSTATE, reason, the field or constraint that refuses it} of a record that cannot be stored.
    error text[],
    unique_value text,
    parent_id text,
    updated_at timestamptz,
    synced_at timestamptz,
    system_modstamp timestamptz,
    read_id bigint,
    commit_timestamp timestamptz,
    commit_number bigint,
    sequence_number integer,
    -- Absence was shown by a full read, not told by an event.
    proven boolean not null default false,
    -- The delete is inferred from absence and counts for the fuse (rule 7).
    by_absence boolean not null default false,
    -- Since when the shadow is wrong about the record if this change is not stored, and from when on
    -- a re-read can decide; the reason is set where the record is in doubt.
    doubt_since timestamptz not null,
    doubt_not_before timestamptz not null,
    dirty_reason text,
    -- Rule 15: an event brings a record of which nothing else is in doubt, so that it may wait for its parent; and for which
    -- parent it waits.
    may_wait boolean not null default false,
    waits_for text,
    -- A full record differs from the row in event fields: drift, where the object claimed to be fresh.
    differs boolean not null default false,
    -- When the record was deleted last, where it has returned within the same batch: its children went with it.
    deleted_meanwhile timestamptz,
    -- The record is a reject, and its old row gives way to another one that claims its unique value (rule 9).
    yields boolean not null default false
  $columns$);
end
$$;
