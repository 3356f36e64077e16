-- A record of any mirrored object with its age (rule 10), always one row; its type, in migration 0001, says what the columns mean.
-- A row that is older than max_age (null: stale_after of the settings) is stale. Produces: a request for its refresh
-- (_answer_age). The record is what is mapped, as sf_shadow_records_to_rows has it too: other columns of the table may stand still.
-- Safe to repeat. An object that is not mirrored: SF006. Security definer: readers do not see the machinery.
create or replace function public.sf_shadow_record(object text, record_id text, max_age interval default null)
returns public.sf_shadow_record_answer
language plpgsql security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
#variable_conflict use_column
declare
  asked constant text := object;
  asked_id constant text := record_id;
  answer public.sf_shadow_record_answer;
  mirrored sf_shadow.object;
  held_columns text;
  known record;
begin
  perform sf_shadow._assert_mirrored(asked);
  select o.* into mirrored from sf_shadow.object o where o.object = asked;
  if asked_id is null or asked_id !~ '^[a-zA-Z0-9]{18}$' then
    raise exception '% is not the id of a record', coalesce(quote_literal(left(asked_id, 40)), 'null')
      using errcode = '22023', hint = 'It is the 18 letters and digits of the Salesforce id, not the short form of 15.';
  end if;
  select string_agg(format('s.%I', f.column_name), ', ' order by f.column_name) into held_columns
  from sf_shadow.field f where f.object = asked;
  execute format($sql$
    select (select to_jsonb(mapped) from (select s.%2$I, s.updated_at, s.raw_payload, s.synced_at, %3$s) mapped) as columns,
      s.synced_at, s.read_id, s.commit_timestamp
    from (select) nothing left join public.%1$I s on s.%2$I = $1 $sql$, mirrored.shadow_table, mirrored.key_column, held_columns)
  into known using asked_id;
  answer.object := asked;
  answer.record_id := asked_id;
  answer.is_found := known.synced_at is not null;
  answer.record := case when answer.is_found then known.columns end;
  answer.synced_at := known.synced_at;
  select a.age, a.is_stale, a.reason, a.refresh_queued
  into answer.age, answer.is_stale, answer.reason, answer.refresh_queued
  from sf_shadow._answer_age(asked, asked_id, answer.is_found, known.synced_at, known.read_id, known.commit_timestamp, max_age) a;
  return answer;
end
$$;
