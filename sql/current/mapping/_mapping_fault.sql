-- Why the columns of an object could not be changed, where Postgres has refused it, in words. Consumes: SQLSTATE and message of the
-- error. Reads nothing.
create or replace function sf_shadow._mapping_fault(of_sqlstate text, message text, of_object text) returns text
language sql stable set search_path = '' as $$
  select case of_sqlstate
    when '55P03' then format('the columns of %s could not be changed: somebody holds a lock on what it needs for over 10 s', of_object)
    when '42501' then format('the role %s may not do what the plan needs: %s', current_user, message)
    else message
  end
$$;
