-- What a reader needs to ask Salesforce for the same record that the shadow holds: the fields to select, which of
-- them are not compared (_fields_not_compared), the Salesforce field behind each
-- column, and the margin of rule 5, in ms. Null fields: the object was never described. Reads only.
create or replace function public.sf_shadow_mapping(
  of_object text, out fields text[], out not_compared text[], out columns jsonb, out margin_ms double precision
)
language sql stable security definer set search_path = ''
set datestyle = 'ISO, YMD' set intervalstyle = 'postgres' set timezone = 'UTC'
set standard_conforming_strings = on set extra_float_digits = 1 as $$
  select sf_shadow.load_fields(of_object), sf_shadow._fields_not_compared(of_object),
    (select jsonb_object_agg(f.column_name, f.field) from sf_shadow.field f where f.object = of_object),
    (select extract(epoch from s.margin) * 1000 from sf_shadow.setting s)
$$;
