-- Table, key and topic of an object that is to be mirrored (docs/mapping.md). Consumes: its name, and which tables objects
-- have. Produces: names of 63 bytes at most, of which the key is no other column's. Reads only.
create or replace function sf_shadow._plan_names(of_object text, out shadow_table text, out key_column text, out topic text)
language sql stable set search_path = '' as $$
  with named as (
    select place, case when octet_length(n) > 53 then left(n, 44) || '_' || left(md5(of_object), 8) else n end as name
    from unnest(array[sf_shadow._snake_name(of_object), sf_shadow._snake_name(of_object, keeps_ending => true)])
      with ordinality n (n, place)
  )
  select
    -- Site__c beside Site: whoever is second keeps its ending. Where that does not help, the plan says so.
    (select format('sf_%s_shadow', n.name) from named n
      order by exists (select from sf_shadow.object o where o.shadow_table = format('sf_%s_shadow', n.name)), n.place limit 1),
    (select n.name || '_id' from named n
      order by exists (select from sf_shadow._reserved_columns() r where r.name = n.name || '_id'), n.place limit 1),
    '/data/' || case when of_object like '%\_\_c' then regexp_replace(of_object, '__c$', '__') else of_object end || 'ChangeEvent'
$$;
