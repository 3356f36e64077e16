-- Objects whose versions are kept: a table beside the shadow table, with a row for each version that the shadow has held.

select sf_shadow.lock_at_once('sf_shadow.object', 'sf_shadow.setting');

alter table sf_shadow.object
  -- In the schema public; null: its versions are not kept.
  add column history_table text collate "C",
  add constraint object_history_table_key unique (history_table),
  add constraint object_history_table_is_another check (history_table <> shadow_table);

alter table sf_shadow.setting
  -- How long versions are kept after they have ended; null: for ever.
  add column history_kept interval,
  add constraint setting_history_kept_not_negative check (history_kept >= interval '0');

-- What sf_price_at answers.
create type public.sf_price_at_answer as (
  product_id text,
  sku text,
  name text,
  pricebook_entry_id text,
  pricebook_id text,
  unit_price numeric(12, 2),
  currency_iso_code text,
  -- From when until when the answer is this one, as far as these columns go; until null: it still is.
  valid_from timestamptz,
  valid_to timestamptz
);
