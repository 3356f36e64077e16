-- What a column shows of the value that it was given, in the canonical form of design section 4: where that is not the
-- value itself, the type has rounded, cut, padded or reread it. Produces: SQL around the text expression of a value that
-- is valid for the type; null where a type keeps every text as it is. Any type will do: what has no canonical form of its
-- own must show the very text.
create or replace function sf_shadow.column_to_text(expression text, column_type text) returns text
language sql immutable set search_path = '' as $$
  select replace(replace(
    case sf_shadow.column_family(column_type)
      -- Without the letters of NaN and Infinity, which are no amounts. A float is read by its text: cast, it loses digits.
      when 'number' then format('translate(trim_scale(%s::numeric)::text, ''NI'', '''')',
        case when column_type in ('real', 'double precision') then '$x::$type::text' else '$x::$type' end)
      when 'boolean' then '$x::boolean::text'
      when 'datetime' then 'to_char($x::$type at time zone ''UTC'', ''YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'')'
      when 'date' then 'to_char($x::date, ''YYYY-MM-DD'')'
      when 'time' then 'to_char($x::$type, ''HH24:MI:SS.MS"Z"'')'
      else case when column_type not in ('text', 'character varying') then 'concat($x::$type)' end
    end, '$type', column_type), '$x', expression)
$$;
