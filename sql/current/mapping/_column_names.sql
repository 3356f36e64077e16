-- Which column each field of an object gets (docs/mapping.md): the same name whichever of the fields are wished, in whatever
-- order. Consumes: the names of all fields that describe lists, and the key's column. Produces: the column, and where it is
-- not the plain name, why. Reads what is reserved.
create or replace function sf_shadow._column_names(fields text[], key_column text)
returns table (field text, column_name text, renamed text)
language sql stable set search_path = '' as $$
  with taken as (
    select r.name, r.why from sf_shadow._reserved_columns() r
    union all
    select key_column, 'the key has that name'
  ), named as (
    select n.field, p.plain, n.field collate "C" !~ '__[a-z]+$' as is_standard,
      case when n.field collate "C" ~ '__[a-z]+$' then sf_shadow._snake_name(n.field, keeps_ending => true) else 'sf_' || p.plain end
        as spare
    from unnest(fields) n (field)
    cross join lateral (select sf_shadow._snake_name(n.field) as plain) p
  ), counted as (
    select n.*, count(*) over same_name as alike, count(*) filter (where n.is_standard) over same_name as standard_alike,
      count(*) over (partition by n.spare) as spare_alike,
      (select string_agg(o.field, ', ' order by o.field collate "C") from named o where o.plain = n.plain and o.field <> n.field) as others
    from named n
    window same_name as (partition by n.plain)
  ), judged as (
    select c.*, case
      when octet_length(c.plain) > 63 then 'a name has 63 bytes at most'
      when c.plain !~ '^[a-z]' then 'a name begins with a letter'
      when t.name is not null then t.why
      when c.alike > 1 and not (c.is_standard and c.standard_alike = 1) then c.others || ' would have the same name' end as why
    from counted c
    left join lateral (select t.* from taken t where t.name = c.plain limit 1) t on true
  )
  select j.field,
    case
      when j.why is null then j.plain
      when octet_length(j.spare) <= 63 and j.spare ~ '^[a-z]' and j.spare_alike = 1
        and not exists (select from taken t where t.name = j.spare)
        and not exists (select from named n where n.plain = j.spare)
        then j.spare
      else left(case when j.plain ~ '^[a-z]' then '' else 'f_' end || j.plain, 54) || '_' || left(md5(j.field), 8)
    end,
    case when j.why is not null then format('not %s: %s', left(j.plain, 63), j.why) end
  from judged j
$$;
