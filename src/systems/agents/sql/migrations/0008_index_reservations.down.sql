drop index :schema.budget_reservations_project_id_idx;
