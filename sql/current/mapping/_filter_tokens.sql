-- The words and signs of a SOQL condition, in their order, with the word or sign after each. kind: text (in quotes), value (a number,
-- a date, a time), word (a name, a keyword, a date literal with its number), operator, sign. Reads nothing.
create or replace function sf_shadow._filter_tokens(filter text)
returns table (place bigint, kind text, token text, next_token text)
language sql immutable set search_path = '' as $$
  select m.place,
    case
      when m.parts[1] is not null then 'text'
      when m.parts[2] is not null then 'value'
      when m.parts[3] is not null then 'word'
      when m.parts[4] is not null then 'operator'
      else 'sign'
    end,
    found.token, lead(found.token) over (order by m.place)
  from regexp_matches(filter,
    $re$('(?:[^'\\]|\\.)*')|([+-]?\d[\w:.+-]*)|([[:alpha:]_][\w.]*(?::\d+)?)|([<>=!]+)|(\S)$re$, 'g')
    with ordinality m (parts, place)
  cross join lateral (select coalesce(m.parts[1], m.parts[2], m.parts[3], m.parts[4], m.parts[5]) as token) found
$$;
