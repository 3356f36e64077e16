-- What the operators' views show without looking at a shadow table, or at the text of a reason.

-- Bounds of updated_at over an object's rows, moved by every merge: nothing is older than the one or newer than the
-- other. A row that was the oldest and has changed or gone leaves its bound behind, until a scan makes it exact.
alter table sf_shadow.object_state
  add column oldest_updated_at timestamptz,
  add column newest_updated_at timestamptz;
do $$
declare
  mirrored record;
begin
  for mirrored in select o.object, o.shadow_table from sf_shadow.object o loop
    execute format('update sf_shadow.object_state s set (oldest_updated_at, newest_updated_at) =
      (select min(t.updated_at), max(t.updated_at) from public.%I t) where s.object = %L', mirrored.shadow_table, mirrored.object);
  end loop;
end
$$;

-- The Salesforce field, or the constraint of the shadow table, that refuses the record: with the SQLSTATE the reason
-- without the record's values. Null where no field is to be named.
alter table sf_shadow.reject add column refused_by text;

-- The last complete run of a kind, however many others came after it.
create index run_complete_idx on sf_shadow.run (object, kind, run_id desc) where state = 'complete';

-- Counts and the oldest doubt without the payloads, which are wide.
create index reject_since_idx on sf_shadow.reject (object, since);

-- Its rows say now how old the applied events were.
drop function if exists sf_shadow.events_to_shadow(integer, integer);
