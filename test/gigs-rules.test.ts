/** The rules of the tables that are written most, asked of the database itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;
let worker: string;
let platform: string;

beforeAll(async () => {
  t = await openGigs();
  worker = (await t.worker()).id;
  platform = (await t.platform('0')).id;
});

afterAll(() => t?.opened.close());

type Row = Readonly<Record<string, unknown>>;

/** A row that is fine, but for what a case puts into it. */
const rows = {
  tasks: (): Row => ({ platform_id: platform, worker_id: worker, amount: '10', status: 'active' }),
  transactions: (): Row => ({ worker_id: worker, tx_type: 'deposit', amount: '10', status: 'pending' }),
  workers: (): Row => ({ id: worker }),
  reputation_events: (): Row => ({
    ...{ worker_id: worker, event_type: 'bonus', requested_delta: 0, reason: 'Well done' },
  }),
  audit_logs: (): Row => ({ actor_type: 'system', action: 'look', resource_type: 'task' }),
};
type Table = keyof typeof rows;

class RolledBack extends Error {}

/** Writes the row in a transaction that is taken back. */
async function write(table: Table, change: Row): Promise<void> {
  const row = { ...rows[table](), ...change };
  const columns = Object.keys(row);
  const places = columns.map((_, index) => `$${index + 1}`).join(', ');
  const text =
    table === 'workers'
      ? `update :schema.workers set (${columns.join(', ')}) = row(${places}) where id = $1`
      : `insert into :schema.${table} (${columns.join(', ')}) values (${places})`;
  await t.opened.database
    .transaction(async (tx) => {
      await t.scope.on(tx).query(text, Object.values(row));
      throw new RolledBack();
    })
    .catch((error: unknown) => {
      if (!(error instanceof RolledBack)) throw error;
    });
}

const text = (length: number): string => 'x'.repeat(length);
const hash = (digits: number): string => `0x${'a'.repeat(digits)}`;
const done = { status: 'completed', completed_at: '2026-01-02Z' };

