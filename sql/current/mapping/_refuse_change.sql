-- Raises SF014 for what Postgres has refused of a change of an object's columns: why, in words, and what to do. Consumes: SQLSTATE
-- and message of the error: a lock that was waited for, a right that is lacking, something that reads a column. Reads nothing.
create or replace function sf_shadow._refuse_change(of_sqlstate text, message text, of_object text) returns void
language plpgsql set search_path = '' as $$
declare
  fault text := message;
  advice text := 'Drop that first, or leave the columns.';
begin
  if of_sqlstate = '55P03' then
    fault := format('the columns of %s could not be changed: somebody holds a lock on what it needs for over 10 s', of_object);
    advice := 'Try again.';
  elsif of_sqlstate = '42501' then
    fault := format('the role %s may not do what the plan needs: %s', current_user, message);
    advice := 'The table must be this role''s own.';
  end if;
  raise exception '%', fault using errcode = 'SF014', hint = 'Nothing was changed. ' || advice;
end
$$;
