-- The canonical form of docs/mapping.md for one value. Produces: SQL that turns the text expression of a field,
-- as CSV or REST gives it, into JSON. What is not of its type stays a string; a mapped column then rejects it.
create or replace function sf_shadow._text_to_json(expression text, type text) returns text
language sql immutable set search_path = '' as $$
  select replace(
    case type
      when 'boolean' then 'case $x when ''true'' then ''true''::jsonb when ''false'' then ''false''::jsonb else to_jsonb($x) end'
      when 'number' then 'case when pg_input_is_valid($x, ''numeric'') then to_jsonb(trim_scale($x::numeric)) else to_jsonb($x) end'
      -- Bulk writes ...000Z already; REST writes ...000+0000.
      when 'datetime' then 'replace($x, ''+0000'', ''Z'')'
      else '$x'
    end, '$x', expression)
$$;
