-- Holds the number for a change that is made beside this one, and is replaced by it when both are merged.
select 1;
