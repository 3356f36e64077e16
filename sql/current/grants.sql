-- Last, because a replaced view keeps its grants and a dropped one loses them. Readers see the shadow tables and
-- views; operators that, and add_job; nobody the machinery.
do $$
begin
  revoke all on schema sf_shadow from public;
  -- What the TypeScript reader calls.
  revoke all on function public.sf_shadow_freshness(text, text[]), public.sf_shadow_listed_prices(text[]), public.sf_shadow_mapping(text),
    public.sf_shadow_records_to_rows(text, jsonb), public.sf_shadow_refresh(text, text[]) from public;
  revoke all on function public.add_job(text, json), public.add_job(text, jsonb), public.add_job(text, text) from public;
  revoke all on function public.sf_shadow_pause(text), public.sf_shadow_resume(text), public.sf_shadow_cancel_run(bigint) from public;
  revoke all on function public.sf_shadow_invalidations(text, bigint, integer) from public;
  revoke all on function public.sf_account_eligibility(text, interval), public.sf_price(text, text, text),
    public.sf_shadow_salesforce_now() from public;
  if exists (select from pg_roles where rolname = 'sf_shadow_reader') then
    grant select on public.sf_catalog, public.sf_shadow_api_usage, public.sf_shadow_stream to sf_shadow_reader;
    grant execute on function public.sf_account_eligibility(text, interval), public.sf_price(text, text, text),
      public.sf_shadow_salesforce_now() to sf_shadow_reader;
    grant execute on function sf_shadow._iso_time(timestamptz) to sf_shadow_reader;
    grant usage on schema public to sf_shadow_reader;
    grant execute on function public.sf_shadow_freshness(text, text[]), public.sf_shadow_listed_prices(text[]), public.sf_shadow_mapping(text),
    public.sf_shadow_records_to_rows(text, jsonb), public.sf_shadow_refresh(text, text[]) to sf_shadow_reader;
    grant select on public.sf_product_shadow, public.sf_pricebook_shadow, public.sf_account_eligibility_shadow,
      public.sf_shadow_lag, public.sf_shadow_backlog, public.sf_shadow_failed_job, public.sf_shadow_run, public.sf_shadow_reject,
      public.sf_shadow_reject_reason, public.sf_shadow_invalidation_consumer to sf_shadow_reader;
    grant execute on function public.sf_shadow_invalidations(text, bigint, integer) to sf_shadow_reader;
  end if;
  if exists (select from pg_roles where rolname = 'sf_shadow_operator') then
    grant select on public.sf_catalog, public.sf_shadow_api_usage, public.sf_shadow_stream to sf_shadow_operator;
    grant execute on function public.sf_account_eligibility(text, interval), public.sf_price(text, text, text),
      public.sf_shadow_salesforce_now() to sf_shadow_operator;
    grant execute on function sf_shadow._iso_time(timestamptz) to sf_shadow_operator;
    grant usage on schema public to sf_shadow_operator;
    grant execute on function public.sf_shadow_freshness(text, text[]), public.sf_shadow_listed_prices(text[]), public.sf_shadow_mapping(text),
    public.sf_shadow_records_to_rows(text, jsonb), public.sf_shadow_refresh(text, text[]) to sf_shadow_operator;
    grant select on public.sf_product_shadow, public.sf_pricebook_shadow, public.sf_account_eligibility_shadow,
      public.sf_shadow_lag, public.sf_shadow_backlog, public.sf_shadow_failed_job, public.sf_shadow_run, public.sf_shadow_reject,
      public.sf_shadow_reject_reason, public.sf_shadow_invalidation_consumer, public.sf_shadow_event to sf_shadow_operator;
    grant execute on function public.add_job(text, json), public.add_job(text, jsonb), public.add_job(text, text),
      public.sf_shadow_invalidations(text, bigint, integer), public.sf_shadow_pause(text), public.sf_shadow_resume(text),
      public.sf_shadow_cancel_run(bigint) to sf_shadow_operator;
  end if;
end
$$;
