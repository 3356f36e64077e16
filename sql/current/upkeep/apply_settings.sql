-- Stores the settings that SQL needs, from the configuration of the process that starts; the last one wins. Changes
-- sf_shadow.setting.
-- A default currency fills CurrencyIsoCode where the org has none (a single-currency org). Safe to repeat.
create or replace function sf_shadow.apply_settings(
  of_margin interval, of_publish_delay interval, of_delta_overlap interval, of_default_currency text
) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.setting s set margin = of_margin, publish_delay = of_publish_delay, delta_overlap = of_delta_overlap
  where (s.margin, s.publish_delay, s.delta_overlap) is distinct from (of_margin, of_publish_delay, of_delta_overlap);
  update sf_shadow.field f set default_value = of_default_currency
  where f.field = 'CurrencyIsoCode' and of_default_currency is not null and f.default_value is distinct from of_default_currency;
end
$$;
