-- The kind of Salesforce values that a column of a type holds, in the words of sf_shadow.described_field: number, boolean,
-- datetime, date, time, else text. Consumes: the type as Postgres spells it (format_type). Reads nothing, and is inlined by
-- the planner: hence no search_path.
create or replace function sf_shadow._column_family(column_type text) returns text
language sql immutable as $$
  select case
    when column_type ~ '^(smallint|integer|bigint|numeric|real|double precision)' then 'number'
    when column_type = 'boolean' then 'boolean'
    when column_type ~ '^timestamp(\(\d\))? with time zone$' then 'datetime'
    when column_type = 'date' then 'date'
    when column_type ~ '^time(\(\d\))? without time zone$' then 'time'
    else 'text'
  end
$$;
