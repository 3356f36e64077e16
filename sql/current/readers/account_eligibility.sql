-- The eligibility of an account with its age (rule 10), always one row; its type, in migration 0001, says what the columns mean.
-- A row that is older than max_age (null: stale_after of the settings) is stale. Produces: a request for its refresh, but not
-- where Salesforce has a version that cannot be stored: another read would bring the same. Safe to repeat.
-- Security definer: readers do not see the machinery.
create or replace function public.sf_account_eligibility(account_id text, max_age interval default null)
returns public.sf_account_eligibility_answer
language plpgsql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
#variable_conflict use_column
declare
  asked constant text := account_id;
  bound constant interval := coalesce(max_age, (select s.stale_after from sf_shadow.setting s));
  answer public.sf_account_eligibility_answer;
  found_row public.sf_account_eligibility_shadow;
  claim sf_shadow.object_claim;
  absent_at timestamptz;
  last_commit timestamptz;
  read_id_known bigint;
  doubt text;
  reject_reason text;
  listed_since timestamptz;
  known_at timestamptz;
  not_before timestamptz;
  clock sf_shadow.salesforce_now;
begin
  if asked is null or asked !~ '^[a-zA-Z0-9]{18}$' then
    raise exception '% is not the id of an account', coalesce(quote_literal(left(asked, 40)), 'null')
      using errcode = '22023', hint = 'It is the 18 letters and digits of the Salesforce id, not the short form of 15.';
  end if;
  select c.* into clock from sf_shadow.salesforce_now c;
  select c.* into claim from sf_shadow.object_claim c where c.object = 'Account';
  select s.* into found_row from public.sf_account_eligibility_shadow s where s.account_id = asked;
  answer.account_id := asked;
  answer.is_found := found_row.account_id is not null;
  answer.refresh_queued := false;
  if answer.is_found then
    answer.internet_eligibility := found_row.internet_eligibility;
    answer.eligibility_source := found_row.eligibility_source;
    answer.updated_at := found_row.updated_at;
    answer.raw_payload := found_row.raw_payload;
    answer.synced_at := found_row.synced_at;
    read_id_known := found_row.read_id;
    last_commit := found_row.commit_timestamp;
  elsif not claim.is_loaded then
    answer.is_stale := true;
    answer.reason := 'accounts were never loaded: ' || claim.reason;
    return answer;
  else
    -- Absent since a read or an event that said so, or since the last complete comparison.
    select t.read_id, t.commit_timestamp, greatest(r.read_from - setting.margin, t.commit_timestamp)
    into read_id_known, last_commit, absent_at
    from sf_shadow.tombstone t
    cross join sf_shadow.setting setting
    left join sf_shadow.read r on r.read_id = t.read_id and t.proven
    where t.object = 'Account' and t.record_id = asked;
  end if;

  select d.reason, d.since into doubt, listed_since from sf_shadow.dirty d where d.object = 'Account' and d.record_id = asked;
  select r.reason, least(r.since, listed_since) into reject_reason, listed_since
  from (select) nothing left join sf_shadow.reject r on r.object = 'Account' and r.record_id = asked;
  -- A comparison may be what has shown that a listed account is missing here. Infinity has no age.
  known_at := nullif(coalesce(found_row.synced_at, greatest(absent_at, least(claim.proven_as_of, listed_since))), '-infinity');
  if doubt is null and reject_reason is null then
    known_at := greatest(known_at, claim.fresh_except_listed);
  end if;
  answer.age := sf_shadow._age(known_at, clock.latest);
  answer.is_stale := coalesce(answer.age > bound, true);

  answer.reason := nullif(concat_ws('; ',
    case when not answer.is_found then 'not in the shadow' || coalesce(' as of ' || sf_shadow._iso_time(known_at), '') end,
    case
      when reject_reason is not null then 'what Salesforce has cannot be stored: ' || reject_reason
      -- Null, or which fields stand still though the rest of the row is fresh.
      when not answer.is_stale then claim.degraded
      when doubt is not null then 'it waits to be read again: ' || doubt
      else coalesce(claim.reason, 'nothing was heard of changes after ' || sf_shadow._iso_time(known_at))
    end), '');

  if answer.is_stale and reject_reason is null then
    select greatest(last_commit, max(r.read_to)) into not_before
    from sf_shadow.object_state s
    left join sf_shadow.read r on r.read_id = any (array[read_id_known, case when answer.is_found then s.full_read_id end])
    where s.object = 'Account';
    select not_before + setting.margin + interval '1 second' into not_before from sf_shadow.setting setting;
    answer.refresh_queued := sf_shadow._request_refresh('Account', asked, known_at, coalesce(not_before, clock.earliest));
  end if;
  return answer;
end
$$;
