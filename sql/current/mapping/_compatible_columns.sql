-- The columns of an object's view for readers that Heroku Connect had before (docs/from_heroku_connect.md), as expressions over a
-- shadow row s and its id i. Consumes: the key's column, and mapped fields as _mapped_columns has them. A change that came by an
-- event has no SystemModstamp: updated_at is that of the version, whichever way it came. Reads nothing.
create or replace function sf_shadow._compatible_columns(key_column text, mapped jsonb)
returns table (name text, value text, place bigint)
language sql stable set search_path = '' as $$
  select c.name, c.value, min(c.place) from (
    select t.name, t.value, t.place from (values
      ('id', 'i.id', 1),
      ('sfid', format('s.%I::character varying', key_column), 2),
      ('systemmodstamp', '(s.updated_at at time zone ''UTC'')', 3),
      ('isdeleted', 'false', 4),
      ('_hc_lastop', '''SYNCED''::character varying(32)', 5),
      ('_hc_err', 'null::text', 6)) t (name, value, place)
    union all
    -- Of a parent's field as Heroku names it: account__number__c. What the table has by another name is above.
    select replace(lower(m ->> 'field'), '.', '__'), sf_shadow._compatible_value(format('s.%I', m ->> 'column'), m ->> 'type'),
      row_number() over (partition by lower(m ->> 'field') order by place) * 10000 + place
    from jsonb_array_elements(mapped) with ordinality m (m, place)
    where m ->> 'field' not in ('SystemModstamp', 'IsDeleted')
  ) c
  where c.place < 20000
  group by c.name, c.value
$$;
