-- Last, because a replaced view keeps its grants and a dropped one loses them. Readers see the shadow tables and
-- views; operators that, and add_job; nobody the machinery. Granted to each group that exists, not by membership of one in
-- the other: that would need ADMIN OPTION on roles that an administrator has made.
do $$
declare
  readers constant text := (select string_agg(r.rolname::text, ', ') from pg_catalog.pg_roles r
    where r.rolname in ('sf_shadow_reader', 'sf_shadow_operator'));
  operators constant text := (select r.rolname::text from pg_catalog.pg_roles r where r.rolname = 'sf_shadow_operator');
  -- The shadow tables and those of their versions, added ones too. One that somebody else has made is theirs to grant.
  shadow_tables constant text := (select string_agg(format('public.%I', t.name), ', ' order by o.object_id, t.name)
    from sf_shadow.object o cross join unnest(array_remove(array[o.shadow_table, o.history_table], null)) t (name)
    join pg_class c on c.oid = to_regclass(format('public.%I', t.name))
    where pg_has_role(c.relowner, 'usage'));
  -- Those for readers that Heroku Connect had before, with their schemas.
  compatible_views constant text := (select string_agg(sf_shadow._compatible_view(o), ', ' order by o.object_id)
    from sf_shadow.object o join pg_class c on c.oid = sf_shadow.held_view(o) where pg_has_role(c.relowner, 'usage'));
  compatible_schemas constant text := (select string_agg(distinct quote_ident(o.compatible_schema), ', ')
    from sf_shadow.object o join pg_namespace n on n.nspname = o.compatible_schema where pg_has_role(n.nspowner, 'usage'));
  read_relations constant text := shadow_tables || ',
    public.sf_catalog, public.sf_shadow_lag, public.sf_shadow_stream, public.sf_shadow_backlog, public.sf_shadow_failed_job,
    public.sf_shadow_run, public.sf_shadow_reject, public.sf_shadow_reject_reason, public.sf_shadow_api_usage,
    public.sf_shadow_invalidation_consumer';
  -- The second half is what the TypeScript reader calls.
  read_functions constant text := 'public.sf_account_eligibility(text, interval), public.sf_price(text, text, text),
    public.sf_price_at(text, text, text, timestamptz),
    public.sf_shadow_record(text, text, interval),
    public.sf_shadow_salesforce_now(), public.sf_shadow_invalidations(text, bigint, integer),
    public.sf_shadow_freshness(text, text[]), public.sf_shadow_listed_prices(text[]), public.sf_shadow_mapping(text),
    public.sf_shadow_records_to_rows(text, jsonb), public.sf_shadow_refresh(text, text[])';
  operator_relations constant text := 'public.sf_shadow_event';
  operator_functions constant text := 'public.add_job(text, json), public.add_job(text, jsonb), public.add_job(text, text),
    public.sf_shadow_pause(text), public.sf_shadow_resume(text), public.sf_shadow_cancel_run(bigint)';
begin
  revoke all on schema sf_shadow from public;
  execute format('revoke all on function %s, %s from public', read_functions, operator_functions);
  if readers is not null then
    execute format('grant usage on schema public to %s', readers);
    execute format('grant select on %s to %s', read_relations, readers);
    if compatible_views is not null then
      execute format('grant select on %s to %s', compatible_views, readers);
    end if;
    if compatible_schemas is not null then
      execute format('grant usage on schema %s to %s', compatible_schemas, readers);
    end if;
    -- The views call the last three with the rights of whoever looks.
    execute format('grant execute on function %s, sf_shadow._iso_time(timestamptz), sf_shadow._age(timestamptz, timestamptz),
      sf_shadow._interval_text(interval) to %s',
      read_functions, readers);
  end if;
  if operators is not null then
    execute format('grant select on %s to %s', operator_relations, operators);
    execute format('grant execute on function %s to %s', operator_functions, operators);
  end if;
end
$$;