/** Of each rule: what is just allowed, what is just not. */
const rules: readonly (readonly [
  Table,
  constraint: string,
  allowed: readonly Row[],
  refused: readonly Row[],
])[] = [
  ['tasks', 'task_type_check', [{ task_type: 'streaming' }], [{ task_type: 'hourly' }, { task_type: '' }]],
  ['tasks', 'usdc_above_zero_check', [{ amount: '0.000001' }], [{ amount: '0' }, { amount: '-1' }]],
  [
    ...(['tasks', 'usdc_check'] as const),
    [{ amount: '99999999999999.999999' }],
    [
      ...[{ amount: '100000000000000' }, { amount: '0.0000001' }, { amount: 'NaN' }, { amount: 'Infinity' }],
      ...[{ escrowed_amount: '0.0000001' }, { paid_amount: 'NaN' }],
    ],
  ],
  [
    ...(['tasks', 'task_status_check'] as const),
    [{ status: 'pending' }, { status: 'disputed' }],
    [{ status: 'paid' }],
  ],
  [
    ...(['tasks', 'task_verification_check'] as const),
    [{ verification_status: 'flagged' }],
    [{ verification_status: 'unknown' }],
  ],
  [
    ...(['tasks', 'task_verifier_check'] as const),
    [{ verified_by: 'manual' }, { verified_by: null }],
    [{ verified_by: 'nobody' }],
  ],
  [
    ...(['tasks', 'stars_check'] as const),
    [{ worker_rating: 1 }, { worker_rating: 5 }, { platform_rating: 5 }, { platform_rating: null }],
    [{ worker_rating: 0 }, { worker_rating: 6 }, { platform_rating: 0 }, { platform_rating: 6 }],
  ],
  [
    ...(['tasks', 'usdc_from_zero_check'] as const),
    [{ escrowed_amount: '0' }, { paid_amount: '0' }],
    [{ escrowed_amount: '-0.000001' }, { paid_amount: '-0.000001' }],
  ],
  [
    ...(['tasks', 'tasks_money_check'] as const),
    [{ escrowed_amount: '4', paid_amount: '6' }, { escrowed_amount: '10' }, { paid_amount: '10' }],
    [
      ...[{ escrowed_amount: '4', paid_amount: '6.000001' }, { escrowed_amount: '10.000001' }],
      { paid_amount: '10.000001' },
    ],
  ],
  [
    ...(['tasks', 'tasks_worker_check'] as const),
    [{ worker_id: null, status: 'pending' }],
    [{ worker_id: null, status: 'active' }],
  ],
  [
    ...(['tasks', 'tasks_times_check'] as const),
    [done, { ...done, started_at: done.completed_at }],
    [{ status: 'completed' }, { status: 'cancelled' }, { ...done, started_at: '2026-01-03Z' }],
  ],
  ['tasks', 'task_title_check', [{ title: text(500) }], [{ title: text(501) }]],
  ['tasks', 'task_description_check', [{ description: text(10_000) }], [{ description: text(10_001) }]],
  ['tasks', 'task_proof_check', [{ completion_proof: text(2_000) }], [{ completion_proof: text(2_001) }]],
  ['tasks', 'external_id_check', [{ external_id: text(200) }], [{ external_id: text(201) }]],
  ['transactions', 'tx_hash_check', [{ tx_hash: hash(64) }], [{ tx_hash: hash(63) }, { tx_hash: hash(65) }]],
  [
    ...(['transactions', 'from_zero_check'] as const),
    [{ log_index: 0 }, { blockchain_confirmations: 0 }, { attempts: 0 }],
    [{ log_index: -1 }, { blockchain_confirmations: -1 }, { attempts: -1 }],
  ],
  ['transactions', 'tx_type_check', [{ tx_type: 'transfer' }], [{ tx_type: 'gift' }]],
  [
    ...(['transactions', 'token_amount_check'] as const),
    [{ amount: `1${'0'.repeat(59)}` }, { amount: '1e-30', asset: 'ETH' }],
    [{ amount: '0' }, { amount: `1${'0'.repeat(60)}` }, { amount: 'NaN' }],
  ],
  ['transactions', 'token_fee_check', [{ fee: '0' }], [{ fee: '-0.000001' }]],
  [
    ...(['transactions', 'transactions_fee_check'] as const),
    [{ fee: '10' }],
    [{ fee: '10.000001' }, { fee: 'NaN' }],
  ],
  [
    ...(['transactions', 'transactions_usdc_check'] as const),
    [{ amount: '0.000001' }, { amount: '0.0000001', asset: 'ETH' }],
    [{ amount: '0.0000001' }, { fee: '0.0000001' }],
  ],
  ['transactions', 'tx_status_check', [{ status: 'processing' }], [{ status: 'sent' }]],
  [
    ...(['transactions', 'transactions_state_check'] as const),
    [{ status: 'completed', processed_at: '2026-01-02Z' }],
    [{ status: 'completed' }],
  ],
  [
    'workers',
    'worker_name_check',
    [{ name: text(1) }, { name: text(100) }],
    [{ name: '' }, { name: text(101) }],
  ],
  [
    ...(['workers', 'wallet_address_check'] as const),
    [{ wallet_address: hash(40) }, { wallet_address: null }],
    [{ wallet_address: hash(39) }, { wallet_address: hash(40).toUpperCase() }],
  ],
  ['workers', 'worker_status_check', [{ status: 'suspended' }], [{ status: 'away' }]],
  [
    ...(['workers', 'score_check'] as const),
    [{ reputation_score: 0, initial_score: 1_000 }],
    [{ reputation_score: -1 }, { reputation_score: 1_001 }, { initial_score: -1 }, { initial_score: 1_001 }],
  ],
  [
    ...(['workers', 'percent_check'] as const),
    [{ completion_rate: '0', dispute_rate: '100' }],
    [{ completion_rate: '-0.01' }, { completion_rate: '100.01' }, { dispute_rate: '100.01' }],
  ],
  [
    ...(['workers', 'mean_stars_check'] as const),
    [{ average_rating: '5' }],
    [{ average_rating: '5.01' }, { average_rating: '-0.01' }],
  ],
  [
    'reputation_events',
    'reputation_event_type_check',
    [{ event_type: 'penalty' }],
    [{ event_type: 'praise' }],
  ],
  ['reputation_events', 'stars_check', [{ rating: 1 }, { rating: null }], [{ rating: 0 }, { rating: 6 }]],
  [
    ...(['reputation_events', 'reputation_reason_check'] as const),
    [{ reason: 'x' }, { reason: text(1_000) }],
    [{ reason: '' }, { reason: text(1_001) }],
  ],
  [
    ...(['audit_logs', 'actor_type_check'] as const),
    [{ actor_type: 'anonymous' }],
    [{ actor_type: 'System' }, { actor_type: '' }, { actor_type: text(41) }],
  ],
  [
    ...(['audit_logs', 'audit_logs_actor_check'] as const),
    [{ actor_type: text(40), actor_id: 'wrk_1' }],
    [{ actor_type: 'worker', actor_id: null }],
  ],
  ['audit_logs', 'audited_action_check', [{ action: text(100) }], [{ action: '' }, { action: text(101) }]],
  [
    ...(['audit_logs', 'audited_resource_check'] as const),
    [{ resource_type: text(50) }],
    [{ resource_type: '' }, { resource_type: text(51) }],
  ],
];

