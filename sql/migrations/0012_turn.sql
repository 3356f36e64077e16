-- Loads of several objects go side by side: their bulk jobs are made at once, and their pages merged so many at a time.

-- When a run's turn came to merge its pages; null before, and again where it makes its job anew.
alter table sf_shadow.run add column turn_at timestamptz;
