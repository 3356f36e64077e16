-- Rule 17: Salesforce alone decides whether a record meets its object's filter. An event of a record that has no row tells nothing
-- of that, and one that touches a field of the filter, or does not say what it touches (a gap), may have taken the record out: a
-- re-read decides. What is deleted is gone.
-- Consumes: the judged events of pg_temp.event_batch, pg_temp.held. Produces: their unusable and doubt. Safe to repeat.
create or replace function sf_shadow._doubt_filter(of_object text) returns void
language plpgsql set search_path = '' as $$
begin
  update pg_temp.event_batch e set
    unusable = case when not event.is_present then 'whether it meets the filter is not known'
      when e.unusable is not null then sf_shadow._filter_doubt() end,
    doubt = case when event.is_present then sf_shadow._filter_doubt() else e.doubt end
  from (
    select b.ctid as place, s.record_id is not null as is_present
    from pg_temp.event_batch b
    join sf_shadow.object o on o.object = b.object
    left join pg_temp.held s on s.record_id = b.record_id
    where b.object = of_object and b.verdict in ('apply', 'dirty') and (b.change_type in ('DELETE', 'GAP_DELETE')) is not true
      and case when s.record_id is null then b.verdict = 'apply' and b.unusable is null
        -- A create omits what is null. What no event of the object carries, any of them may have changed.
        else b.unusable is not null or b.change_type <> 'UPDATE' or b.fields ?| o.filter_fields
          or exists (select from sf_shadow.described_field d
            where d.object = of_object and d.field = any (o.filter_fields) and not d.in_events) end
  ) event
  where e.ctid = event.place;
end
$$;