describe('the database', () => {
  it.each(rules)('keeps, of %s, the rule %s', async (table, constraint, allowed, refused) => {
    for (const row of allowed) await write(table, row);
    for (const row of refused) {
      expect((await failureOf(write(table, row))).details, JSON.stringify(row)).toMatchObject({ constraint });
    }
  });

  it('takes an object as metadata and nothing else, and says so of the field', async () => {
    for (const table of ['tasks', 'transactions', 'workers'] as const) {
      await write(table, { metadata: '{"a": 1}' });
      for (const metadata of ['[]', '1', 'null']) {
        expect(await failureOf(write(table, { metadata })), `${table} ${metadata}`).toMatchObject({
          ...{ code: 'invalid_input', field: 'metadata', message: 'metadata must be an object' },
          details: { constraint: 'metadata_object_check' },
        });
      }
    }
  });

  it('keeps a score and what led to it together', async () => {
    const insert = `insert into :schema.reputation_events (worker_id, event_type, requested_delta, reason) values ($1, 'bonus', 5, 'x')`;
    await t.opened.database.transaction(async (tx) => {
      const inside = t.scope.on(tx);
      // Without its trigger the row has what is written into it.
      await inside.query(
        'alter table :schema.reputation_events disable trigger reputation_events_update_score',
      );
      const columns = 'worker_id, event_type, requested_delta, reason, previous_score, delta, new_score';
      const add = (scores: readonly number[]) =>
        tx.transaction((nested) =>
          t.scope
            .on(nested)
            .query(
              `insert into :schema.reputation_events (${columns}) values ($1, 'bonus', 5, 'x', $2, $3, $4)`,
              [worker, ...scores],
            ),
        );
      await add([995, 5, 1_000]);
      await add([5, -5, 0]);
      for (const [constraint, scores] of [
        ['score_check', [996, 5, 1_001]],
        ['score_check', [-1, 1, 0]],
        ['reputation_events_delta_check', [500, 5, 504]],
      ] as const) {
        expect((await failureOf(add(scores))).details).toMatchObject({ constraint });
      }
      await inside.query(
        'alter table :schema.reputation_events enable trigger reputation_events_update_score',
      );
    });
    await t.scope.query(insert, [worker]);
  });
});

describe('an index of some rows', () => {
  /** Index, and a statement of the service that lives by it. */
  const uses: readonly (readonly [index: string, statement: string])[] = [
    [
      'tasks_open_idx',
      `select id from :schema.tasks where status = 'pending' order by created_at desc, id desc limit 5`,
    ],
    [
      'tasks_hold_until_idx',
      `select id from :schema.tasks where status = 'completed' and hold_until is not null and escrowed_amount > 0
         and hold_until <= now() order by hold_until limit 5`,
    ],
    [
      'transactions_payout_key',
      `select id from :schema.transactions where task_id = 'x' and worker_id = 'y' and tx_type = 'payout'
         and stream_id is null and status in ('pending', 'processing', 'completed')`,
    ],
    [
      'transactions_unsettled_idx',
      `select id from :schema.transactions where status in ('pending', 'processing') and updated_at < now()`,
    ],
    [
      'transactions_tx_hash_key',
      `insert into :schema.transactions (worker_id, tx_type, amount, tx_hash) values ('x', 'transfer', 1, '${hash(64)}')
         on conflict (tx_hash, log_index) where tx_hash is not null do nothing`,
    ],
    [
      'reputation_events_once_key',
      `select id from :schema.reputation_events where task_id = 'x' and worker_id = 'y' and event_type = 'task_completed'`,
    ],
    [
      'reputation_events_once_key',
      `insert into :schema.reputation_events (worker_id, task_id, event_type, requested_delta, reason)
         values ('x', 'y', 'task_late', 1, 'z') on conflict (task_id, worker_id, event_type)
         where task_id is not null and event_type in ('task_completed', 'task_late', 'rating_received') do nothing`,
    ],
  ];

  it.each(uses)('is used as it was: %s', async (index, statement) => {
    await t.opened.database.transaction(async (tx) => {
      const inside = t.scope.on(tx);
      await inside.query('set local enable_seqscan = off');
      await inside.query('set local enable_sort = off');
      const plan = await inside.query(`explain ${statement}`);
      expect(JSON.stringify(plan)).toContain(index);
    });
  });
});
