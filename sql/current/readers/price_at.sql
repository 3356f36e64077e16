-- The active price that a SKU had at a time, in a price book and a currency: a row, or none where it was not for sale, or where
-- the versions of before are not known. Consumes: the versions of Product2 and PricebookEntry, on Salesforce's clock. Product2 counts
-- as active unless its IsActive is mapped. Raises SF016 where versions are not kept. Reads only. Security definer: readers do not see
-- the machinery.
create or replace function public.sf_price_at(sku text, pricebook_id text, currency text, at timestamptz)
returns setof public.sf_price_at_answer
language plpgsql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 rows 1 as $$
declare
  mirrored record;
begin
  select p.history_table as products, e.history_table as prices,
    concat_ws(' and ', case when p.history_table is null then p.object end, case when e.history_table is null then e.object end) as lacking,
    (select f.column_name from sf_shadow.field f where f.object = p.object and f.field = 'IsActive' order by f.column_name limit 1)
      as active
  into mirrored
  from sf_shadow.object p cross join sf_shadow.object e
  where p.object = 'Product2' and e.object = 'PricebookEntry';
  if mirrored.lacking <> '' then
    raise exception 'the versions of % are not kept: what a price was is not known', mirrored.lacking
      using errcode = 'SF016', hint = 'Keep them from now on: sf-shadow objects history ' || split_part(mirrored.lacking, ' ', 1)
        || ' on, or select add_job(''keep_history'', ''{"object":"' || split_part(mirrored.lacking, ' ', 1) || '","history":true}'').';
  end if;
  return query execute format($sql$
    select p.product_id, p.sku, p.name, e.pricebook_entry_id, e.pricebook_id, e.unit_price, e.currency_iso_code,
      greatest(p.valid_from, e.valid_from), least(p.valid_to, e.valid_to)
    from public.%I p
    join public.%I e on e.product_id = p.product_id
    where p.sku = $1 and e.pricebook_id = $2 and e.currency_iso_code = $3 and e.is_active and %s
      and p.valid_from <= $4 and coalesce(p.valid_to > $4, true) and e.valid_from <= $4 and coalesce(e.valid_to > $4, true)
    -- Where a SKU goes from one product to another, each tells its own time of it.
    order by 8 desc limit 1
  $sql$, mirrored.products, mirrored.prices,
    case when mirrored.active is null then 'true' else format('p.%I is not false', mirrored.active) end)
  using sku, pricebook_id, currency, at;
end
$$;
