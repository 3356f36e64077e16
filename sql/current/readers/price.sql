-- The active price of a SKU in a price book and a currency: a row of sf_catalog, or none where it is not for sale. Reads
-- only. Not security definer: whoever may read the tables may call it. Case counts in a currency, as in Salesforce (EUR).
create or replace function public.sf_price(sku text, pricebook_id text, currency text) returns setof public.sf_catalog
language sql stable set search_path = '' rows 1 as $$
  select c.* from public.sf_catalog c
  where c.sku = sf_price.sku and c.pricebook_id = sf_price.pricebook_id and c.currency_iso_code = sf_price.currency
$$;
