-- The tasks of the queue: one row per file of tasks/, and what operators may say to add_job of each.
--   task               as the file is named
--   by_operators       whether operators queue it; the others are queued by the service and the crontab alone
--   keys, required     of the payload, a JSON object, as it is queued first: a load that queues itself again says more
--   example            a payload in words, for hints
--   queue              tasks of one queue and subject run one after the other
--   while_paused       whether it is taken for an object that is paused
--   is_once            whether it is tried once: what it says is for who has asked (sf_shadow_failed_job), and forgotten in a day
--   of_any_object      whether its object need not be mirrored
create or replace view sf_shadow.task as
select t.task, t.by_operators, t.keys::text[] as keys, t.required::text[] as required, t.example,
  coalesce(t.queue, t.task) as queue, t.while_paused,
  t.task in ('add_object', 'remove_object', 'add_fields', 'remove_fields', 'rename_field', 'keep_history') as is_once,
  t.task = 'add_object' as of_any_object
from (values
  ('backfill', true, '{object,force}', '{}', '{"object":"Product2"}; {} means every object', 'load', false),
  ('delta', true, '{object,force}', '{}', '{"object":"Product2"}; {} means every object', 'load', false),
  ('compare_ids', true, '{object,force}', '{}', '{"object":"Product2"}; {} means every object', 'load', false),
  ('verify', true, '{object,sample}', '{}', '{"object":"Product2","sample":5000}; {} means every object', null, false),
  ('records_to_shadow', true, '{object}', '{object}', '{"object":"Product2"}', null, false),
  ('retry_rejects', true, '{object}', '{}', '{"object":"Product2"}; {} means every object', null, true),
  ('reapply', true, '{object,since}', '{object,since}', '{"object":"Product2","since":"2026-11-23T10:00:00Z"}', null, false),
  ('replay', true, '{topic,from}', '{topic,from}', '{"topic":"/data/Product2ChangeEvent","from":"earliest"}', null, false),
  ('clear_cache', true, '{object}', '{}', '{"object":"Product2"}; {} means every object', null, true),
  ('add_object', true, '{object,fields,table,keep,parent,poll,where,history}', '{object}',
    '{"object":"Contact","fields":["FirstName","LastName"]}', null, false),
  ('remove_object', true, '{object,drop_data}', '{object}', '{"object":"Contact","drop_data":true}', null, true),
  ('add_fields', true, '{object,fields,column}', '{object,fields}', '{"object":"Contact","fields":["Title"]}', 'fields', false),
  ('remove_fields', true, '{object,fields,drop_data}', '{object,fields}', '{"object":"Contact","fields":["Title"]}', 'fields', true),
  ('rename_field', true, '{object,field,column}', '{object,field,column}', '{"object":"Contact","field":"Title","column":"job_title"}',
    'fields', true),
  ('keep_history', true, '{object,history,drop_data}', '{object,history}', '{"object":"PricebookEntry","history":true}', null, true),
  ('fill_fields', true, '{object}', '{object}', '{"object":"Contact"}', null, true),
  ('maintain', true, '{}', '{}', '{}', null, false),
  ('events_to_shadow', false, '{stream_id}', '{stream_id}', null, null, false),
  ('follow_events', false, '{}', '{}', null, null, false),
  ('poll', false, '{object}', '{object}', null, 'load', false),
  ('abort_bulk_job', false, '{job_id}', '{job_id}', null, null, false),
  ('read_limits', false, '{}', '{}', null, null, false),
  ('watch_workers', false, '{}', '{}', null, null, false)
) t (task, by_operators, keys, required, example, queue, while_paused);
