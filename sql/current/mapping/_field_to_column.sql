-- The type of the column that a field of describe gets, or why it gets none (docs/mapping.md). Consumes: a field as describe
-- lists it. Reads nothing.
create or replace function sf_shadow._field_to_column(field jsonb, out column_type text, out refused text)
language sql immutable set search_path = '' as $$
  select
    case
      when why is not null then null
      when kind in ('currency', 'percent', 'double') then case
        -- A formula's value may have more digits than it shows.
        when (field ->> 'calculated')::boolean or not coalesce(digits between 1 and 1000 and decimals between 0 and digits, false)
          then 'numeric'
        else format('numeric(%s,%s)', digits, decimals) end
      when kind = 'int' then 'integer'
      when kind = 'long' then 'bigint'
      when kind = 'boolean' then 'boolean'
      when kind = 'date' then 'date'
      when kind = 'datetime' then 'timestamp with time zone'
      when kind = 'time' then 'time without time zone'
      else 'text'
    end,
    why
  from (
    select field ->> 'type' as kind, (field ->> 'precision')::integer as digits, (field ->> 'scale')::integer as decimals,
      case
        when field ->> 'type' = 'base64' then 'the content of a file (base64)'
        when field ->> 'type' in ('anyType', 'complexvalue') then format('of type %s, which has no form of its own', field ->> 'type')
        when field ->> 'name' in ('LastViewedDate', 'LastReferencedDate') then 'when this user last looked at the record'
        when field ->> 'type' in ('address', 'location') then 'a compound, of which the parts are columns'
      end as why
  ) given
$$;
