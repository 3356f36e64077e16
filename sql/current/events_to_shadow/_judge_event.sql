-- Rule 4, the filter: what to do with an event E against what is known of its record, in the order of docs/rules.md.
-- Times on Salesforce's clock; keys are (commitTimestamp, commitNumber, sequenceNumber), null without an event.
-- e_seen: another event of the log carries the same ProducerEvent.id. refused_until: of a reject, until when its version
-- is known, which is later than what its row or tombstone says (rule 9). parent_deleted_until: rule 8.
-- Returns skip, dirty or apply. Reads nothing, and is inlined by the planner: hence no search_path, and stable
-- (time less an interval depends on the time zone; declared immutable it would not be inlined).
create or replace function sf_shadow._judge_event(
  e_commit timestamptz, e_number bigint, e_sequence integer, e_seen boolean,
  r_present boolean, r_proven_absent boolean, r_weak boolean,
  r_commit timestamptz, r_number bigint, r_sequence integer,
  r_sm timestamptz, r_read_from timestamptz, r_read_to timestamptz,
  proof_read_from timestamptz, refused_until timestamptz, parent_deleted_until timestamptz, margin interval
) returns text
language sql stable as $$
  select case
    when (e_commit, e_number, e_sequence) = (r_commit, r_number, r_sequence) then 'skip'
    -- A lower key that was never seen: the order of keys cannot be trusted (an org that was migrated). The version that was
    -- refused has no key of its own. One line, as an argument with a query in it may be used once, to be inlined.
    when (e_commit, e_number, e_sequence) < (r_commit, r_number, r_sequence)
      or e_commit <= refused_until and not coalesce(e_commit < r_sm or e_commit < r_read_from - margin
        or not r_present and e_commit < proof_read_from - margin, false)
      then case when e_seen then 'skip' else 'dirty' end
    when e_commit < r_sm or e_commit < r_read_from - margin then 'skip'
    when not r_present and e_commit < proof_read_from - margin then 'skip'
    when r_proven_absent and e_commit <= r_read_to then 'dirty'
    when r_weak then 'dirty'
    when e_commit <= parent_deleted_until then 'dirty'
    else 'apply'
  end
$$;
