create index budget_reservations_project_id_idx
  on :schema.budget_reservations (project_id, created_at desc, id desc);
