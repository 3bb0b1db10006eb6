/** Generated from the migrated database by `guildhall types`; do not edit. */
import type { ColumnType, Generated } from 'kysely';

/** One sign-in: the family of all refresh tokens that follow from it. Only the token of the current generation refreshes. */
export interface AccountSessions {
  id: Generated<string>;
  account_id: string;
  /** session_epoch of the account when the session was opened. */
  epoch: number;
  /** Number of the refresh token that is valid now; each refresh raises it. */
  generation: Generated<number>;
  created_at: Generated<Date>;
  /** When the current generation was issued. */
  refreshed_at: Generated<Date>;
  /** End of the current refresh token; moved by each refresh, never beyond the greatest age of a session. */
  expires_at: Date;
  /** Null: not revoked. */
  revoked_at: Date | null;
  /** Null: not revoked. */
  revoked_reason: string | null;
}

/** Who may sign in or call with a key. A row of the system (a user, a worker) shares the id of its account. */
export interface Accounts {
  id: Generated<string>;
  kind: string;
  /** Lower case; the application also normalises it to Unicode NFC. */
  login: string;
  /** argon2 in PHC form, parameters included; null: cannot sign in by password. */
  password_hash: string | null;
  roles: Generated<string[]>;
  /** Raised to end every session at once: a session is live only while its epoch equals this one. */
  session_epoch: Generated<number>;
  /** Null: enabled. Set: no sign-in, no token and no key works. */
  disabled_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Streams that are not over, as of the moment of the read. Sort by next_release_at. Amounts are USDC. */
export interface ActiveStreamsView {
  /** The stream. */
  stream_id: ColumnType<string | null, never, never>;
  /** active, paused, or insolvent (all that was funded is released). */
  status: ColumnType<string | null, never, never>;
  /** The task it pays for. */
  task_id: ColumnType<string | null, never, never>;
  /** Title of the task; null without one. */
  task_title: ColumnType<string | null, never, never>;
  /** Who is paid. */
  worker_id: ColumnType<string | null, never, never>;
  /** Name of the worker. */
  worker_name: ColumnType<string | null, never, never>;
  /** Who pays. */
  platform_id: ColumnType<string | null, never, never>;
  /** Name of the platform. */
  platform_name: ColumnType<string | null, never, never>;
  /** What it pays in all. */
  total_amount: ColumnType<string | null, never, never>;
  /** What of it lies or lay in escrow. */
  funded_amount: ColumnType<string | null, never, never>;
  /** What is in the worker's balance already. */
  released_amount: ColumnType<string | null, never, never>;
  /** Total less released. */
  remaining_amount: ColumnType<string | null, never, never>;
  /** Percent of the total that is released, rounded down. */
  percent_released: ColumnType<string | null, never, never>;
  /** What is earned by now, released or not; never more than was funded, and still while paused. */
  accrued_amount: ColumnType<string | null, never, never>;
  /** When the next release is due; null unless active. */
  next_release_at: ColumnType<Date | null, never, never>;
  /** Seconds until then, 0 when it is due; null unless active. */
  seconds_until_next_release: ColumnType<number | null, never, never>;
  /** When it began. */
  start_time: ColumnType<Date | null, never, never>;
  /** When all has accrued. */
  end_time: ColumnType<Date | null, never, never>;
}

/** Keys for programs, shown once and kept as SHA-256. A key acts with those of its roles that the account still has. */
export interface ApiKeys {
  id: Generated<string>;
  account_id: string;
  name: string;
  /** The public middle part of the key, by which it is found and recognised. */
  prefix: string;
  key_hash: Buffer;
  roles: Generated<string[]>;
  created_at: Generated<Date>;
  /** Null: does not expire. */
  expires_at: Date | null;
  /** Exact to a minute; null: never used. */
  last_used_at: Date | null;
  /** Null: not revoked. */
  revoked_at: Date | null;
  /** Key that a rotation made to follow this one; null: not rotated. Not a reference: old keys are cleared away. */
  replaced_by: string | null;
}

/** Who did what to which thing. Rows are only ever added: a trigger and the missing grants refuse the rest. */
export interface AuditLog {
  id: ColumnType<bigint, never, never>;
  at: Generated<Date>;
  actor_kind: string;
  /** Account that acted; null for the system itself. */
  actor_id: string | null;
  action: string;
  subject: string;
  /** Values before the change; null when the thing is new. */
  before: unknown | null;
  /** Values after the change; null when the thing is gone. */
  after: unknown | null;
  /** HTTP request that caused it; null when none did. */
  request_id: string | null;
}

/** Who did what in the business of the platform, actors of any kind. No foreign keys: an entry outlives what it tells of. Rows are only added. */
export interface AuditLogs {
  id: Generated<string>;
  /** Account that acted; null for the system and for callers without an account. */
  actor_id: string | null;
  actor_type: string;
  action: string;
  resource_type: string;
  /** Null when it is about no single thing. */
  resource_id: string | null;
  success: Generated<boolean>;
  /** Null when the action succeeded. */
  error_message: string | null;
  /** Values before; null when none were changed. */
  changes_before: unknown | null;
  /** Values after; null when none were changed. */
  changes_after: unknown | null;
  metadata: Generated<unknown>;
  /** Null when no request caused it. */
  ip_address: unknown | null;
  /** Null when no request caused it. */
  user_agent: string | null;
  /** Null when no request caused it. */
  request_id: string | null;
  created_at: Generated<Date>;
}

/** Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody. */
export interface AuthSecrets {
  kid: string;
  secret: Buffer;
  created_at: Generated<Date>;
  /** Null: the key that signs. Set: rotated out, and still accepted until then. */
  verify_until: Date | null;
}

/** Transactions of a chain as they were seen there, with their outcome and what they cost. They never touch our books; token transfers within them are rows of transactions with the same hash. */
export interface ChainTransactions {
  tx_hash: string;
  block_number: bigint;
  /** Place in the block, from 0. */
  position: number;
  from_address: string;
  /** Null: it made a contract. */
  to_address: string | null;
  /** Smallest units of the chain's own currency. */
  value: string;
  gas_used: bigint;
  /** Gas used times price, in smallest units of the chain's own currency. */
  fee: string;
  status: string;
  at: Date;
}

/** Transactions by UTC day, asset, type and status; exact at every read, and read by day in constant time. Sum amounts of one asset only. */
export interface DailyTransactionSummary {
  /** UTC day on which the transactions were made; filter by it. */
  transaction_date: ColumnType<string | null, never, never>;
  /** USDC, or the token of transfers seen elsewhere: amounts are in whole units of it. */
  asset: ColumnType<string | null, never, never>;
  /** payout, advance, repayment, fee, refund, deposit, withdrawal or transfer. */
  tx_type: ColumnType<string | null, never, never>;
  /** Status the transactions have now. */
  status: ColumnType<string | null, never, never>;
  /** Number of transactions. */
  count: ColumnType<bigint | null, never, never>;
  /** Sum of the amounts, fees included. */
  total_amount: ColumnType<string | null, never, never>;
  /** Sum of our fees in them. */
  total_fees: ColumnType<string | null, never, never>;
  /** Mean amount, to six decimals. */
  average_amount: ColumnType<string | null, never, never>;
}

/** Work by worker and UTC day, exact at every read: tasks and completed of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed. */
export interface DailyWork {
  worker_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  tasks: ColumnType<bigint, never, never>;
  completed: ColumnType<bigint, never, never>;
  payouts: ColumnType<bigint, never, never>;
  earned: ColumnType<string, never, never>;
}

/** One row per caller's key, committed with the change it guards; pruned after some days. */
export interface IdempotencyKeys {
  account: string;
  key: string;
  operation: string;
  request_sha256: Buffer;
  /** What the call returned; null only inside the transaction that is computing it. */
  answer: unknown | null;
  created_at: Generated<Date>;
}

/** Rows of a file that were left out, and why; the first 1,000 of each import, while imports.rows_refused counts all. */
export interface ImportRefusals {
  import_id: string;
  line: bigint;
  reason: string;
  excerpt: string;
}

/** One file brought in. Progress is written with the rows it counts, so a killed import continues where its last batch ended. */
export interface Imports {
  id: Generated<string>;
  kind: string;
  source: string;
  /** Platform that posted and paid the tasks; null: what was seen on a chain belongs to none. */
  platform_id: string | null;
  /** running, or killed while it was; stopped and failed ones are continued by the next import of the file; abandoned: the file had changed. */
  state: Generated<string>;
  /** Raised by whoever takes an unfinished import over; a batch of an older attempt is refused. */
  attempt: Generated<number>;
  /** Rows of the file dealt with so far: inserted, known or refused. */
  rows_done: Generated<bigint>;
  /** Hash over the rows done; an import resumes only where the file still begins with them. */
  digest: Generated<string>;
  rows_inserted: Generated<bigint>;
  rows_known: Generated<bigint>;
  rows_refused: Generated<bigint>;
  totals: Generated<unknown>;
  /** Why it failed; null: it did not. */
  error: string | null;
  started_at: Generated<Date>;
  updated_at: Generated<Date>;
  /** When the whole file was read; null: not yet. */
  completed_at: Date | null;
}

/** What platforms reported by webhook: each event once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead. */
export interface InboundEvents {
  id: Generated<string>;
  platform_id: string;
  /** The platform's own id of the event; sent again it is the same event. */
  event_id: string;
  /** Of the payload, to tell a repetition from another event under the same id. */
  payload_sha256: Buffer;
  payload: unknown;
  /** Job of the queue task-completed that works on it; null only within the statement that receives it. */
  job_id: bigint | null;
  /** Task it was about; null before it is processed. */
  task_id: string | null;
  /** paid, held (paid when the hold of the task is over), flagged (a person looks), rejected; null before. */
  outcome: string | null;
  received_at: Generated<Date>;
  /** Null while it waits, is worked on, or is a dead letter. */
  processed_at: Date | null;
  /** When it was processed, infinity before: what the retention policy goes by. */
  done_at: ColumnType<Date, never, never>;
}

/** Days, or types of a worker's transactions, whose sums differ from the transactions. Mend: run the function rebuild_statistics() of this schema. */
export interface InvariantDailyTransactionsEqual {
  worker_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  tx_type: ColumnType<string, never, never>;
  status: ColumnType<string, never, never>;
  statistics_count: ColumnType<string, never, never>;
  base_count: ColumnType<bigint, never, never>;
  statistics_amount: ColumnType<string, never, never>;
  base_amount: ColumnType<string, never, never>;
}

/** Platforms whose escrow account holds something else than their tasks say. Mend: compare the statement of the account with the tasks; each posting names its task. */
export interface InvariantEscrowEqualsTasks {
  platform_id: ColumnType<string, never, never>;
  escrow_balance: ColumnType<string, never, never>;
  tasks_escrowed: ColumnType<string, never, never>;
}

/** Balances and holds that differ from the sum of their transfers: a transfer or a balance was changed by hand. Compare with a backup. */
export interface InvariantLedgerBalancesEqualJournal {
  code: ColumnType<string, never, never>;
  slot: ColumnType<number, never, never>;
  debits: ColumnType<string, never, never>;
  journal_debits: ColumnType<string, never, never>;
  credits: ColumnType<string, never, never>;
  journal_credits: ColumnType<string, never, never>;
}

/** Open holds that the journal does not have, or the other way round: a hold was changed by hand. */
export interface InvariantLedgerHoldsOpen {
  hold_id: ColumnType<bigint, never, never>;
  amount: ColumnType<string, never, never>;
  journal_amount: ColumnType<string, never, never>;
}

/** Assets whose debits and credits differ: a balance was changed by hand. Find it in invariant_ledger_balances_equal_journal. */
export interface InvariantLedgerInBalance {
  asset: ColumnType<string, never, never>;
  debits: ColumnType<string, never, never>;
  credits: ColumnType<string, never, never>;
}

/** Seals that no longer fit the journal: it was changed after it was sealed. Compare with a backup from before the named seal. */
export interface InvariantLedgerSealsUnbroken {
  number: ColumnType<bigint, never, never>;
  up_to: ColumnType<bigint, never, never>;
  problem: ColumnType<string, never, never>;
}

/** Accounts beyond their limits, or whose slots do not add up: a balance or limit was changed by hand. */
export interface InvariantLedgerWithinLimits {
  code: ColumnType<string, never, never>;
  min_balance: ColumnType<string, never, never>;
  max_balance: ColumnType<string, never, never>;
  free: ColumnType<string, never, never>;
  full_to: ColumnType<string, never, never>;
  shifted: ColumnType<string, never, never>;
}

/** Rows mean broken: workers of whom the ledger (advance:ID) says something else than their loans about what they owe. */
export interface InvariantLoansEqualBooks {
  worker_id: ColumnType<string, never, never>;
  /** What is left of loans that are disbursed, repaying or defaulted. */
  due: ColumnType<string | null, never, never>;
  /** Balance of the account advance:ID. */
  balance: ColumnType<string | null, never, never>;
}

/** Rows mean broken: the ledger (losses) says something else than the loans about what was written off and not recovered. */
export interface InvariantLossesEqualLoans {
  /** What is left of loans that were written off. */
  lost: ColumnType<string | null, never, never>;
  /** Balance of the account losses. */
  balance: ColumnType<string | null, never, never>;
}

/** Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor. */
export interface InvariantOutboxNotAhead {
  xid: ColumnType<string, never, never>;
  events: ColumnType<bigint, never, never>;
}

/** Payouts, refunds, deposits and withdrawals whose entry in the ledger is missing or another, and entries of payouts and withdrawals that no transaction explains. A hand has changed one of both: compare it with the audit trail. */
export interface InvariantPayoutsHaveEntries {
  subject: ColumnType<string, never, never>;
  problem: ColumnType<string, never, never>;
}

/** Platforms whose statistics differ from the sums over their tasks and payouts. Mend: run the function rebuild_statistics() of this schema. */
export interface InvariantPlatformStatisticsEqualTasks {
  platform_id: ColumnType<string, never, never>;
  statistics_tasks: ColumnType<bigint, never, never>;
  base_tasks: ColumnType<bigint, never, never>;
  statistics_payouts: ColumnType<string, never, never>;
  base_payouts: ColumnType<string, never, never>;
  statistics_workers: ColumnType<bigint, never, never>;
  base_workers: ColumnType<bigint, never, never>;
}

/** Jobs that are in two places at once: something else than the queue's functions wrote. Look at both rows and delete the wrong one. */
export interface InvariantQueueJobInOnePlace {
  id: ColumnType<bigint, never, never>;
  problem: ColumnType<string, never, never>;
}

/** Jobs in work that no claim knows: nobody would notice that they are lost. Put them back with update queue_jobs set lease_until = null in this schema. */
export interface InvariantQueueLeaseHasClaim {
  id: ColumnType<bigint, never, never>;
  token: ColumnType<bigint, never, never>;
  lease_until: ColumnType<Date, never, never>;
}

/** Slots that have their job already and lie ahead of their schedule: its pointer was moved back. They do not run twice; nothing is to be done unless the pointer is far off. */
export interface InvariantQueueSlotBehindPointer {
  schedule: ColumnType<string, never, never>;
  slot: ColumnType<Date, never, never>;
  next_slot: ColumnType<Date, never, never>;
}

/** A row when the money under way in the books is not the sum of the withdrawals under way. Find the withdrawal whose entries are missing in invariant_payouts_have_entries. */
export interface InvariantRailEqualsTransactions {
  rail: ColumnType<string, never, never>;
  under_way: ColumnType<string, never, never>;
}

/** Workers whose score does not follow from their events: from initial_score, each event begins where the one before it ended, the last ends at the score. Mend: add a manual_adjustment after finding who wrote past the trigger. */
export interface InvariantReputationReplays {
  worker_id: ColumnType<string, never, never>;
  reputation_score: ColumnType<number, never, never>;
  replayed_score: ColumnType<number, never, never>;
  /** Events that do not begin where the one before ended, or applied another delta than asked within 0 to 1000; null: no events. */
  breaks: ColumnType<bigint | null, never, never>;
}

/** Transfers that the sandbox rail was told to send more than once: a worker sent again what it should have looked for. */
export interface InvariantSandboxSendsOnce {
  reference: ColumnType<string, never, never>;
  sends: ColumnType<number, never, never>;
  amount: ColumnType<string, never, never>;
}

/** Streams whose released amount, or the fee of it, is not the sum of their payouts. Mend: compare with the ledger, whose keys begin with "stream " and the id. */
export interface InvariantStreamReleasesEqualTransactions {
  stream_id: ColumnType<string, never, never>;
  released_amount: ColumnType<string, never, never>;
  paid: ColumnType<string, never, never>;
  fee: ColumnType<string, never, never>;
  fee_of_released: ColumnType<string, never, never>;
}

/** Tasks whose streams were promised more than lies in escrow for them. Mend: find in the audit trail who took it, and pay it in again. */
export interface InvariantStreamsWithinEscrow {
  task_id: ColumnType<string, never, never>;
  escrowed_amount: ColumnType<string, never, never>;
  promised: ColumnType<string, never, never>;
}

/** The fan-out's position lies in the future of this server: the data came from another one, and no event would be delivered. Run select rebase_outbox() in this schema. */
export interface InvariantWebhookCursorNotAhead {
  xid: ColumnType<string, never, never>;
  event_id: ColumnType<bigint, never, never>;
}

/** Events that have more than one delivery for an endpoint, live and finished together: fan-out writes one, and a replay moves it. */
export interface InvariantWebhookDeliveriesOnce {
  endpoint_id: ColumnType<string, never, never>;
  event_id: ColumnType<bigint, never, never>;
  deliveries: ColumnType<bigint, never, never>;
}

/** Workers, or days of a worker, whose statistics differ from the sums over their tasks, payouts and ratings. Mend: run the function rebuild_statistics() of this schema. */
export interface InvariantWorkerStatisticsEqualTasks {
  worker_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  statistics_tasks: ColumnType<bigint, never, never>;
  base_tasks: ColumnType<bigint, never, never>;
  statistics_earned: ColumnType<string, never, never>;
  base_earned: ColumnType<string, never, never>;
}

/** Every account with what it has now, what is held coming in and going out, and what it may still spend, in the asset's own unit. */
export interface LedgerAccountBalances {
  id: ColumnType<bigint, never, never>;
  code: ColumnType<string, never, never>;
  asset: ColumnType<string, never, never>;
  normal_side: ColumnType<string, never, never>;
  balance: ColumnType<string, never, never>;
  held_in: ColumnType<string, never, never>;
  held_out: ColumnType<string, never, never>;
  /** Null: it may spend without limit. */
  available: ColumnType<string | null, never, never>;
  debits: ColumnType<string, never, never>;
  credits: ColumnType<string, never, never>;
  /** Null: no lowest balance. */
  min_balance: ColumnType<string | null, never, never>;
  /** Null: no highest balance. */
  max_balance: ColumnType<string | null, never, never>;
  slots: ColumnType<number, never, never>;
  /** Null: none was given. */
  metadata: ColumnType<unknown | null, never, never>;
  /** Null: it is open. */
  closed_at: ColumnType<Date | null, never, never>;
  created_at: ColumnType<Date, never, never>;
}

/** Accounts of the double entry. The code is the caller's own name for it and never changes. */
export interface LedgerAccounts {
  id: ColumnType<bigint, never, never>;
  code: string;
  asset_id: number;
  /** The side that raises the balance: debit for what is owned or spent, credit for what is owed or earned. */
  normal_side: string;
  /** Lowest balance in smallest units, zero or below, counting open holds against it; null: any. */
  min_balance: string | null;
  /** Highest balance in smallest units, zero or above, counting open holds into it; null: any. */
  max_balance: string | null;
  /** Parts that the balance is kept in. More than one for an account that everybody posts to at once. */
  slots: Generated<number>;
  /** Facts of the caller's; null when there are none. */
  metadata: unknown | null;
  /** Since when nothing is posted any more; null while it is open. */
  closed_at: Date | null;
  created_at: Generated<Date>;
}

/** What accounts are kept in, and how finely it divides. Amounts are stored in the smallest unit, as whole numbers. */
export interface LedgerAssets {
  id: ColumnType<number, never, never>;
  code: string;
  decimals: number;
  /** Smallest units in one: 10 to the power of decimals. */
  factor: ColumnType<string, never, never>;
  /** The smallest unit: multiply by it, for a division rounds large amounts. */
  unit: ColumnType<string, never, never>;
  created_at: Generated<Date>;
}

/** Sums of the transfers of each account, a row a slot; the row that postings lock. Read the view ledger_account_balances. */
export interface LedgerBalances {
  account_id: bigint;
  /** Time at which the last posting had this balance, at most that of the posting itself: the next is later, as long as the database's clock does not go back. */
  last_at: Generated<Date>;
  asset_id: number;
  slot: number;
  debits: Generated<string>;
  credits: Generated<string>;
  held_debits: Generated<string>;
  held_credits: Generated<string>;
  /** What this slot may spend beyond its own sums, taken from the other slots; adds up to zero over the account. */
  shift: Generated<string>;
}

/** Holds that are open now; a row goes when the hold ends. */
export interface LedgerHolds {
  hold_id: bigint;
  debit_account: bigint;
  credit_account: bigint;
  asset_id: number;
  debit_slot: number;
  credit_slot: number;
  amount: string;
  /** Null: it stays until it is settled or given back. */
  expires_at: Date | null;
}

/** Up to which transfer may be sealed, once every transaction below the horizon has ended: none can then turn up behind it. */
export interface LedgerSealMarks {
  single: Generated<boolean>;
  up_to: bigint;
  horizon: string;
}

/** Hash chain over the journal: each seal covers the transfers after the seal before it, up to and with up_to. */
export interface LedgerSeals {
  number: bigint;
  up_to: bigint;
  transfers: number;
  /** SHA-256 of the transfers it covers. */
  digest: Buffer;
  /** SHA-256 of the hash before, the digest, the number and up_to: the root to keep elsewhere. */
  hash: Buffer;
  at: Generated<Date>;
}

/** The journal: amounts moved from one account (debited) to another (credited) of the same asset. Rows are only ever added, by ledger_post. */
export interface LedgerTransfers {
  id: ColumnType<bigint, never, never>;
  at: Date;
  debit_account: bigint;
  credit_account: bigint;
  /** First half of the SHA-256 of the caller's idempotency key. */
  key: string;
  asset_id: number;
  debit_slot: number;
  credit_slot: number;
  /** 1 transfer, 2 hold, 3 settlement of a hold, 4 hold given back, 5 hold expired. Only 1 and 3 move money. */
  kind: number;
  /** In smallest units of the asset; for 4 and 5, what was held. */
  amount: string;
  /** Hold that this ends, each at most once; null for transfers and holds. No foreign key: its check locks the hold, which needs the right to update it. */
  hold_id: bigint | null;
  /** When a hold may be expired; null: never, or it is no hold. */
  expires_at: Date | null;
  /** Caller's words or foreign id; null when none was given. */
  reference: string | null;
  /** Facts of the caller's; null when there are none. */
  metadata: unknown | null;
}

/** Debits and credits of each asset over all accounts, in its own unit; the difference is zero or the ledger is broken. */
export interface LedgerTrialBalance {
  asset: ColumnType<string, never, never>;
  decimals: ColumnType<number, never, never>;
  accounts: ColumnType<bigint, never, never>;
  debits: ColumnType<string, never, never>;
  credits: ColumnType<string, never, never>;
  difference: ColumnType<string, never, never>;
  held: ColumnType<string, never, never>;
}

/** Advances on later tasks, repaid from them: a part is withheld from each payout until all that is due is repaid. */
export interface Loans {
  id: Generated<string>;
  worker_id: string;
  amount: string;
  fee: string;
  /** Fee in hundredths of a percent of the amount. */
  fee_bps: number;
  total_due: string;
  amount_repaid: Generated<string>;
  /** pending, approved, disbursed (nothing repaid yet), repaying, repaid, defaulted (still repayable), written_off (booked as a loss, still repayable), cancelled; guarded by guard_status. */
  status: Generated<string>;
  risk_score: number;
  predicted_earnings: string;
  /** Payouts over which it is repaid, an equal part from each. */
  installments: Generated<number>;
  installments_paid: Generated<number>;
  /** Of a contract that mirrors it; null without one. */
  contract_address: string | null;
  /** Null before it was paid out. */
  disbursed_at: Date | null;
  repayment_due: Date;
  /** Null unless repaid. */
  repaid_at: Date | null;
  /** When it was not repaid in time; null: it was, or is not due. */
  defaulted_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  /** When what was left of it was booked as a loss, whether it was recovered later or not; null: it was not. */
  written_off_at: Date | null;
}

/** Functions, views and triggers of this schema with the hash of their file; replaced when it changes. */
export interface MigrationObjects {
  module: string;
  kind: string;
  name: string;
  /** Table that a trigger hangs on; null for functions and views. */
  on_table: string | null;
  sha256: string;
  applied_at: Generated<Date>;
}

/** Numbered migrations applied to this schema; sha256 is of the up file, and an edited file is refused. */
export interface Migrations {
  module: string;
  number: number;
  name: string;
  sha256: string;
  applied_at: Generated<Date>;
  applied_by: Generated<string>;
}

/** What each statement on transactions added or took away; folded into the statistics every second. */
export interface MoneyDeltas {
  id: ColumnType<bigint, never, never>;
  /** Null for movements of a platform only. */
  worker_id: string | null;
  /** Null when none is part of it. */
  platform_id: string | null;
  day: string;
  asset: string;
  tx_type: string;
  status: string;
  /** UTC day on which payouts in USDC were completed; null for all else. */
  paid_day: string | null;
  /** When the transactions were made; null for what was changed or taken away. */
  active_at: Date | null;
  transactions: number;
  amount: string;
  fees: string;
}

/** Events, written with the change they tell of. Read them with (xid, id) > cursor and xid below the oldest running transaction: then a late commit is never skipped. */
export interface Outbox {
  xid: Generated<string>;
  id: ColumnType<bigint, never, never>;
  at: Generated<Date>;
  type: string;
  subject: string;
  /** Account that may see the event; null for administrators only. */
  audience: string | null;
  payload: Generated<unknown>;
}

/** How many workers had their newest task of the platform on that UTC day: the last 30 rows are those active in 30 days. */
export interface PlatformActivity {
  platform_id: string;
  day: string;
  workers: bigint;
}

/** How a platform performs, a row each; exact at every read, and read by platform_id in constant time. Amounts are USDC, days are UTC days, today included. */
export interface PlatformPerformanceView {
  /** The platform; filter by it. */
  platform_id: ColumnType<string | null, never, never>;
  /** Name of the platform. */
  name: ColumnType<string | null, never, never>;
  /** All tasks it posted. */
  total_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, completed. */
  completed_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, cancelled. */
  cancelled_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, begun and not finished. */
  active_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, not begun. */
  pending_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, in dispute now. */
  disputed_tasks: ColumnType<bigint | null, never, never>;
  /** Sum of completed payouts, fees included. */
  total_payouts: ColumnType<string | null, never, never>;
  /** Number of completed payouts. */
  payouts: ColumnType<bigint | null, never, never>;
  /** Our fees in them. */
  total_fees: ColumnType<string | null, never, never>;
  /** Mean of completed payouts, 0 without one. */
  average_payment: ColumnType<string | null, never, never>;
  /** Workers who ever had a task of it. */
  unique_workers: ColumnType<bigint | null, never, never>;
  /** Workers with a task posted in the last 7 days. */
  active_workers_7d: ColumnType<bigint | null, never, never>;
  /** Workers with a task posted in the last 30 days. */
  active_workers_30d: ColumnType<bigint | null, never, never>;
  /** Mean seconds from beginning to completion of completed tasks; null without one. */
  average_completion_s: ColumnType<string | null, never, never>;
  /** Percent: completed of those that were completed, cancelled after they began, or disputed. */
  completion_rate: ColumnType<string | null, never, never>;
}

/** Platforms with statistics and account age as of the moment of the read; the columns of platforms are brought up to date each second. Without the webhook secret. */
export interface PlatformProfiles {
  id: ColumnType<string, never, never>;
  name: ColumnType<string, never, never>;
  contact_email: ColumnType<string, never, never>;
  webhook_url: ColumnType<string, never, never>;
  wallet_address: ColumnType<string, never, never>;
  fee_bps: ColumnType<number, never, never>;
  total_payouts: ColumnType<string, never, never>;
  total_tasks: ColumnType<bigint, never, never>;
  active_workers: ColumnType<bigint, never, never>;
  is_active: ColumnType<boolean, never, never>;
  account_age_days: ColumnType<number, never, never>;
  metadata: ColumnType<unknown, never, never>;
  created_at: ColumnType<Date, never, never>;
  updated_at: ColumnType<Date, never, never>;
}

/** Folded statistics of a platform. Read the view platform_totals instead. */
export interface PlatformStatistics {
  platform_id: string;
  tasks: bigint;
  pending: bigint;
  active: bigint;
  completed: bigint;
  cancelled: bigint;
  abandoned: bigint;
  disputed: bigint;
  timed: bigint;
  seconds: string;
  payouts: bigint;
  payout_amount: string;
  fees: string;
  unique_workers: bigint;
  /** UTC day on which the columns of platforms were brought up to date last; -infinity when something changed since. */
  brought_on: Generated<string>;
}

/** All statistics of a platform, exact at every read: what is folded and what is not yet. The views of platforms stand on it. */
export interface PlatformTotals {
  platform_id: ColumnType<string, never, never>;
  name: ColumnType<string, never, never>;
  total_tasks: ColumnType<bigint, never, never>;
  completed_tasks: ColumnType<bigint, never, never>;
  cancelled_tasks: ColumnType<bigint, never, never>;
  active_tasks: ColumnType<bigint, never, never>;
  pending_tasks: ColumnType<bigint, never, never>;
  disputed_tasks: ColumnType<bigint, never, never>;
  payouts: ColumnType<bigint, never, never>;
  total_payouts: ColumnType<string, never, never>;
  total_fees: ColumnType<string, never, never>;
  average_payment: ColumnType<string, never, never>;
  unique_workers: ColumnType<bigint, never, never>;
  active_workers_7d: ColumnType<bigint, never, never>;
  active_workers_30d: ColumnType<bigint, never, never>;
  average_completion_s: ColumnType<string, never, never>;
  completion_rate: ColumnType<string, never, never>;
}

/** Folded tasks by platform and worker, and the UTC day of the newest. No key to workers: the deltas of a deleted worker's tasks take its rows away. */
export interface PlatformWorkers {
  platform_id: string;
  worker_id: string;
  tasks: bigint;
  last_day: string;
}

/** Those who post tasks and pay for them. API keys are kept as hashes only, in api_keys under the same account. */
export interface Platforms {
  id: Generated<string>;
  name: string;
  contact_email: string;
  /** Where the platform wants to hear of its tasks; null: nowhere. */
  webhook_url: string | null;
  /** Signs what the platform sends us (HMAC-SHA-256); null: it sends nothing. Never shown again after it was made. */
  webhook_secret: Buffer | null;
  /** Lower case; null without one. */
  wallet_address: string | null;
  /** Our fee on each payout, hundredths of a percent of it, taken from the worker's amount. */
  fee_bps: Generated<number>;
  /** Sum of completed payouts, fees included. */
  total_payouts: Generated<string>;
  /** Tasks ever posted. */
  total_tasks: Generated<bigint>;
  /** Workers with a task of this platform in the last 30 days. */
  active_workers: Generated<bigint>;
  is_active: Generated<boolean>;
  metadata: Generated<unknown>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Attempts that did not finish their job: when, who, how it ended and why. The one that did is the row of queue_history. */
export interface QueueAttempts {
  job_id: bigint;
  token: bigint;
  queue_id: number;
  /** Null: its claim is no longer known. */
  worker: string | null;
  /** Null: its claim is no longer known. */
  started_at: Date | null;
  ended_at: Generated<Date>;
  outcome: string;
  /** Null: it said nothing. */
  error: string | null;
}

/** Who took which jobs together and when, until the lease of the last of them has run out: so that lost ones are found without an index on the leases. */
export interface QueueClaims {
  token: bigint;
  queue_id: number;
  worker: string;
  claimed_at: Generated<Date>;
  expires_at: Date;
  job_ids: bigint[];
}

/** Dead letters: jobs given up, with their payload, until somebody retries them. Their attempts are in queue_attempts. */
export interface QueueDead {
  id: bigint;
  token: bigint;
  created_at: Date;
  died_at: Generated<Date>;
  queue_id: number;
  priority: number;
  failures: number;
  losses: number;
  reason: string;
  /** What the last attempt ended with; null: it said nothing. */
  error: string | null;
  /** Null: it had none. */
  key: string | null;
  payload: unknown;
}

/** Jobs that were done or cancelled, moved here by the statement that ended them. */
export interface QueueHistory {
  id: bigint;
  token: bigint;
  created_at: Date;
  /** When its last claim was; null: it was cancelled before any. */
  started_at: Date | null;
  finished_at: Generated<Date>;
  queue_id: number;
  priority: number;
  failures: number;
  losses: number;
  outcome: string;
  /** Who had it last; null: it was cancelled while nobody had it. */
  worker: string | null;
  /** Null: it had none. */
  key: string | null;
  payload: unknown;
  /** What the worker gave back; null: nothing. */
  result: unknown | null;
}

/** Jobs that are not finished: in line, in work, or waiting for their time. No foreign key to queue_settings, whose check would double the time of an insert; rows come in through queue_enqueue. */
export interface QueueJobs {
  id: bigint;
  /** Fencing token of the last claim; 0 before the first. */
  token: Generated<bigint>;
  /** Place in line, first by priority; null: waits for run_at. */
  place: bigint | null;
  /** Set: in work, and taken to be lost when this has passed and queue_reap comes by. Null: nobody has it. */
  lease_until: Date | null;
  run_at: Generated<Date>;
  created_at: Generated<Date>;
  queue_id: number;
  priority: Generated<number>;
  failures: Generated<number>;
  losses: Generated<number>;
  /** Unique among the live jobs of the queue; null: no such wish. */
  key: string | null;
  payload: unknown;
  /** What the worker last reported; null: nothing. */
  progress: unknown | null;
}

/** Each queue: jobs in line, in work, waiting for their time and dead, and since when the oldest in line could have run. */
export interface QueueOverview {
  queue: ColumnType<string, never, never>;
  paused_at: ColumnType<Date, never, never>;
  in_line: ColumnType<bigint, never, never>;
  in_work: ColumnType<bigint, never, never>;
  waiting: ColumnType<bigint, never, never>;
  dead: ColumnType<bigint, never, never>;
  oldest_at: ColumnType<Date, never, never>;
}

/** Jobs that come by the clock. next_slot moves on in the transaction that enqueues, by compare and set: of many schedulers one wins. */
export interface QueueSchedules {
  name: string;
  queue_id: number;
  cron: string;
  time_zone: string;
  payload: unknown;
  priority: Generated<number>;
  catch_up: Generated<string>;
  catch_up_most: Generated<number>;
  /** Null: the expression has no further time. */
  next_slot: Date | null;
  /** Null: nothing was enqueued yet. */
  last_slot: Date | null;
  /** Slots that the catch-up rule left out. */
  slots_skipped: Generated<bigint>;
  /** Null: runs. Set: its slots pass by without a job. */
  paused_at: Date | null;
  created_at: Generated<Date>;
}

/** One row a queue: how often an attempt may fail or be lost, how long to wait between, and whether it is paused. */
export interface QueueSettings {
  id: ColumnType<number, never, never>;
  name: string;
  /** Null: jobs are handed out. Set: nobody gets one. */
  paused_at: Date | null;
  max_failures: Generated<number>;
  max_losses: Generated<number>;
  retry_base_s: Generated<number>;
  retry_most_s: Generated<number>;
  created_at: Generated<Date>;
}

/** Which slot of a schedule became which job: at most one, however often it is tried. */
export interface QueueSlots {
  schedule: string;
  slot: Date;
  job_id: bigint;
}

/** Every job wherever it is. at: when it may run or could have run, died or was finished, by its state. */
export interface QueueStates {
  id: ColumnType<bigint, never, never>;
  queue: ColumnType<string, never, never>;
  state: ColumnType<string, never, never>;
  token: ColumnType<bigint, never, never>;
  priority: ColumnType<number, never, never>;
  failures: ColumnType<number, never, never>;
  losses: ColumnType<number, never, never>;
  key: ColumnType<string, never, never>;
  payload: ColumnType<unknown, never, never>;
  created_at: ColumnType<Date, never, never>;
  at: ColumnType<Date, never, never>;
  error: ColumnType<string, never, never>;
  result: ColumnType<unknown, never, never>;
  progress: ColumnType<unknown, never, never>;
  worker: ColumnType<string, never, never>;
}

/** What payment rails announced, after their signature was checked: each once, written together with the job that works on it. One that its job gave up is a dead letter in queue_dead. */
export interface RailNotifications {
  id: Generated<string>;
  rail: string;
  /** The rail's own id of the notification; sent again it is the same one. */
  notification_id: string;
  /** The bytes that were signed: a retry reads them again. */
  body: Buffer;
  /** Job of the queue rail-notification that works on it; null only within the statement that receives it. */
  job_id: bigint | null;
  /** Transfer or deposit it was about; null before it is processed, and for one about neither. */
  transaction_id: string | null;
  /** What the rail said when it was asked: confirmed, failed, waiting (for confirmations), unchanged (it was over before), ignored (about nothing of ours); null before. */
  outcome: string | null;
  received_at: Generated<Date>;
  /** Null while it waits, is worked on, or is a dead letter. */
  processed_at: Date | null;
  /** When it was processed, infinity before: what the retention policy goes by. */
  done_at: ColumnType<Date, never, never>;
}

/** Work by worker and UTC day from all tasks and payouts: what daily_work must equal. Slow; for rebuilding and comparing only. */
export interface RecomputedWorkerDays {
  worker_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  tasks: ColumnType<bigint, never, never>;
  completed: ColumnType<bigint, never, never>;
  payouts: ColumnType<bigint, never, never>;
  earned: ColumnType<string, never, never>;
}

/** SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one. */
export interface RefreshTokens {
  token_hash: Buffer;
  session_id: string;
  generation: number;
  issued_at: Generated<Date>;
}

/** Everything that ever changed a score, in the order of seq. Rows are only added; replaying them gives the score. */
export interface ReputationEvents {
  id: Generated<string>;
  seq: ColumnType<bigint, never, never>;
  worker_id: string;
  /** Null when it is about no task. */
  task_id: string | null;
  event_type: string;
  /** What was asked for. */
  requested_delta: number;
  /** What was applied: scores stay from 0 to 1000. */
  delta: number;
  previous_score: number;
  new_score: number;
  /** Stars, for a rating; else null. */
  rating: number | null;
  reason: string;
  /** Id of what caused it outside of the tasks; null when nothing did. */
  related_id: string | null;
  metadata: Generated<unknown>;
  created_at: Generated<Date>;
}

/** Rows mean that something is wrong: partitions run out, rows lie in a default partition, or a policy has not run for a day. Run guildhall retention run, and see that a process with background tasks is up. */
export interface RetentionAlarms {
  name: ColumnType<string, never, never>;
  alarm: ColumnType<string, never, never>;
  problem: ColumnType<string, never, never>;
}

/** How long rows of a table are kept, and how many go at once. A check by trigger keeps append-only tables out. */
export interface RetentionPolicies {
  name: string;
  /** rows: deleted in batches by an index on time; read_events: rows of the outbox, never beyond what the webhooks' fan-out has read; partitions: made ahead and dropped whole. */
  kind: string;
  table_name: string;
  time_column: string;
  keep: string;
  batch_size: Generated<number>;
  /** Length of a partition; null: not partitioned. */
  step: string | null;
  /** Partitions kept ready beyond the present one; null: not partitioned. */
  steps_ahead: number | null;
  /** Fewer days ready than this raise the alarm; null: not partitioned. */
  alarm_days: number | null;
  every: Generated<string>;
  enabled: Generated<boolean>;
  next_run_at: Generated<Date>;
  /** Null: it has not run yet. */
  last_run_at: Date | null;
  last_gone: Generated<bigint>;
  last_ms: Generated<number>;
  total_gone: Generated<bigint>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Each policy with its last run, and for partitioned tables how far ahead partitions are ready. Public: may be read by anything that watches. */
export interface RetentionStatus {
  name: ColumnType<string, never, never>;
  kind: ColumnType<string, never, never>;
  table_name: ColumnType<string, never, never>;
  keep: ColumnType<string, never, never>;
  batch_size: ColumnType<number, never, never>;
  enabled: ColumnType<boolean, never, never>;
  next_run_at: ColumnType<Date, never, never>;
  /** Null: it has not run yet. */
  last_run_at: ColumnType<Date | null, never, never>;
  last_gone: ColumnType<bigint, never, never>;
  last_ms: ColumnType<number, never, never>;
  total_gone: ColumnType<bigint, never, never>;
  /** Null: not partitioned. */
  alarm_days: ColumnType<number | null, never, never>;
  /** Null: not partitioned. */
  partitions: ColumnType<bigint | null, never, never>;
  /** End of the last partition; null: there is none, or it is not partitioned. */
  covered_until: ColumnType<Date | null, never, never>;
  /** Null: not partitioned. */
  days_ahead: ColumnType<string | null, never, never>;
  default_rows: ColumnType<bigint, never, never>;
}

/** What was paid in over the sandbox rail. It stands for money outside of our books: a deposit is booked when it is confirmed here. */
export interface SandboxDeposits {
  reference: string;
  platform_id: string;
  amount: string;
  state: Generated<string>;
  /** Grow with each look; 12 are final. */
  confirmations: Generated<number>;
  looks: Generated<number>;
  /** Why it failed; null otherwise. */
  reason: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Keys that sign notifications of the sandbox rail (HMAC-SHA-256). Whoever reads them can make the service look at transfers: grant it to nobody. */
export interface SandboxSecrets {
  generation: number;
  secret: Buffer;
  created_at: Generated<Date>;
  /** Null: the one that signs. Set: rotated out, and still accepted until then. */
  accepted_until: Date | null;
}

/** What the sandbox rail was told to send. It stands for money outside of our books: each send counts, also a second one for the same reference. */
export interface SandboxTransfers {
  reference: string;
  amount: string;
  to_address: string;
  /** lost (never arrived, so nothing was sent), accepted, refused, failed (after it was accepted). */
  state: string;
  /** How often it was paid outside; more than once is money lost. */
  sends: Generated<number>;
  /** Grow with each look; 12 are final. */
  confirmations: Generated<number>;
  looks: Generated<number>;
  tx_hash: ColumnType<string, never, never>;
  /** Why it was refused or failed; null otherwise. */
  reason: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Pay that accrues by the second over a time. What is released is in the worker's balance; what is funded and not released lies in escrow. */
export interface Streams {
  id: Generated<string>;
  task_id: string;
  platform_id: string;
  worker_id: string;
  /** Of a contract that mirrors the stream; null without one. */
  contract_address: string | null;
  start_time: Date;
  /** When all has accrued; moved by each pause, for paused time earns nothing. */
  end_time: Date;
  total_amount: string;
  /** What lies or lay in escrow for it; below the total it will run out, and stops there. */
  funded_amount: Generated<string>;
  released_amount: Generated<string>;
  remaining_amount: Generated<string>;
  release_interval: number;
  /** When the next release is due; null unless active. */
  next_release_at: Date | null;
  /** active, paused, insolvent (all that was funded is released), completed, cancelled; guarded by guard_stream_status. */
  status: Generated<string>;
  /** Since when it is paused; null unless it is. */
  paused_at: Date | null;
  /** Length of all pauses that are over. */
  paused_for: Generated<string>;
  /** Null before the first release. */
  last_released_at: Date | null;
  /** Null unless completed. */
  completed_at: Date | null;
  /** Null unless cancelled. */
  cancelled_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  /** The platform's fee when the stream was made, hundredths of a percent: all releases of a stream are charged alike. */
  fee_bps: Generated<number>;
}

/** Work that a platform posts and pays for. The amount lies in escrow from the moment it is posted until it is paid or given back. */
export interface Tasks {
  id: Generated<string>;
  platform_id: string;
  /** Null while nobody has taken it. */
  worker_id: string | null;
  /** The platform's own id for it; posting it again gives the first task. Null without one. */
  external_id: string | null;
  task_type: Generated<string>;
  amount: string;
  /** pending (posted), active (begun), completed, cancelled, disputed; guarded by guard_task_status. */
  status: Generated<string>;
  /** Null without one. */
  title: string | null;
  /** Null without one. */
  description: string | null;
  metadata: Generated<unknown>;
  /** What the worker handed in: photos, places, minutes; null before. */
  verification_data: unknown | null;
  /** Hash or address of what proves it; null without one. */
  completion_proof: string | null;
  verification_status: Generated<string>;
  /** auto or manual; null before a verdict. */
  verified_by: string | null;
  /** Stars the platform gave the worker; null before. */
  worker_rating: number | null;
  /** Stars the worker gave the platform; null before. */
  platform_rating: number | null;
  /** What of the amount still lies in escrow. */
  escrowed_amount: Generated<string>;
  paid_amount: Generated<string>;
  was_disputed: Generated<boolean>;
  /** When it is meant to begin; null: at any time. */
  scheduled_at: Date | null;
  /** Completed later than this it is late; null: never. */
  due_at: Date | null;
  /** Not paid before this moment; null: as soon as it is completed. */
  hold_until: Date | null;
  /** Null while it has not begun. */
  started_at: Date | null;
  /** Null while it is not completed. */
  completed_at: Date | null;
  /** Null unless cancelled. */
  cancelled_at: Date | null;
  /** When it was disputed last; null: never. */
  disputed_at: Date | null;
  /** When all of it was paid; null before. */
  paid_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Folded transactions by UTC day, asset, type and status. Read the view daily_transaction_summary instead. */
export interface TransactionDays {
  day: string;
  asset: string;
  tx_type: string;
  status: string;
  transactions: bigint;
  amount: string;
  fees: string;
}

/** Every movement of money with its business meaning; the ledger holds the entries. A payout exists once for a task and worker, whatever is retried. */
export interface Transactions {
  id: Generated<string>;
  /** Who is paid or pays; null for movements of a platform only. */
  worker_id: string | null;
  /** Platform that pays or is paid; null when none is part of it. */
  platform_id: string | null;
  /** Null when it is about no task. */
  task_id: string | null;
  /** Null when it is about no stream. */
  stream_id: string | null;
  /** Null when it is about no loan. */
  loan_id: string | null;
  /** USDC, or the token of a transfer that was seen elsewhere. */
  asset: Generated<string>;
  /** Of the chain's transaction; null when there is none. */
  tx_hash: string | null;
  log_index: Generated<number>;
  tx_type: string;
  /** What is moved, the fee included; in whole units of the asset. */
  amount: string;
  /** What of the amount is kept as our fee. */
  fee: Generated<string>;
  /** pending, processing (handed to the rail), completed, failed, cancelled; guarded by guard_transaction_status. */
  status: Generated<string>;
  /** Null inside our books. */
  from_address: string | null;
  /** Null inside our books. */
  to_address: string | null;
  /** How it is settled: ledger (in our own books, at once) or the name of a payment rail. */
  rail: Generated<string>;
  /** The rail's own id; null before it is known. */
  rail_reference: string | null;
  /** Null when it is on no chain. */
  block_number: bigint | null;
  blockchain_confirmations: Generated<number>;
  attempts: Generated<number>;
  /** Main entry in the ledger; null when it never touched our books. */
  ledger_transfer_id: bigint | null;
  /** Why it failed last; null when it did not. */
  error_message: string | null;
  metadata: Generated<unknown>;
  /** When it was handed to the rail; null when it was not. */
  submitted_at: Date | null;
  /** When it was completed or failed for good; null before. */
  processed_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Messages that wallets were asked to sign, each good for one use within minutes. Kept for an hour after their end, so that a second use is told from an unknown nonce. */
export interface WalletChallenges {
  nonce: string;
  address: string;
  purpose: string;
  /** Whom the wallet is to be linked to; null: a sign-in, whoever it will be. */
  worker_id: string | null;
  domain: string;
  uri: string;
  chain_id: bigint;
  issued_at: Date;
  expires_at: Date;
  /** Null: not used. */
  used_at: Date | null;
}

/** Every attempt whose result was recorded, by day; whole days are dropped by retention. */
export interface WebhookAttempts {
  delivery_id: string;
  number: number;
  endpoint_id: string;
  at: Generated<Date>;
  /** HTTP status; null: no answer came. */
  status: number | null;
  duration_ms: number;
  /** Why it failed; null: it did not. */
  error: string | null;
  /** The first kilobyte of the answer. */
  response: Generated<string>;
}

/** Position in the outbox up to which deliveries have been written; it moves in the transaction that writes them. */
export interface WebhookCursor {
  only_row: Generated<boolean>;
  xid: string;
  event_id: bigint;
  moved_at: Generated<Date>;
}

/** Deliveries that are waiting or being made, one per event and endpoint; finished ones move to webhook_delivery_history. */
export interface WebhookDeliveries {
  id: string;
  endpoint_id: string;
  /** Number of the event; null: a test ping. */
  event_id: bigint | null;
  event_type: string;
  subject: string;
  body: string;
  attempts: Generated<number>;
  /** Place in the retry schedule; a replay begins again at 0, while attempts goes on counting. */
  tries: Generated<number>;
  /** Raised by every claim; a result that brings an older number is refused. */
  fence: Generated<bigint>;
  /** When it may be claimed; while it is claimed, the end of the lease. */
  due_at: Generated<Date>;
  /** Null: nobody is at it. */
  leased_until: Date | null;
  /** HTTP status of the last attempt; null: no answer, or none yet. */
  last_status: number | null;
  /** Why the last attempt failed; null: it did not, or there was none. */
  last_error: string | null;
  created_at: Generated<Date>;
}

/** Deliveries that have ended, by day; whole days are dropped by retention. A replay moves a row back to webhook_deliveries. */
export interface WebhookDeliveryHistory {
  id: string;
  endpoint_id: string;
  /** Number of the event; null: a test ping. */
  event_id: bigint | null;
  event_type: string;
  subject: string;
  body: string;
  attempts: number;
  fence: bigint;
  state: string;
  /** Why it is a dead letter; null: it was delivered. */
  reason: string | null;
  /** HTTP status of the last attempt; null: no answer came. */
  last_status: number | null;
  /** Why the last attempt failed; null: it did not. */
  last_error: string | null;
  created_at: Date;
  finished_at: Generated<Date>;
}

/** Addresses that events are posted to. The owner's endpoint gets the events the owner may see; an administrator's gets all. */
export interface WebhookEndpoints {
  id: string;
  owner_id: string;
  url: string;
  description: Generated<string>;
  /** Exact types and prefixes such as order.*; empty: every type. */
  event_types: Generated<string[]>;
  state: Generated<string>;
  /** by_owner; gone: it answered 410; failing: dead letters for five days without a success. Null: active. */
  disabled_reason: string | null;
  /** Null: active. */
  disabled_at: Date | null;
  /** First dead letter since the last success; null: none. */
  failing_since: Date | null;
  /** Number of the event that told of its creation: only later ones are sent to it. */
  after_event_id: Generated<bigint>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Keys that sign deliveries. They are kept as they are, because signing needs them: grant this table to no reporting role. */
export interface WebhookSecrets {
  endpoint_id: string;
  generation: number;
  secret: Buffer;
  created_at: Generated<Date>;
  /** End of the overlap after a rotation; null: signs until it is rotated. */
  signs_until: Date | null;
}

/** What each statement on tasks, and each rating, added or took away; folded into the statistics every second, so that no writer waits for another. */
export interface WorkDeltas {
  id: ColumnType<bigint, never, never>;
  /** Null for tasks nobody has taken. */
  worker_id: string | null;
  /** Null for ratings. */
  platform_id: string | null;
  /** UTC day the tasks were posted; null for ratings. */
  created_day: string | null;
  /** What the worker did last, as far as these tasks tell; null for what was taken away. */
  active_at: Date | null;
  tasks: Generated<number>;
  pending: Generated<number>;
  active: Generated<number>;
  completed: Generated<number>;
  cancelled: Generated<number>;
  abandoned: Generated<number>;
  disputed: Generated<number>;
  ever_disputed: Generated<number>;
  late: Generated<number>;
  timed: Generated<number>;
  ratings: Generated<number>;
  stars: Generated<number>;
  earned: Generated<string>;
  paid: Generated<string>;
  released: Generated<string>;
  open_amount: Generated<string>;
  seconds: Generated<string>;
}

/** What is folded of a worker and UTC day and what is not yet, for whoever sums by something else than the day; several rows make a day. Read daily_work for days. */
export interface WorkParts {
  worker_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  tasks: ColumnType<bigint, never, never>;
  completed: ColumnType<bigint, never, never>;
  payouts: ColumnType<bigint, never, never>;
  earned: ColumnType<string, never, never>;
}

/** Folded work by worker and UTC day: tasks and completed are of the day they were posted; payouts, and what was earned by them after fees, of the day they were completed. Read the view daily_work instead. */
export interface WorkerDays {
  worker_id: string;
  day: string;
  tasks: bigint;
  completed: bigint;
  payouts: bigint;
  earned: string;
}

/** What a worker has done, earned, been paid and owes, a row each; exact at every read, and read by worker_id in constant time. Amounts are USDC. */
export interface WorkerEarningsView {
  /** The worker; filter by it. */
  worker_id: ColumnType<string | null, never, never>;
  /** Name of the worker. */
  name: ColumnType<string | null, never, never>;
  /** All tasks the worker has or had, in any status. */
  total_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks that are completed. */
  completed_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks begun and not finished. */
  active_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks taken and not begun. */
  pending_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks that were cancelled. */
  cancelled_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks in dispute now. */
  disputed_tasks: ColumnType<bigint | null, never, never>;
  /** Sum of the amounts of completed tasks, before fees. */
  total_earned: ColumnType<string | null, never, never>;
  /** What was paid for streaming tasks, by releases of their streams. */
  released: ColumnType<string | null, never, never>;
  /** What was paid for all tasks, streaming ones too, before fees. */
  paid: ColumnType<string | null, never, never>;
  /** What tasks that are not cancelled may still pay: amounts less what was paid of them. */
  pending_earnings: ColumnType<string | null, never, never>;
  /** Sum of completed payouts, fees included. */
  payout_total: ColumnType<string | null, never, never>;
  /** Number of completed payouts, fees included. */
  payout_count: ColumnType<bigint | null, never, never>;
  /** Sum of completed advances paid out. */
  advance_total: ColumnType<string | null, never, never>;
  /** Number of completed advances paid out. */
  advance_count: ColumnType<bigint | null, never, never>;
  /** Sum of completed repayments of advances. */
  repayment_total: ColumnType<string | null, never, never>;
  /** Number of completed repayments of advances. */
  repayment_count: ColumnType<bigint | null, never, never>;
  /** Sum of completed fees charged apart from payouts. */
  fee_total: ColumnType<string | null, never, never>;
  /** Number of completed fees charged apart from payouts. */
  fee_count: ColumnType<bigint | null, never, never>;
  /** Sum of completed withdrawals to outside. */
  withdrawal_total: ColumnType<string | null, never, never>;
  /** Number of completed withdrawals to outside. */
  withdrawal_count: ColumnType<bigint | null, never, never>;
  /** The advance that is open; null without one. */
  open_loan_id: ColumnType<string | null, never, never>;
  /** Its status; null without one. */
  open_loan_status: ColumnType<string | null, never, never>;
  /** What is due of it in all, its fee included; null without one. */
  open_loan_due: ColumnType<string | null, never, never>;
  /** What of it is repaid; null without one. */
  open_loan_repaid: ColumnType<string | null, never, never>;
  /** What of it is left to repay; null without one. */
  open_loan_remaining: ColumnType<string | null, never, never>;
  /** When it must be repaid; null without one. */
  open_loan_due_at: ColumnType<Date | null, never, never>;
  /** Advances ever paid out. */
  loans: ColumnType<bigint | null, never, never>;
  /** Of them, those that are repaid. */
  loans_repaid: ColumnType<bigint | null, never, never>;
  /** Of them, those that were not repaid in time. */
  loans_defaulted: ColumnType<bigint | null, never, never>;
  /** Percent: completed of those that were completed, cancelled after they began, or disputed. */
  completion_rate: ColumnType<string | null, never, never>;
  /** Mean of the ratings by platforms, 0 without one. */
  average_rating: ColumnType<string | null, never, never>;
  /** Number of ratings. */
  ratings: ColumnType<bigint | null, never, never>;
  /** Percent of the tasks that were ever disputed. */
  dispute_rate: ColumnType<string | null, never, never>;
  /** 0 to 1000. */
  reputation_score: ColumnType<number | null, never, never>;
  /** When the worker last took, began or completed a task, or a transaction was made for it. */
  last_active_at: ColumnType<Date | null, never, never>;
}

/** Workers with statistics and account age as of the moment of the read; the columns of workers are brought up to date each second. */
export interface WorkerProfiles {
  id: ColumnType<string, never, never>;
  name: ColumnType<string, never, never>;
  email: ColumnType<string, never, never>;
  wallet_id: ColumnType<string, never, never>;
  wallet_address: ColumnType<string, never, never>;
  wallet_verified_at: ColumnType<Date, never, never>;
  status: ColumnType<string, never, never>;
  reputation_score: ColumnType<number, never, never>;
  account_age_days: ColumnType<number, never, never>;
  total_tasks: ColumnType<bigint, never, never>;
  total_earned: ColumnType<string, never, never>;
  completion_rate: ColumnType<string, never, never>;
  average_rating: ColumnType<string, never, never>;
  dispute_rate: ColumnType<string, never, never>;
  last_active_at: ColumnType<Date, never, never>;
  metadata: ColumnType<unknown, never, never>;
  created_at: ColumnType<Date, never, never>;
  updated_at: ColumnType<Date, never, never>;
}

/** What the risk of an advance to a worker is, a row each; exact at every read, and read by worker_id in constant time. 30d is the last 30 UTC days, today included. */
export interface WorkerRiskAssessment {
  /** The worker; filter by it. */
  worker_id: ColumnType<string | null, never, never>;
  /** Name of the worker. */
  name: ColumnType<string | null, never, never>;
  /** active, suspended or closed. */
  status: ColumnType<string | null, never, never>;
  /** 0 to 1000. */
  reputation_score: ColumnType<number | null, never, never>;
  /** Whole days since registration. */
  account_age_days: ColumnType<number | null, never, never>;
  /** Completed tasks since registration. */
  completed_tasks: ColumnType<bigint | null, never, never>;
  /** Of them, completed after they were due. */
  late_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks that were ever disputed. */
  disputes: ColumnType<bigint | null, never, never>;
  /** Tasks that are completed, disputed, or were cancelled after they began. */
  ended_tasks: ColumnType<bigint | null, never, never>;
  /** Tasks posted in the 30 days. */
  tasks_30d: ColumnType<bigint | null, never, never>;
  /** Of them, completed. */
  completed_30d: ColumnType<bigint | null, never, never>;
  /** Percent of them that are completed, 0 without one. */
  completion_rate_30d: ColumnType<string | null, never, never>;
  /** Percent of the completed tasks that were not late, 100 without one. */
  on_time_rate: ColumnType<string | null, never, never>;
  /** Mean of the ratings by platforms, 0 without one. */
  average_rating: ColumnType<string | null, never, never>;
  /** USDC: payouts completed in the 30 days, after fees. */
  earnings_30d: ColumnType<string | null, never, never>;
  /** Standard deviation of the earnings of the weeks (from Sunday) with payouts in the 30 days. */
  weekly_deviation: ColumnType<string | null, never, never>;
  /** Advances, all but cancelled ones. */
  loans: ColumnType<bigint | null, never, never>;
  /** Of them, repaid ones and those whose time is over. */
  loans_due: ColumnType<bigint | null, never, never>;
  /** Of them, repaid by the day they were due. */
  loans_on_time: ColumnType<bigint | null, never, never>;
  /** The advance that is not repaid; null without one. */
  open_loan_id: ColumnType<string | null, never, never>;
  /** Advances that were never repaid. */
  written_off_loans: ColumnType<bigint | null, never, never>;
  /** 0 to 1000, the sum of the parts, rounded: higher is safer. */
  risk_score: ColumnType<number | null, never, never>;
  /** The parts of the score: an array of objects with part and points. */
  risk_factors: ColumnType<unknown | null, never, never>;
  /** What stands in the way of an advance, as checkAdvanceEligibility names it, the predicted earnings left aside. */
  reasons: ColumnType<string[] | null, never, never>;
  /** No such reason: an advance then depends on the predicted earnings alone. */
  eligible_without_prediction: ColumnType<boolean | null, never, never>;
  /** USDC: earnings of the 30 days times 0.5 to 0.8 by score, 500 at most, as if eligible; the prediction may allow less. */
  max_advance_by_risk: ColumnType<string | null, never, never>;
  /** Fee of an advance, hundredths of a percent. */
  fee_bps: ColumnType<number | null, never, never>;
}

/** Folded statistics of a worker. Read the view worker_totals instead. */
export interface WorkerStatistics {
  worker_id: string;
  tasks: bigint;
  pending: bigint;
  active: bigint;
  completed: bigint;
  cancelled: bigint;
  abandoned: bigint;
  disputed: bigint;
  ever_disputed: bigint;
  late: bigint;
  ratings: bigint;
  stars: bigint;
  earned: string;
  paid: string;
  released: string;
  open_amount: string;
  /** Null when nothing tells. */
  last_active_at: Date | null;
  /** The columns of workers are not brought up to date yet. */
  is_stale: Generated<boolean>;
}

/** All statistics of a worker, exact at every read: what is folded and what is not yet. The views of workers stand on it. */
export interface WorkerTotals {
  worker_id: ColumnType<string, never, never>;
  name: ColumnType<string, never, never>;
  reputation_score: ColumnType<number, never, never>;
  created_at: ColumnType<Date, never, never>;
  total_tasks: ColumnType<bigint, never, never>;
  completed_tasks: ColumnType<bigint, never, never>;
  active_tasks: ColumnType<bigint, never, never>;
  pending_tasks: ColumnType<bigint, never, never>;
  cancelled_tasks: ColumnType<bigint, never, never>;
  disputed_tasks: ColumnType<bigint, never, never>;
  ever_disputed_tasks: ColumnType<bigint, never, never>;
  late_tasks: ColumnType<bigint, never, never>;
  ended_tasks: ColumnType<bigint, never, never>;
  total_earned: ColumnType<string, never, never>;
  paid: ColumnType<string, never, never>;
  released: ColumnType<string, never, never>;
  pending_earnings: ColumnType<string, never, never>;
  ratings: ColumnType<bigint, never, never>;
  stars: ColumnType<bigint, never, never>;
  completion_rate: ColumnType<string, never, never>;
  average_rating: ColumnType<string, never, never>;
  dispute_rate: ColumnType<string, never, never>;
  last_active_at: ColumnType<Date, never, never>;
}

/** Folded completed transactions in USDC by worker and type. */
export interface WorkerTransactions {
  worker_id: string;
  tx_type: string;
  transactions: bigint;
  amount: string;
}

/** People who do tasks and are paid. Password and keys are in accounts under the same id. The statistics are brought up to date each second; worker_profiles shows them as of the moment. */
export interface Workers {
  id: Generated<string>;
  name: string;
  email: string;
  /** Id of the wallet at the payment provider; null without one. */
  wallet_id: string | null;
  /** Lower case, 0x and 40 hexadecimal digits; null: paid into the balance only. */
  wallet_address: string | null;
  status: Generated<string>;
  /** 0 to 1000, starts at 500; changed by reputation events only. */
  reputation_score: Generated<number>;
  /** Completed tasks. */
  total_tasks: Generated<bigint>;
  /** Sum of the amounts of completed tasks, before fees. */
  total_earned: Generated<string>;
  /** Percent: completed of those that were completed, cancelled after they began, or disputed. */
  completion_rate: Generated<string>;
  /** Mean of the ratings by platforms, 0 without one. */
  average_rating: Generated<string>;
  /** Percent of the worker's tasks that were ever disputed. */
  dispute_rate: Generated<string>;
  last_active_at: Generated<Date>;
  metadata: Generated<unknown>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
  /** Score the worker began with: 500, or what it brought along from elsewhere. Replaying its events from here gives its score. */
  initial_score: Generated<number>;
  /** When the worker proved the wallet address by a signature, and may sign in with it since; null: it was only typed in. Set with a challenge that is used in the same transaction, cleared with the address (guard_wallet_proof). */
  wallet_verified_at: Date | null;
}

export interface Tables {
  account_sessions: AccountSessions;
  accounts: Accounts;
  active_streams_view: ActiveStreamsView;
  api_keys: ApiKeys;
  audit_log: AuditLog;
  audit_logs: AuditLogs;
  auth_secrets: AuthSecrets;
  chain_transactions: ChainTransactions;
  daily_transaction_summary: DailyTransactionSummary;
  daily_work: DailyWork;
  idempotency_keys: IdempotencyKeys;
  import_refusals: ImportRefusals;
  imports: Imports;
  inbound_events: InboundEvents;
  invariant_daily_transactions_equal: InvariantDailyTransactionsEqual;
  invariant_escrow_equals_tasks: InvariantEscrowEqualsTasks;
  invariant_ledger_balances_equal_journal: InvariantLedgerBalancesEqualJournal;
  invariant_ledger_holds_open: InvariantLedgerHoldsOpen;
  invariant_ledger_in_balance: InvariantLedgerInBalance;
  invariant_ledger_seals_unbroken: InvariantLedgerSealsUnbroken;
  invariant_ledger_within_limits: InvariantLedgerWithinLimits;
  invariant_loans_equal_books: InvariantLoansEqualBooks;
  invariant_losses_equal_loans: InvariantLossesEqualLoans;
  invariant_outbox_not_ahead: InvariantOutboxNotAhead;
  invariant_payouts_have_entries: InvariantPayoutsHaveEntries;
  invariant_platform_statistics_equal_tasks: InvariantPlatformStatisticsEqualTasks;
  invariant_queue_job_in_one_place: InvariantQueueJobInOnePlace;
  invariant_queue_lease_has_claim: InvariantQueueLeaseHasClaim;
  invariant_queue_slot_behind_pointer: InvariantQueueSlotBehindPointer;
  invariant_rail_equals_transactions: InvariantRailEqualsTransactions;
  invariant_reputation_replays: InvariantReputationReplays;
  invariant_sandbox_sends_once: InvariantSandboxSendsOnce;
  invariant_stream_releases_equal_transactions: InvariantStreamReleasesEqualTransactions;
  invariant_streams_within_escrow: InvariantStreamsWithinEscrow;
  invariant_webhook_cursor_not_ahead: InvariantWebhookCursorNotAhead;
  invariant_webhook_deliveries_once: InvariantWebhookDeliveriesOnce;
  invariant_worker_statistics_equal_tasks: InvariantWorkerStatisticsEqualTasks;
  ledger_account_balances: LedgerAccountBalances;
  ledger_accounts: LedgerAccounts;
  ledger_assets: LedgerAssets;
  ledger_balances: LedgerBalances;
  ledger_holds: LedgerHolds;
  ledger_seal_marks: LedgerSealMarks;
  ledger_seals: LedgerSeals;
  ledger_transfers: LedgerTransfers;
  ledger_trial_balance: LedgerTrialBalance;
  loans: Loans;
  migration_objects: MigrationObjects;
  migrations: Migrations;
  money_deltas: MoneyDeltas;
  outbox: Outbox;
  platform_activity: PlatformActivity;
  platform_performance_view: PlatformPerformanceView;
  platform_profiles: PlatformProfiles;
  platform_statistics: PlatformStatistics;
  platform_totals: PlatformTotals;
  platform_workers: PlatformWorkers;
  platforms: Platforms;
  queue_attempts: QueueAttempts;
  queue_claims: QueueClaims;
  queue_dead: QueueDead;
  queue_history: QueueHistory;
  queue_jobs: QueueJobs;
  queue_overview: QueueOverview;
  queue_schedules: QueueSchedules;
  queue_settings: QueueSettings;
  queue_slots: QueueSlots;
  queue_states: QueueStates;
  rail_notifications: RailNotifications;
  recomputed_worker_days: RecomputedWorkerDays;
  refresh_tokens: RefreshTokens;
  reputation_events: ReputationEvents;
  retention_alarms: RetentionAlarms;
  retention_policies: RetentionPolicies;
  retention_status: RetentionStatus;
  sandbox_deposits: SandboxDeposits;
  sandbox_secrets: SandboxSecrets;
  sandbox_transfers: SandboxTransfers;
  streams: Streams;
  tasks: Tasks;
  transaction_days: TransactionDays;
  transactions: Transactions;
  wallet_challenges: WalletChallenges;
  webhook_attempts: WebhookAttempts;
  webhook_cursor: WebhookCursor;
  webhook_deliveries: WebhookDeliveries;
  webhook_delivery_history: WebhookDeliveryHistory;
  webhook_endpoints: WebhookEndpoints;
  webhook_secrets: WebhookSecrets;
  work_deltas: WorkDeltas;
  work_parts: WorkParts;
  worker_days: WorkerDays;
  worker_earnings_view: WorkerEarningsView;
  worker_profiles: WorkerProfiles;
  worker_risk_assessment: WorkerRiskAssessment;
  worker_statistics: WorkerStatistics;
  worker_totals: WorkerTotals;
  worker_transactions: WorkerTransactions;
  workers: Workers;
}
