-- What a complete full load has shown of every row (rule 5b).
alter table sf_shadow.object_state
  -- The read of the last complete full run that counts for every row that is neither dirty nor rejected.
  add column full_read_id bigint,
  add constraint object_state_full_read_id_fkey foreign key (full_read_id) references sf_shadow.read;
-- Whether a full run, once complete, counts for every row: not when an older event was applied meanwhile.
alter table sf_shadow.run add column counts_for_rows boolean not null default true;
