create or replace view :schema.invariant_escrow_equals_tasks as
select p.id as platform_id, coalesce(b.balance, 0) as escrow_balance, coalesce(t.escrowed, 0) as tasks_escrowed
from :schema.platforms p
left join :schema.ledger_account_balances b on b.code = 'escrow:' || p.id
left join (
  select k.platform_id, sum(k.escrowed_amount) as escrowed from :schema.tasks k group by k.platform_id
) as t on t.platform_id = p.id
where coalesce(b.balance, 0) <> coalesce(t.escrowed, 0);
comment on view :schema.invariant_escrow_equals_tasks is
  'Platforms whose escrow account holds something else than their tasks say. Mend: compare the statement of the account with the tasks; each posting names its task.';
