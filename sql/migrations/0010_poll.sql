-- Objects whose changes come by a poll: a delta every so often, in the place of change events.

alter table sf_shadow.object
  -- Null: changes come by its topic. Else that topic is not subscribed; it keeps its name, which programs of before this
  -- column read.
  add column poll_every interval,
  -- The field by which a delta finds what has changed: one that describe says can be filtered.
  add column cursor_field text collate "C" not null default 'SystemModstamp',
  -- Bulk API 2.0 refuses the object: every load of it goes by REST.
  add column by_rest boolean not null default false,
  add constraint object_poll_every_positive check (poll_every > interval '0'),
  add constraint object_cursor_field_valid check (cursor_field ~ '^\w+$');

-- When its last poll began, by this database's clock: the next one is due poll_every later.
alter table sf_shadow.object_state add column polled_at timestamptz;

alter table sf_shadow.run
  -- A delta that the poll of its object has begun.
  add column is_poll boolean not null default false,
  -- Its records come by REST: it has no bulk job, and its locator is the path of the next page.
  add column by_rest boolean not null default false;

-- Where an object's changes come from is another source from now on. The function is in sql/current.
create function sf_shadow.poll_object() returns trigger language plpgsql as 'begin return null; end';
create trigger object_poll after update of poll_every on sf_shadow.object
  for each row when ((old.poll_every is null) <> (new.poll_every is null)) execute function sf_shadow.poll_object();
