-- Fields that are added, removed and renamed while their object is mirrored (docs/mapping.md).

alter table sf_shadow.field
  -- Made by a migration: functions and views of ours, and other services, read its column.
  add column shipped boolean not null default false,
  -- Null: the column is filled. Else changes of the field that were committed before this time, on Salesforce's clock, may be
  -- missing in it, until a full load that has selected the field has read all of them (_end_fill).
  add column unfilled_until timestamptz;

update sf_shadow.field set shipped = true
where (object, column_name) in (
  ('Product2', 'sku'), ('Product2', 'name'), ('Product2', 'item_class'), ('Product2', 'offering_type'), ('Product2', 'plan_tier'),
  ('Product2', 'vpn_region'), ('PricebookEntry', 'product_id'), ('PricebookEntry', 'pricebook_id'), ('PricebookEntry', 'unit_price'),
  ('PricebookEntry', 'currency_iso_code'), ('PricebookEntry', 'is_active'), ('Account', 'internet_eligibility'),
  ('Account', 'eligibility_source'));
