-- This project's tasks: the files of tasks/. The queue may hold jobs of other programs, which are theirs to retry.
create or replace view sf_shadow.task as
select task.identifier from (values ('abort_bulk_job'), ('backfill'), ('clear_cache'), ('compare_ids'), ('delta'), ('events_to_shadow'), ('maintain'),
  ('read_limits'), ('reapply'), ('records_to_shadow'), ('replay'), ('retry_rejects'), ('verify'), ('watch_workers')) task (identifier);
