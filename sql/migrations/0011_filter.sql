-- Row filters: an object of which those records are mirrored that meet a condition. Salesforce alone decides which do (rule 17).

-- For migrations: takes the locks of all tables that they alter, or none and tries again, for half a minute. Folds, loads and views take
-- theirs in orders of their own, so that one after another ends in a deadlock under load, try after try.
create function sf_shadow.lock_at_once(variadic tables regclass[]) returns void
language plpgsql set search_path = '' as $$
declare
  listed constant text := (select string_agg(t::text, ', ') from unnest(tables) t);
begin
  for tries in 1..1000 loop
    begin
      execute format('lock table %s in access exclusive mode nowait', listed);
      return;
    exception when lock_not_available then
      perform pg_sleep(0.03);
    end;
  end loop;
end
$$;

select sf_shadow.lock_at_once('sf_shadow.object', 'sf_shadow.run', 'sf_shadow.read');

alter table sf_shadow.object
  -- A condition in SOQL, as it follows WHERE; null: all records are mirrored.
  add column filter text,
  -- The fields that it names, as describe spells them: what changes one of them may change whether the record meets it.
  add column filter_fields text[],
  add constraint object_filter_names_fields check ((filter is null) = (filter_fields is null));

-- The condition that the queries of a read carried. Programs of before this column say none, and nothing that they have read of a
-- filtered object is merged.
alter table sf_shadow.read add column filter text;

-- Of a delta of a filtered object: what has changed was compared with what came (compare_changes).
alter table sf_shadow.run add column changes_compared boolean not null default false;

-- The caller says which condition its query carries (sql/current). Programs of before say none: until their end they are served
-- where there is none, and refused elsewhere.
drop function if exists sf_shadow.begin_job(bigint);
create function sf_shadow.begin_job(of_run_id bigint, of_filter text default null) returns text[]
language plpgsql set search_path = '' as $$
declare
  fields text[];
begin
  update sf_shadow.run r set started_at = now()
  where r.run_id = of_run_id and r.state = 'queued'
  returning case when r.kind = 'ids' then array['Id'] else coalesce(sf_shadow.load_fields(r.object), '{}') end into fields;
  return fields;
end
$$;
