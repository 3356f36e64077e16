-- Where the changes of an object that is to be mirrored come from (docs/mapping.md): its change events, or a poll, which is all
-- there is without them. Consumes: the wish and describe of _plan_object. Produces: how often it is polled, null where it is not,
-- and why it is; the field by which a delta finds what has changed; or why it cannot be. Reads nothing.
create or replace function sf_shadow._plan_source(
  wish jsonb, described jsonb, out poll_every text, out poll_reason text, out cursor_field text, out fault text
)
language plpgsql immutable set search_path = '' as $$
begin
  poll_every := coalesce(wish ->> 'poll', case when not (described ->> 'has_events')::boolean then '5m' end);
  poll_reason := case when poll_every is null then null
    when (described ->> 'has_events')::boolean then 'as it is wished; its change events are not followed'
    else 'for it has no change events in this org' end;
  -- SystemModstamp moves with every change; LastModifiedDate not with all that Salesforce does by itself; CreatedDate is enough
  -- for records that nobody can change.
  select f ->> 'name' into cursor_field
  from unnest('{SystemModstamp,LastModifiedDate,CreatedDate}'::text[]) with ordinality c (name, place)
  join jsonb_array_elements(described -> 'fields') f on f ->> 'name' = c.name and f ->> 'type' = 'datetime'
  where (f ->> 'filterable')::boolean is not false
    and (c.name <> 'CreatedDate' or not (described ->> 'updateable')::boolean)
  order by c.place
  limit 1;
  fault := case
    when poll_every !~ '^[1-9]\d{0,3}[mhd]$' or poll_every::interval not between interval '1 minute' and interval '1 day'
      then format('%s cannot be polled every %s: "poll", or --poll, is a time from 1m to 1d, such as 5m or 2h',
        described ->> 'name', quote_literal(left(poll_every, 40)))
    when poll_every is null then null
    when not exists (select from jsonb_array_elements(described -> 'fields') f where f ->> 'name' = 'SystemModstamp')
      then format('%s has no SystemModstamp, by which its versions are told apart', described ->> 'name')
    when cursor_field is null then format('%s cannot be polled: no field by which a query would find what has changed can be filtered '
      '(SystemModstamp, LastModifiedDate; CreatedDate, of records that nobody changes)', described ->> 'name')
  end;
  cursor_field := coalesce(cursor_field, 'SystemModstamp');
end
$$;
