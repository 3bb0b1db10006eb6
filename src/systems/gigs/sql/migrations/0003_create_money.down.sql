drop table :schema.transactions;
drop table :schema.loans;
