-- Rule 6: a re-read is of use from max(commit, ev_commit, read_to) + M + 1 s on. A read that comes before a mark's
-- time raises read_to, and puts the mark off with it: else records that contest a value and are read along with each
-- other (ripe_marks) would make each other's re-reads come too early, time and again.
-- Consumes: pg_temp.change, the read it came from. Changes: marks that this read cannot settle. Safe to repeat.
create or replace function sf_shadow._put_off_marks(of_object text, of_read_id bigint) returns void
language plpgsql set search_path = '' as $$
begin
  update sf_shadow.dirty d set not_before = read.read_to + setting.margin + interval '1 second'
  from pg_temp.change c cross join sf_shadow.read read cross join sf_shadow.setting setting
  where read.read_id = of_read_id and d.object = of_object and d.record_id = c.record_id
    and c.verdict in ('replace', 'keep')
    and d.not_before > read.read_from and d.not_before < read.read_to + setting.margin + interval '1 second';
end
$$;
