-- The catalogue for sale: active products with their active prices, one row per price. Active is the product's IsActive
-- and the entry's; a product without an active price is not for sale, and not here.
create or replace view public.sf_catalog as
select p.product_id, p.sku, p.name, e.pricebook_entry_id, e.pricebook_id, e.unit_price, e.currency_iso_code,
  p.item_class, p.offering_type, p.plan_tier, p.vpn_region,
  p.raw_payload as product_raw_payload, e.raw_payload as price_raw_payload,
  p.updated_at as product_updated_at, e.updated_at as price_updated_at,
  p.synced_at as product_synced_at, e.synced_at as price_synced_at
from public.sf_product_shadow p
join public.sf_pricebook_shadow e on e.product_id = p.product_id
where p.raw_payload -> 'IsActive' = 'true' and e.is_active;
