-- Objects are data (docs/mapping.md): which Salesforce objects are mirrored, and how a field becomes a column.

create table sf_shadow.object (
  object text collate "C" not null,
  object_id smallint generated always as identity,
  shadow_table text collate "C" not null,
  key_column text collate "C" not null,
  -- Topic of the object's own change events; SF_TOPICS may name a channel instead.
  topic text collate "C" not null,
  parent_object text collate "C",
  -- The Salesforce field that holds the parent's id.
  parent_field text collate "C",
  -- 'all': raw_payload keeps every plain field of describe; 'mapped': only fields of sf_shadow.field.
  keep text not null default 'all',
  -- Fields that change events lack or leave out of a create: kept from full reads, never from an event.
  query_only_fields text[] collate "C" not null default '{}',
  enabled boolean not null default true,
  -- Made by a migration: functions and views of ours read its table, so that it can be paused and not removed.
  shipped boolean not null default false,
  constraint object_pkey primary key (object),
  constraint object_object_id_key unique (object_id),
  constraint object_shadow_table_key unique (shadow_table),
  constraint object_parent_object_fkey foreign key (parent_object) references sf_shadow.object,
  constraint object_parent_is_whole check ((parent_object is null) = (parent_field is null)),
  constraint object_parent_is_another check (parent_object <> object),
  constraint object_keep_known check (keep in ('all', 'mapped'))
);

-- While an object is disabled its events are passed over: a hole says so (rule 10). The function is in sql/current.
create function sf_shadow.pause_object() returns trigger language plpgsql as 'begin return null; end';
create trigger object_pause after update of enabled on sf_shadow.object
  for each row when (old.enabled is distinct from new.enabled) execute function sf_shadow.pause_object();

-- Whether mapped fields may have columns of a type, in Postgres's own spelling (format_type). Left out is what loses
-- something of most values: real rounds, character(n) pads, timestamp forgets its time zone. A function, so that the
-- refusal can say what is allowed.
create function sf_shadow.is_column_type(column_type text) returns boolean
language plpgsql immutable set search_path = '' as $$
begin
  if column_type ~ '^(text|character varying\([1-9]\d*\)|boolean|smallint|integer|bigint|double precision|date)$'
    or column_type ~ '^(numeric(\([1-9]\d*,\d+\))?|timestamp with time zone|time without time zone)$'
  then
    return true;
  end if;
  raise exception 'column_type % cannot hold every value as Salesforce has it, or is not spelled as Postgres spells it', column_type
    using errcode = 'check_violation', constraint = 'field_column_type_valid',
      hint = 'Use text, character varying(n), boolean, smallint, integer, bigint, numeric, numeric(p,s), double precision, date, '
        'timestamp with time zone or time without time zone, without other spaces.';
end
$$;

-- What the generator (_record_to_row) makes of an object's mapping: SQL texts, kept until the mapping changes; and as which
-- its functions are compiled in sf_shadow_compiled, so that a session keeps their plans. See _mapping.
create schema if not exists sf_shadow_compiled;
create table sf_shadow.object_mapping (
  object text collate "C" not null,
  -- The end of its functions' names: product2 of hold_rows_product2.
  compiled_as text collate "C" not null,
  -- A digest of all that the texts depend on.
  compiled_from text not null,
  shadow_table text not null,
  key_column text not null,
  column_names text not null,
  column_values text not null,
  column_updates text not null,
  error text not null,
  columns_differ text not null,
  unique_value text not null,
  parent_id text not null,
  unique_column text,
  parent_column text,
  held_unique text not null,
  held_parent text not null,
  constraint object_mapping_pkey primary key (object),
  constraint object_mapping_compiled_as_key unique (compiled_as),
  constraint object_mapping_object_fkey foreign key (object) references sf_shadow.object on delete cascade
);

-- The functions go with the object. The function is in sql/current.
create function sf_shadow.drop_compiled() returns trigger language plpgsql as 'begin return null; end';
create trigger object_mapping_drop after delete on sf_shadow.object_mapping
  for each row execute function sf_shadow.drop_compiled();

create table sf_shadow.field (
  object text collate "C" not null,
  -- Dotted for a parent's field: Product2.ProductCode.
  field text collate "C" not null,
  column_name text collate "C" not null,
  -- As the mapping wants the column; what a value would lose in it is judged by the table's own type (_record_to_row).
  column_type text collate "C" not null default 'text',
  required boolean not null default false,
  is_unique boolean not null default false,
  default_value text,
  constraint field_pkey primary key (object, column_name),
  constraint field_object_fkey foreign key (object) references sf_shadow.object on delete cascade,
  constraint field_column_type_valid check (sf_shadow.is_column_type(column_type)),
  constraint field_default_value_valid check (pg_input_is_valid(default_value, column_type))
);
create unique index field_one_unique_per_object on sf_shadow.field (object) where is_unique;

-- What describe last said of each object: names and types for the loads, and which fields have vanished.
create table sf_shadow.described_field (
  object text collate "C" not null,
  field text collate "C" not null,
  -- boolean, number, datetime, date, time or text.
  type text collate "C" not null,
  calculated boolean not null default false,
  -- Whether the object's change events carry the field; null until their schema was seen.
  in_events boolean,
  described_at timestamptz not null,
  vanished_at timestamptz,
  constraint described_field_pkey primary key (object, field),
  constraint described_field_object_fkey foreign key (object) references sf_shadow.object on delete cascade,
  constraint described_field_type_known check (type in ('boolean', 'number', 'datetime', 'date', 'time', 'text'))
);

insert into sf_shadow.object (object, shadow_table, key_column, topic, parent_object, parent_field, keep, query_only_fields,
  shipped)
values
  ('Product2', 'sf_product_shadow', 'product_id', '/data/Product2ChangeEvent', null, null, 'all',
    '{SystemModstamp,IsDeleted}', true),
  ('PricebookEntry', 'sf_pricebook_shadow', 'pricebook_entry_id', '/data/PricebookEntryChangeEvent',
    'Product2', 'Product2Id', 'all',
    '{SystemModstamp,IsDeleted,Name,ProductCode,CreatedById,CreatedDate,LastModifiedById,LastModifiedDate}', true),
  ('Account', 'sf_account_eligibility_shadow', 'account_id', '/data/AccountChangeEvent', null, null, 'mapped',
    '{SystemModstamp,IsDeleted}', true);

insert into sf_shadow.field (object, field, column_name, column_type, required, is_unique)
values
  ('Product2', 'StockKeepingUnit', 'sku', 'text', true, true),
  ('Product2', 'Name', 'name', 'text', true, false),
  ('Product2', 'Item_Class__c', 'item_class', 'text', false, false),
  ('Product2', 'Internet_Offering_Type__c', 'offering_type', 'text', false, false),
  ('Product2', 'Internet_Plan_Tier__c', 'plan_tier', 'text', false, false),
  ('Product2', 'VPN_Region__c', 'vpn_region', 'text', false, false),
  ('PricebookEntry', 'Product2Id', 'product_id', 'text', true, false),
  ('PricebookEntry', 'Pricebook2Id', 'pricebook_id', 'text', true, false),
  ('PricebookEntry', 'UnitPrice', 'unit_price', 'numeric(12,2)', true, false),
  ('PricebookEntry', 'CurrencyIsoCode', 'currency_iso_code', 'text', true, false),
  ('PricebookEntry', 'IsActive', 'is_active', 'boolean', true, false),
  ('Account', 'Internet_Eligibility__c', 'internet_eligibility', 'text', false, false),
  ('Account', 'Internet_Eligibility_Status__c', 'eligibility_source', 'text', false, false);
