drop table :schema.budget_alerts;
drop table :schema.budget_reservations;
drop table :schema.budgets;
