-- loading, still: a further page of a run by REST was answered, later than the pages before it. Its records may be as late as that:
-- the run's read ends there. For the pages before that is too late, which only makes older reads lose against them.
-- Consumes: the run, the end of the answer's bounds. Changes: sf_shadow.read. Safe to repeat: the latest counts.
create or replace function sf_shadow.extend_read(of_run_id bigint, of_read_to timestamptz) returns void
language sql set search_path = '' as $$
  update sf_shadow.read read set read_to = greatest(read.read_to, of_read_to)
  from sf_shadow.run r
  where r.run_id = of_run_id and r.state = 'loading' and read.read_id = r.read_id
$$;
