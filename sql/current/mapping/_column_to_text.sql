-- What a column shows of what it holds, in the canonical form of docs/mapping.md: where that is not the value it was given,
-- the type has rounded, cut, padded or reread it. Produces: SQL around an expression of the type. Any type will do: what
-- has no canonical form of its own must show the very text.
create or replace function sf_shadow._column_to_text(expression text, column_type text) returns text
language sql immutable set search_path = '' as $$
  select replace(
    case sf_shadow._column_family(column_type)
      -- Without the letters of NaN and Infinity, which are no amounts. A float is read by its text: cast, it loses digits.
      when 'number' then format('translate(trim_scale(%s::numeric)::text, ''NI'', '''')',
        case when column_type in ('real', 'double precision') then '$x::text' else '$x' end)
      when 'boolean' then '$x::text'
      when 'datetime' then 'to_char($x at time zone ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')'
      when 'date' then 'to_char($x, ''YYYY-MM-DD'')'
      when 'time' then 'to_char($x, ''HH24:MI:SS.MS"Z"'')'
      else case when column_type = 'text' then '$x' else 'case when $x is not null then concat($x) end' end
    end, '$x', expression)
$$;
