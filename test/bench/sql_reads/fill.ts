import type { Pool } from "pg"

/** The 18-character id of account number n. */
export const accountId = (n: number): string => `001${String(n).padStart(12, "0")}AAA`

/** The 18-character id of price book number n. */
export const pricebookId = (n: number): string => `01s${String(n).padStart(12, "0")}AAA`

/** A price book with 100 entries; the other ten have one for each product. */
export const smallPricebookId = pricebookId(10)

/** Fills an empty shadow, each product with a price in each price book, as a load would leave it: loaded, its stream last heard of some minutes ago, statistics taken. */
export async function fillShadow(
  pool: Pool,
  { accounts, products, pricebooks = 10 }: { accounts: number; products: number; pricebooks?: number },
): Promise<void> {
  await pool.query(
    "select sf_shadow.ensure_stream('/data/ChangeEvents', array['Product2', 'PricebookEntry', 'Account'])",
  )
  await pool.query(
    `with read as (
       insert into sf_shadow.read (object, read_from, read_to)
       select object, now() - interval '1 minute', now() from sf_shadow.object returning object, read_id
     )
     update sf_shadow.object_state s set proof_read_id = read.read_id, hole_from = null, hole_to = null, hole_reason = null,
       open_causes = '{}' from read where read.object = s.object`,
  )
  // Fresh for readers who accept 15 minutes, stale for those who accept one.
  await pool.query(
    "update sf_shadow.stream set keepalive_at = now() - interval '3 minutes', keepalive_seq = next_seq",
  )
  await pool.query(
    `insert into sf_product_shadow (product_id, sku, name, item_class, offering_type, plan_tier, updated_at, raw_payload, synced_at)
     select '01t' || lpad(n::text, 12, '0') || 'AAA', 'SKU-' || n, 'Product ' || n, 'Internet', 'Fibre', 'Gold', now(),
       jsonb_build_object('Id', '01t' || lpad(n::text, 12, '0') || 'AAA', 'IsActive', n % 10 <> 0, 'Description', repeat('text ', 40)), now()
     from generate_series(0, $1::integer - 1) n`,
    [products],
  )
  await pool.query(
    `insert into sf_pricebook_shadow (pricebook_entry_id, product_id, pricebook_id, unit_price, currency_iso_code, is_active,
       updated_at, raw_payload, synced_at)
     select '01u' || lpad((10 * n + b)::text, 12, '0') || 'AAA', '01t' || lpad(n::text, 12, '0') || 'AAA',
       '01s' || lpad(b::text, 12, '0') || 'AAA', n % 1000 + 0.99, 'EUR', (n + b) % 10 <> 0, now(),
       jsonb_build_object('UnitPrice', n % 1000 + 0.99, 'IsActive', (n + b) % 10 <> 0), now()
     from generate_series(0, $1::integer - 1) n cross join generate_series(0, $2::integer - 1) b`,
    [products, pricebooks],
  )
  await pool.query(
    `insert into sf_pricebook_shadow (pricebook_entry_id, product_id, pricebook_id, unit_price, currency_iso_code, is_active,
       updated_at, raw_payload, synced_at)
     select overlay(pricebook_entry_id placing '9' from 4), product_id, $1, unit_price, currency_iso_code, true, updated_at,
       raw_payload, synced_at
     from sf_pricebook_shadow where pricebook_id = $2 order by pricebook_entry_id limit 100`,
    [smallPricebookId, pricebookId(0)],
  )
  await pool.query(
    `insert into sf_account_eligibility_shadow (account_id, internet_eligibility, eligibility_source, updated_at, raw_payload,
       synced_at, read_id)
     select '001' || lpad(n::text, 12, '0') || 'AAA', 'Fibre', 'Checked', now(),
       jsonb_build_object('Internet_Eligibility__c', 'Fibre', 'Internet_Eligibility_Status__c', 'Checked'),
       now() - interval '90 days', (select max(read_id) from sf_shadow.read)
     from generate_series(0, $1::integer - 1) n`,
    [accounts],
  )
  await pool.query("vacuum (analyze) sf_product_shadow, sf_pricebook_shadow, sf_account_eligibility_shadow")
}
