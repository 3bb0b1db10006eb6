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

/** The feed of a project, for people. */
export interface Activities {
  id: Generated<string>;
  project_id: string;
  type: string;
  message: string;
  /** Facts of the activity as JSON; null when there are none. */
  metadata: unknown | null;
  timestamp: Generated<Date>;
}

/** The log of a run, a row a line, so that several writers append at once without losing any. */
export interface AgentLogLines {
  id: ColumnType<bigint, never, never>;
  agent_id: string;
  at: Generated<Date>;
  line: string;
}

/** Folded spend by run and UTC day. Read the view daily_agent_spend instead. */
export interface AgentSpendDaily {
  agent_id: string;
  day: string;
  project_id: string;
  amount: string;
  calls: bigint;
  unpriced_calls: bigint;
  input_tokens: string;
  output_tokens: string;
}

/** Runs of AI agents. Any status may follow any other: a finished run can be taken up again. */
export interface Agents {
  id: Generated<string>;
  project_id: string;
  status: string;
  start_time: Generated<Date>;
  /** Null while nobody has said that the run ended. */
  end_time: Date | null;
  /** Why a run failed; null when it did not. */
  error: string | null;
  /** Tells a run whose log is empty from one that has none. */
  has_logs: Generated<boolean>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
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

/** Keys that sign access tokens (HMAC-SHA-256). Whoever reads this table can sign in as anyone: grant it to nobody. */
export interface AuthSecrets {
  kid: string;
  secret: Buffer;
  created_at: Generated<Date>;
  /** Null: the key that signs. Set: rotated out, and still accepted until then. */
  verify_until: Date | null;
}

/** Thresholds that were reached, once each in a period: the primary key is what makes the alert single. */
export interface BudgetAlerts {
  budget_id: string;
  period_start: string;
  threshold: string;
  spent: string;
  at: Generated<Date>;
}

/** Money set aside before a call whose cost is not known yet; it counts against hard budgets until settled, released or expired. */
export interface BudgetReservations {
  id: Generated<string>;
  project_id: string;
  /** Run that will spend it; null when it is not attributed to one. */
  agent_id: string | null;
  amount: string;
  state: Generated<string>;
  /** What it is for, in the caller's words; null when they said nothing. */
  purpose: string | null;
  /** Cost that settled it; null until then. */
  cost_id: string | null;
  created_at: Generated<Date>;
  expires_at: Date;
  /** Null while it is open. */
  closed_at: Date | null;
}

/** Each budget with what its running period (UTC) has spent and holds reserved. remaining may be negative: costs are recorded even when they pass the limit. */
export interface BudgetStatus {
  budget_id: ColumnType<string, never, never>;
  project_id: ColumnType<string, never, never>;
  agent_id: ColumnType<string, never, never>;
  kind: ColumnType<string, never, never>;
  period: ColumnType<string, never, never>;
  limit_amount: ColumnType<string, never, never>;
  thresholds: ColumnType<string[], never, never>;
  period_start: ColumnType<string, never, never>;
  spent: ColumnType<string, never, never>;
  unpriced_calls: ColumnType<bigint, never, never>;
  reserved: ColumnType<string, never, never>;
  remaining: ColumnType<string, never, never>;
  created_at: ColumnType<Date, never, never>;
  updated_at: ColumnType<Date, never, never>;
}

/** Limits on spend. hard: a reservation that would pass the limit is refused; soft: thresholds only write alerts. */
export interface Budgets {
  id: Generated<string>;
  project_id: string;
  /** Run the budget is for; null when it is for the whole project. */
  agent_id: string | null;
  kind: string;
  period: string;
  limit_amount: string;
  /** Parts of the limit, 1 is all of it, at each of which one cost_alert a period is written. */
  thresholds: Generated<string[]>;
  /** Raised by every reservation: that update is the lock which lets reservations of one budget in one by one. */
  reservations_made: Generated<bigint>;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** One paid call of a model, in USD. */
export interface Costs {
  id: Generated<string>;
  project_id: string;
  /** Run that caused it; null when it is not attributed to one. */
  agent_id: string | null;
  /** USD, exact. Null when the price is unknown: it is counted as unpriced and never as zero. */
  amount: string | null;
  provider: string;
  model: string;
  /** Null when not reported; 0 is a count. */
  input_tokens: bigint | null;
  /** Null when not reported; 0 is a count. */
  output_tokens: bigint | null;
  /** Disjoint kinds of usage with their quantities; null when only totals are known. */
  usage: unknown | null;
  /** How the provider sold the call; prices differ by it. */
  service_tier: Generated<string>;
  /** given: the caller said the amount; computed: from price_id; unpriced: no price known. */
  pricing: Generated<string>;
  /** Price the amount was computed from; null unless computed. */
  price_id: string | null;
  /** Kinds of usage that had no price; null unless that is why it is unpriced. */
  unpriced_kinds: string[] | null;
  /** Place and content in an imported file, so that a second import adds nothing; null otherwise. */
  import_key: string | null;
  timestamp: Generated<Date>;
}

/** Spend by run and UTC day, exact at every read. */
export interface DailyAgentSpend {
  agent_id: ColumnType<string, never, never>;
  project_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  amount: ColumnType<string, never, never>;
  calls: ColumnType<bigint, never, never>;
  unpriced_calls: ColumnType<bigint, never, never>;
  input_tokens: ColumnType<string, never, never>;
  output_tokens: ColumnType<string, never, never>;
}

/** Spend by project, UTC day, provider and model, exact at every read. unpriced_calls are in calls and not in amount. */
export interface DailySpend {
  project_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  provider: ColumnType<string, never, never>;
  model: ColumnType<string, never, never>;
  amount: ColumnType<string, never, never>;
  calls: ColumnType<bigint, never, never>;
  unpriced_calls: ColumnType<bigint, never, never>;
  input_tokens: ColumnType<string, never, never>;
  output_tokens: ColumnType<string, never, never>;
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
  /** Project that received the rows; null: price tables belong to none. */
  project_id: string | null;
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

/** Days of a run whose rollup differs from the sum of its costs. Mend: run the function rebuild_spend() of this schema. */
export interface InvariantAgentSpendEqualsCosts {
  agent_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  costs_amount: ColumnType<string, never, never>;
  spend_amount: ColumnType<string, never, never>;
  costs_calls: ColumnType<bigint, never, never>;
  spend_calls: ColumnType<bigint, never, never>;
}

/** Costs said to be computed without a price, or with a price although they were not. */
export interface InvariantComputedCostsHavePrices {
  id: ColumnType<string, never, never>;
  pricing: ColumnType<string, never, never>;
  price_id: ColumnType<string, never, never>;
}

/** Projects whose daily rollup does not add up to their total. Mend: run the function rebuild_spend() of this schema. */
export interface InvariantDailyEqualsTotal {
  project_id: ColumnType<string, never, never>;
  daily_amount: ColumnType<string, never, never>;
  total_amount: ColumnType<string, never, never>;
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

/** Organizations that nobody owns, or personal ones whose user does not. Mend: make a member the owner. */
export interface InvariantOrganizationsHaveOwners {
  organization_id: ColumnType<string, never, never>;
  type: ColumnType<string, never, never>;
  name: ColumnType<string, never, never>;
}

/** Events whose transaction lies in the future of this server: the data came from another one, and readers would wait for it for ever. Run select rebase_outbox() in this schema; readers then start again without a cursor. */
export interface InvariantOutboxNotAhead {
  xid: ColumnType<string, never, never>;
  events: ColumnType<bigint, never, never>;
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

/** Rates of a kind of usage that nothing counts. */
export interface InvariantRatesHaveKinds {
  price_id: ColumnType<string, never, never>;
  kind: ColumnType<string, never, never>;
}

/** Days of a project, provider and model whose rollup differs from the sum of their costs. Mend: run the function rebuild_spend() of this schema. */
export interface InvariantSpendEqualsCosts {
  project_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  provider: ColumnType<string, never, never>;
  model: ColumnType<string, never, never>;
  costs_amount: ColumnType<string, never, never>;
  spend_amount: ColumnType<string, never, never>;
  costs_calls: ColumnType<bigint, never, never>;
  spend_calls: ColumnType<bigint, never, never>;
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

/** USD for one unit of a kind of usage. A call whose input exceeds above_tokens pays the rate of that step for all of its units of the kind. */
export interface ModelPriceRates {
  price_id: string;
  kind: string;
  above_tokens: Generated<bigint>;
  unit_price: string;
}

/** One version of a model's price. Versions of one model, tier and time of day never overlap; a price for a time of day wins over the price for the whole day. */
export interface ModelPrices {
  id: Generated<string>;
  priced_model_id: string;
  service_tier: Generated<string>;
  /** Start of the daily hours in UTC, inclusive; null: all day. */
  day_from: unknown | null;
  /** End of the daily hours in UTC, exclusive; null: all day. */
  day_until: unknown | null;
  /** First moment it holds, inclusive; null: as far back as anyone asks. */
  valid_from: Date | null;
  /** First moment it no longer holds; null: until further notice. */
  valid_until: Date | null;
  /** Hash of the rates, so that loading a table twice changes nothing. */
  rates_digest: string;
  /** The rates above their limit that somebody accepted explicitly, with the limits of that time; null: none. */
  accepted_implausible: unknown | null;
  /** Where the price comes from, in words; null: the source says it all. */
  note: string | null;
  created_at: Generated<Date>;
}

/** How a logged provider name (subject provider), or a model name that came without one (subject model), finds its provider. */
export interface ModelProviderRules {
  provider: string;
  ordinal: number;
  subject: string;
  operator: string;
  pattern: string;
}

/** Who sells model calls. A model that a provider does not price itself is looked up at its fallback providers, in order. */
export interface ModelProviders {
  id: string;
  name: string;
  /** Rules of providers are tried in this order; the first match wins. */
  position: number;
  fallback_providers: Generated<string[]>;
}

/** Who belongs to an organization, and as what. */
export interface OrganizationMembers {
  organization_id: string;
  user_id: string;
  role: string;
  /** Null for whoever founded it, and when the inviting user is gone. */
  invited_by: string | null;
  joined_at: Generated<Date>;
}

/** Who works together. Registration makes a personal one for each user, in the transaction that makes the user. */
export interface Organizations {
  id: Generated<string>;
  name: string;
  type: Generated<string>;
  /** Short name for addresses, derived from the name; a taken one gets a piece of the id. */
  slug: string;
  /** The one user of a personal organization, which ends with them; null for a company. */
  personal_user_id: string | null;
  /** Null when none was given. */
  description: string | null;
  subscription_tier: Generated<string>;
  subscription_price: Generated<string>;
  /** Null: bills go to the owners. */
  billing_email: string | null;
  /** Settings as an object; null when none were given. */
  settings: unknown | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
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

/** Every version of every price with its rates (USD per unit, as text). Null validity is unbounded; null hours are the whole day. */
export interface PriceBook {
  id: ColumnType<string, never, never>;
  source: ColumnType<string, never, never>;
  precedence: ColumnType<number, never, never>;
  provider: ColumnType<string, never, never>;
  model: ColumnType<string, never, never>;
  service_tier: ColumnType<string, never, never>;
  day_from: ColumnType<string, never, never>;
  day_until: ColumnType<string, never, never>;
  valid_from: ColumnType<Date, never, never>;
  valid_until: ColumnType<Date, never, never>;
  rates: ColumnType<unknown, never, never>;
  accepted_implausible: ColumnType<unknown, never, never>;
  note: ColumnType<string, never, never>;
  created_at: ColumnType<Date, never, never>;
  priced_model_id: ColumnType<string, never, never>;
}

/** Exact names of a priced model, in lower case; the key is the name its source lists it under, and wins over other names. */
export interface PricedModelNames {
  provider: string;
  name: string;
  priced_model_id: string;
  is_key: boolean;
}

/** Further names of a priced model, by pattern, in lower case; any one suffices. */
export interface PricedModelRules {
  priced_model_id: string;
  ordinal: number;
  provider: string;
  operator: string;
  pattern: string;
}

/** A model as one source prices it. Where several sources price a model, the lowest precedence wins: manual 0, genai 10, litellm 20, builtin 30. */
export interface PricedModels {
  id: Generated<string>;
  source: string;
  precedence: number;
  provider: string;
  model: string;
  /** Place in its source; of two rules that match a name, the earlier model wins. */
  position: number;
}

/** Folded spend of a project from its first day. Read the view total_spend instead. */
export interface ProjectSpend {
  project_id: string;
  amount: string;
  calls: bigint;
  unpriced_calls: bigint;
  input_tokens: string;
  output_tokens: string;
}

/** A code base on which agents work; everything else belongs to one. */
export interface Projects {
  id: Generated<string>;
  user_id: string;
  name: string;
  path: string;
  /** Settings as an object; null when none were given. Replaced whole. */
  settings: unknown | null;
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

/** SHA-256 of every refresh token of a living session, old ones too: an old one that comes back is a stolen one. */
export interface RefreshTokens {
  token_hash: Buffer;
  session_id: string;
  generation: number;
  issued_at: Generated<Date>;
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

/** Machines that run agents. A background task makes and removes them; a trigger refuses every other change of status. */
export interface Runners {
  id: Generated<string>;
  /** Null once the user is gone: a trigger then marks the runner deleted, so that its machine is torn down and not forgotten. */
  user_id: string | null;
  /** Personal organization of the user when it was made; null when there was none, or it is gone. */
  organization_id: string | null;
  name: string;
  provider: string;
  region: string;
  server_type: string;
  /** At most what the server type can run: cpx11 1, cpx31 2, cpx41 4, cpx51 8; other providers' types are not known here. */
  max_concurrent_jobs: Generated<number>;
  /** Null until the machine is there. */
  ip_address: string | null;
  /** Name of a key that the provider puts on the machine; null: none. */
  ssh_key_id: string | null;
  /** SHA-256 of the token that only the machine was given; null until the machine is there. */
  token_hash: Buffer | null;
  status: Generated<string>;
  /** When the machine last reported; null: never. */
  last_heartbeat: Date | null;
  /** What the last failed attempt said; null when none failed since. */
  error_message: string | null;
  /** Percent at the last heartbeat; null: never reported. */
  cpu_usage: string | null;
  /** Percent at the last heartbeat; null: never reported. */
  memory_usage: string | null;
  /** Percent at the last heartbeat; null: never reported. */
  disk_usage: string | null;
  /** What the provider says of the machine; null until it is there. */
  metadata: unknown | null;
  /** Raised by whoever takes the runner on; what an older attempt wants to write is refused. */
  attempt: Generated<number>;
  /** Nobody else takes the runner on before this; null: free. */
  lease_until: Date | null;
  /** When a deleted runner's machine was gone for certain; null: there may be one. */
  torn_down_at: Date | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
}

/** Folded spend by project, UTC day, provider and model. Read the view daily_spend instead. */
export interface SpendDaily {
  project_id: string;
  day: string;
  provider: string;
  model: string;
  amount: string;
  calls: bigint;
  unpriced_calls: bigint;
  input_tokens: string;
  output_tokens: string;
}

/** What each statement on costs added or took away; folded into the rollups every second, so that no writer waits for another. */
export interface SpendDeltas {
  id: ColumnType<bigint, never, never>;
  project_id: string;
  /** Null for costs that are not attributed to a run. */
  agent_id: string | null;
  day: string;
  provider: string;
  model: string;
  amount: string;
  calls: bigint;
  unpriced_calls: bigint;
  input_tokens: string;
  output_tokens: string;
}

/** Folded rows of spend and what is not folded yet, side by side: sum them by whatever is asked. What a deleted project left to fold is left out. */
export interface SpendParts {
  project_id: ColumnType<string, never, never>;
  day: ColumnType<string, never, never>;
  provider: ColumnType<string, never, never>;
  model: ColumnType<string, never, never>;
  amount: ColumnType<string, never, never>;
  calls: ColumnType<bigint, never, never>;
  unpriced_calls: ColumnType<bigint, never, never>;
  input_tokens: ColumnType<string, never, never>;
  output_tokens: ColumnType<string, never, never>;
}

/** Spend of each project from its first day, exact at every read; a project without costs has no row. */
export interface TotalSpend {
  project_id: ColumnType<string, never, never>;
  amount: ColumnType<string, never, never>;
  calls: ColumnType<bigint, never, never>;
  unpriced_calls: ColumnType<bigint, never, never>;
  input_tokens: ColumnType<string, never, never>;
  output_tokens: ColumnType<string, never, never>;
}

/** Kinds of usage, which never overlap: unit, side, the kind whose rate it takes when a price has none of its own (null: it is then flagged), whether it may go unpriced, and the rate above which a price entry is refused. */
export interface UsageKinds {
  kind: ColumnType<string, never, never>;
  unit: ColumnType<string, never, never>;
  side: ColumnType<string, never, never>;
  priced_as: ColumnType<string, never, never>;
  optional: ColumnType<boolean, never, never>;
  max_unit_price: ColumnType<string, never, never>;
  reason: ColumnType<string, never, never>;
}

/** People who own projects. Password, roles and tokens are in accounts, under the same id. */
export interface Users {
  id: Generated<string>;
  email: string;
  /** Display name; null when none was given. */
  name: string | null;
  created_at: Generated<Date>;
  updated_at: Generated<Date>;
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

export interface Tables {
  account_sessions: AccountSessions;
  accounts: Accounts;
  activities: Activities;
  agent_log_lines: AgentLogLines;
  agent_spend_daily: AgentSpendDaily;
  agents: Agents;
  api_keys: ApiKeys;
  audit_log: AuditLog;
  auth_secrets: AuthSecrets;
  budget_alerts: BudgetAlerts;
  budget_reservations: BudgetReservations;
  budget_status: BudgetStatus;
  budgets: Budgets;
  costs: Costs;
  daily_agent_spend: DailyAgentSpend;
  daily_spend: DailySpend;
  idempotency_keys: IdempotencyKeys;
  import_refusals: ImportRefusals;
  imports: Imports;
  invariant_agent_spend_equals_costs: InvariantAgentSpendEqualsCosts;
  invariant_computed_costs_have_prices: InvariantComputedCostsHavePrices;
  invariant_daily_equals_total: InvariantDailyEqualsTotal;
  invariant_ledger_balances_equal_journal: InvariantLedgerBalancesEqualJournal;
  invariant_ledger_holds_open: InvariantLedgerHoldsOpen;
  invariant_ledger_in_balance: InvariantLedgerInBalance;
  invariant_ledger_seals_unbroken: InvariantLedgerSealsUnbroken;
  invariant_ledger_within_limits: InvariantLedgerWithinLimits;
  invariant_organizations_have_owners: InvariantOrganizationsHaveOwners;
  invariant_outbox_not_ahead: InvariantOutboxNotAhead;
  invariant_queue_job_in_one_place: InvariantQueueJobInOnePlace;
  invariant_queue_lease_has_claim: InvariantQueueLeaseHasClaim;
  invariant_queue_slot_behind_pointer: InvariantQueueSlotBehindPointer;
  invariant_rates_have_kinds: InvariantRatesHaveKinds;
  invariant_spend_equals_costs: InvariantSpendEqualsCosts;
  invariant_webhook_cursor_not_ahead: InvariantWebhookCursorNotAhead;
  invariant_webhook_deliveries_once: InvariantWebhookDeliveriesOnce;
  ledger_account_balances: LedgerAccountBalances;
  ledger_accounts: LedgerAccounts;
  ledger_assets: LedgerAssets;
  ledger_balances: LedgerBalances;
  ledger_holds: LedgerHolds;
  ledger_seal_marks: LedgerSealMarks;
  ledger_seals: LedgerSeals;
  ledger_transfers: LedgerTransfers;
  ledger_trial_balance: LedgerTrialBalance;
  migration_objects: MigrationObjects;
  migrations: Migrations;
  model_price_rates: ModelPriceRates;
  model_prices: ModelPrices;
  model_provider_rules: ModelProviderRules;
  model_providers: ModelProviders;
  organization_members: OrganizationMembers;
  organizations: Organizations;
  outbox: Outbox;
  price_book: PriceBook;
  priced_model_names: PricedModelNames;
  priced_model_rules: PricedModelRules;
  priced_models: PricedModels;
  project_spend: ProjectSpend;
  projects: Projects;
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
  refresh_tokens: RefreshTokens;
  retention_alarms: RetentionAlarms;
  retention_policies: RetentionPolicies;
  retention_status: RetentionStatus;
  runners: Runners;
  spend_daily: SpendDaily;
  spend_deltas: SpendDeltas;
  spend_parts: SpendParts;
  total_spend: TotalSpend;
  usage_kinds: UsageKinds;
  users: Users;
  webhook_attempts: WebhookAttempts;
  webhook_cursor: WebhookCursor;
  webhook_deliveries: WebhookDeliveries;
  webhook_delivery_history: WebhookDeliveryHistory;
  webhook_endpoints: WebhookEndpoints;
  webhook_secrets: WebhookSecrets;
}
