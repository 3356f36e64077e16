-- Trigger of sf_shadow.object_mapping: an object's compiled functions are dropped with the mapping that they are made of.
-- Consumes: the mapping. Safe to repeat: drops what is there.
create or replace function sf_shadow.drop_compiled() returns trigger
language plpgsql set search_path = '' as $$
declare
  compiled record;
begin
  for compiled in
    select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = 'sf_shadow_compiled'::regnamespace
      and p.proname in (select c.name from sf_shadow._compiled_functions(old) c)
  loop
    execute format('drop function %s', compiled.name);
  end loop;
  return null;
end
$$;
