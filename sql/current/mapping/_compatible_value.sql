-- A column of a shadow table as Heroku Connect has it, as an expression. Consumes: how the column is named, quoted, and its type.
-- Without a length: a cast to varchar(18) would keep the column's index from being used. Reads nothing.
create or replace function sf_shadow._compatible_value(reference text, column_type text) returns text
language sql immutable set search_path = '' as $$
  select case
    when column_type = 'text' then reference || '::character varying'
    when column_type like 'numeric%' then reference || '::double precision'
    when column_type = 'timestamp with time zone' then format('(%s at time zone %L)', reference, 'UTC')
    else reference
  end
$$;
