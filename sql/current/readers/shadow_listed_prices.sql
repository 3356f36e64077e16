-- Which price book entries are in doubt or cannot be stored, and belong to these products as far as is known, or may
-- belong to them: what the list of a product's prices may lack, though no row shows it. For readers, who do not see the
-- machinery. An entry in doubt that has a row is taken for its product's: Salesforce lets nobody move one. Reads only.
create or replace function public.sf_shadow_listed_prices(product_ids text[]) returns text[]
language sql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select coalesce(array_agg(listed.record_id), '{}')
  from (
    select e.pricebook_entry_id collate "C" as record_id
    from public.sf_pricebook_shadow e
    where e.product_id = any (product_ids)
      and exists (select from sf_shadow.dirty d where d.object = 'PricebookEntry' and d.record_id = e.pricebook_entry_id)
    union
    select r.record_id from sf_shadow.reject r where r.object = 'PricebookEntry' and r.parent_id = any (product_ids)
    union
    -- Gone with its parent, or nothing is known of it yet.
    select d.record_id
    from sf_shadow.dirty d
    left join sf_shadow.tombstone t on t.object = d.object and t.record_id = d.record_id
    where d.object = 'PricebookEntry' and (t.parent_id is null or t.parent_id = any (product_ids))
      and not exists (select from public.sf_pricebook_shadow e where e.pricebook_entry_id = d.record_id)
      and not exists (select from sf_shadow.reject r where r.object = d.object and r.record_id = d.record_id and r.parent_id is not null)
  ) listed
$$;
