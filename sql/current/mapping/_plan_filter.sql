-- The filter of an object that is to be mirrored (rule 17): which fields it names, or why it cannot be one. Whether it is SOQL, and
-- what meets it, Salesforce says; here is refused what would change its answer without an event of the record. Consumes: the wish,
-- whose "where" is the condition, and describe (_plan_object). Produces: the condition, the names of its fields as describe spells
-- them; both null without one. Reads nothing.
create or replace function sf_shadow._plan_filter(wish jsonb, described jsonb, out filter text, out fields text[], out fault text)
language plpgsql immutable set search_path = '' as $$
declare
  of_object constant text := described ->> 'name';
  is_refused boolean;
begin
  filter := nullif(btrim(wish ->> 'where', E' \t\r\n'), '');
  if wish ->> 'where' is null then
    return;
  end if;
  with word as (
    select t.place, t.token, f ->> 'name' as field, t.next_token = '(' as is_call,
      (f ->> 'calculated')::boolean as calculated,
      (select string_agg(part ->> 'name', ', ') from jsonb_array_elements(described -> 'fields') part
        where part ->> 'compoundFieldName' = f ->> 'name' and part ->> 'name' <> f ->> 'name') as parts
    from sf_shadow._filter_tokens(filter) t
    left join lateral (select d.f from jsonb_array_elements(described -> 'fields') d (f)
      where lower(d.f ->> 'name') = lower(t.token) limit 1) known (f) on true
    where t.kind = 'word' and lower(t.token) not in ('and', 'or', 'not', 'in', 'like', 'includes', 'excludes', 'null', 'true', 'false')
  ), refused as (
    select w.place, case
      when lower(w.token) = 'select' then 'a sub-select asks for other records, of which no event of this one tells'
      when lower(w.token) = 'where' then 'it is what follows WHERE, without that word'
      when lower(w.token) = any ('{order,group,having,limit,offset,with,for,using,update,from,all}')
        then format('%s ends a condition: only the condition is wanted', upper(w.token))
      when w.token ~* '^(today|yesterday|tomorrow|(last|this|next)_\w+|n_\w+)(:\d+)?$' and w.field is null
        then format('%s moves with the time, without an event: name a date', upper(w.token))
      when w.is_call then format('%s(...) is a function: compare fields with values alone', w.token)
      when w.token like '%.%' then format('%s is a field of another record, of whose changes no event of this one tells', w.token)
      when w.field is null then format('%s has no field %s that this user may read', of_object, w.token)
      when w.calculated then format('%s is a formula or a roll-up, which changes without an event', w.field)
      when w.parts is not null then format('%s is a compound: name its parts, %s', w.field, w.parts)
      when w.field = 'IsDeleted' then 'IsDeleted needs no filter: the row of a deleted record goes'
      when w.field = any ('{SystemModstamp,LastViewedDate,LastReferencedDate,LastActivityDate}')
        then format('%s changes without an event that says so', w.field)
    end as reason
    from word w
    union all
    select t.place, case
      when t.token = '''' then 'a text in it has no end: a '' within a text is written \'''
      when t.kind = 'sign' and t.token <> all ('{(,),","}') then format('%s has no place in a condition', t.token)
      when sum(case t.token when '(' then 1 when ')' then -1 else 0 end) over (order by t.place) < 0
        then 'a ) closes what is not open'
    end
    from sf_shadow._filter_tokens(filter) t
    union all
    select null, case
      when filter is null then 'it is empty'
      when length(filter) > 4000 then 'it has more than 4000 characters'
      when not exists (select from word) then 'it names no field'
      when (select count(*) filter (where t.token = '(') - count(*) filter (where t.token = ')')
        from sf_shadow._filter_tokens(filter) t where t.kind = 'sign') > 0 then 'a ( is not closed'
    end
  )
  select array_agg(distinct w.field) filter (where w.field is not null),
    format('the filter of %s (--where, or "where") cannot be %s: %s', of_object, coalesce(quote_literal(left(filter, 200)), 'empty'),
      (select r.reason from refused r where r.reason is not null order by r.place limit 1)),
    exists (select from refused r where r.reason is not null)
  into fields, fault, is_refused
  from word w;
  fault := case when is_refused then fault end;
end
$$;
