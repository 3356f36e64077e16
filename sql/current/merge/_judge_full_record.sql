-- Rule 5: which version wins, a full record F (bulk, delta, re-read) or what is known of the record R.
-- All times on Salesforce's clock; f_sm is null where F says that the record does not exist.
-- r_commit and the r_read_* are null where R has no event, or no read that is still remembered; r_known is false without row
-- and tombstone.
-- Returns replace, keep, ignore or dirty. Reads nothing, and is inlined by the planner: hence no search_path, and stable
-- (time less an interval depends on the time zone; declared immutable it would not be inlined).
create or replace function sf_shadow._judge_full_record(
  f_read_from timestamptz, f_read_to timestamptz, f_sm timestamptz,
  r_known boolean, r_commit timestamptz, r_sm timestamptz, r_read_from timestamptz, r_read_to timestamptz,
  same_content boolean, proof_read_from timestamptz, proof_read_to timestamptz, margin interval
) returns text
language sql stable as $$
  select case
    when not r_known then
      -- A later full run has not seen it: an older page must not bring it back unasked.
      case when proof_read_from is null or f_read_from >= proof_read_from or f_sm > proof_read_to then 'replace'
        else 'dirty' end
    -- A read that is forgotten (maintain) was before all that still comes.
    when f_read_from - margin > greatest(r_commit, r_read_to, '-infinity') then 'replace'
    -- Later than what R's read could see, not only than R's stamp: a long transaction bears an older stamp than
    -- versions that were committed before it.
    when f_sm > greatest(r_commit, r_sm, r_read_to) then 'replace'
    when same_content then 'keep'
    when f_read_to < r_read_from - margin then 'ignore'
    else 'dirty'
  end
$$;
