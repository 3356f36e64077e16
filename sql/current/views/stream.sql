-- Is the bus heard? One row per stream of change events (a topic of the Pub/Sub API).
--   topic          Salesforce's name: /data/ChangeEvents
--   objects        whose changes it carries, in order
--   position_at    when the last response was stored, event or keepalive; null before the first one
--   keepalive_at   on Salesforce's clock: when the last trusted keepalive was produced, at the latest
--   waiting        events received and not folded yet; oldest_age: of the oldest of them, null when none waits
--   cut_transactions  of Salesforce, on a stream of several objects, that readers have seen in pieces (rule 16)
--   problem        why nothing comes at the moment, in words, and since when: problem_since; null while all is well
create or replace view public.sf_shadow_stream as
select s.topic,
  (select coalesce(array_agg(so.object order by so.object), '{}') from sf_shadow.stream_object so
    where so.stream_id = s.stream_id) as objects,
  s.position_at, s.keepalive_at, b.waiting, b.oldest_age, s.problem, s.problem_since, c.cut_transactions
from sf_shadow.stream s
join sf_shadow.stream_cursor c on c.stream_id = s.stream_id
left join public.sf_shadow_backlog b on b.kind = 'stream' and b.name = s.topic;
