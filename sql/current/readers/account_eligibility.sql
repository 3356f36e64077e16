-- The eligibility of an account with its age (rule 10), always one row; its type, in migration 0001, says what the columns mean.
-- A row that is older than max_age (null: stale_after of the settings) is stale. Produces: a request for its refresh
-- (_answer_age). Safe to repeat. Security definer: readers do not see the machinery.
create or replace function public.sf_account_eligibility(account_id text, max_age interval default null)
returns public.sf_account_eligibility_answer
language plpgsql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
#variable_conflict use_column
declare
  asked constant text := account_id;
  answer public.sf_account_eligibility_answer;
  found_row public.sf_account_eligibility_shadow;
begin
  if asked is null or asked !~ '^[a-zA-Z0-9]{18}$' then
    raise exception '% is not the id of an account', coalesce(quote_literal(left(asked, 40)), 'null')
      using errcode = '22023', hint = 'It is the 18 letters and digits of the Salesforce id, not the short form of 15.';
  end if;
  select s.* into found_row from public.sf_account_eligibility_shadow s where s.account_id = asked;
  answer.account_id := asked;
  answer.is_found := found_row.account_id is not null;
  answer.internet_eligibility := found_row.internet_eligibility;
  answer.eligibility_source := found_row.eligibility_source;
  answer.updated_at := found_row.updated_at;
  answer.raw_payload := found_row.raw_payload;
  answer.synced_at := found_row.synced_at;
  select a.age, a.is_stale, a.reason, a.refresh_queued
  into answer.age, answer.is_stale, answer.reason, answer.refresh_queued
  from sf_shadow._answer_age('Account', asked, answer.is_found, found_row.synced_at, found_row.read_id, found_row.commit_timestamp,
    max_age) a;
  return answer;
end
$$;
