/** The money of gigs added up by hand: what the books say against what tasks, streams, loans and transactions say. */
import type { Scope } from '../../src/kernel/system.ts';

/** One line for each sum that does not come out. */
export async function wrongSums(scope: Scope): Promise<string[]> {
  const rows = await scope.query<{ what: string; books: string; rows: string }>(
    `with books as (select code, balance from :schema.ledger_account_balances), paid as (
       select * from :schema.transactions where asset = 'USDC'
     ), sums as (
       select 'worker:' || w.id as code, (
         select coalesce(sum(case
           when x.tx_type = 'payout' and x.status = 'completed' then x.amount - x.fee
           when x.tx_type = 'advance' and x.status = 'completed' then x.amount
           when x.tx_type = 'repayment' and x.status = 'completed' then -x.amount
           when x.tx_type = 'withdrawal' and x.status not in ('failed', 'cancelled') then -x.amount else 0 end), 0)
         from paid x where x.worker_id = w.id) as sum
       from :schema.workers w
       union all
       select 'advance:' || w.id, (
         select coalesce(sum(l.total_due - l.amount_repaid), 0) from :schema.loans l
         where l.worker_id = w.id and l.status in ('disbursed', 'repaying', 'defaulted'))
       from :schema.workers w
       union all
       select 'escrow:' || p.id, (
         select coalesce(sum(k.escrowed_amount), 0) from :schema.tasks k where k.platform_id = p.id)
       from :schema.platforms p
       union all
       select 'fees', (select coalesce(sum(x.fee), 0) from paid x where x.tx_type = 'payout' and x.status = 'completed')
       union all
       select 'rail', (
         select coalesce(sum(x.amount), 0) from paid x
         where x.tx_type = 'withdrawal' and x.status in ('pending', 'processing'))
     )
     select s.code as what, coalesce(b.balance, 0) as books, s.sum as rows
     from sums s left join books b on b.code = s.code where coalesce(b.balance, 0) <> s.sum
     union all
     select 'paid of task ' || k.id, k.paid_amount, coalesce(p.sum, 0)
     from :schema.tasks k
     left join (
       select task_id, sum(amount) as sum from paid where tx_type = 'payout' and status = 'completed' group by task_id
     ) as p on p.task_id = k.id
     where k.paid_amount <> coalesce(p.sum, 0) or k.paid_amount + k.escrowed_amount > k.amount
     union all
     select 'repaid of loan ' || l.id, l.amount_repaid, coalesce(p.sum, 0)
     from :schema.loans l
     left join (
       select loan_id, sum(amount) as sum from paid where tx_type = 'repayment' and status = 'completed' group by loan_id
     ) as p on p.loan_id = l.id
     where l.amount_repaid <> coalesce(p.sum, 0)`,
  );
  return rows.map(({ what, books, rows: sum }) => `${what}: ${books}, not ${sum}`);
}
