-- A Salesforce name as a name of Postgres (docs/mapping.md): FirstName is first_name, and IsVATExempt__c is is_vat_exempt, or
-- is_vat_exempt_c where it keeps its ending. Always the same, whatever the locale. Reads nothing.
create or replace function sf_shadow._snake_name(name text, keeps_ending boolean default false) returns text
language sql immutable set search_path = '' as $$
  select trim(both '_' from regexp_replace(
    lower(regexp_replace(
      -- An upper-case run that ends in a word, and then a word that follows a lower-case letter or a digit.
      regexp_replace(
        case when keeps_ending then name else regexp_replace(name collate "C", '__[a-z]+$', '') end collate "C",
        '([A-Z]+)([A-Z][a-z])', '\1_\2', 'g'),
      '([a-z0-9])([A-Z])', '\1_\2', 'g') collate "C"),
    '[^a-z0-9]+', '_', 'g'))
$$;
