-- Stands in for the migration of this number, of another branch: the merge takes that one.
select;
