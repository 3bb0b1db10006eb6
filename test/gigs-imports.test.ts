import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImportReport, ImportRequest } from '../src/kernel/index.ts';
import { IMPORT_KINDS, recogniseKind } from '../src/systems/gigs/imports/index.ts';
import { holdOf, titleOf } from '../src/systems/gigs/imports/paid-tasks.ts';
import { textFile } from './support/agents-data.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { gigsFile, gigsText } from './support/gigs-data.ts';
import { failureOf } from './support/kernel.ts';

let t: GigsFixture;
beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

const run = (request: ImportRequest): Promise<ImportReport> => t.service.importFile(request);

async function one<Row>(text: string, params: readonly unknown[] = []): Promise<Row> {
  const [row] = await t.scope.query<Row>(text, params);
  return row as Row;
}

const platformOf = async (kind: string): Promise<string> =>
  (
    await one<{ id: string }>('select id from :schema.platforms where contact_email = $1', [
      `${kind}@imports.invalid`,
    ])
  ).id;

const sumsOf = (platform: string) =>
  one<{ tasks: bigint; amount: string; escrowed: string; paid: string; held: bigint }>(
    `select count(*) as tasks, sum(amount)::numeric as amount, sum(escrowed_amount)::numeric as escrowed,
       sum(paid_amount)::numeric as paid, count(*) filter (where hold_until is not null) as held
     from :schema.tasks where platform_id = $1`,
    [platform],
  );

describe('paid tasks', () => {
  it('are 120 of 92,175.00 USD: 108 wait in escrow for their hold, which then pays them', async () => {
    const report = await run(gigsFile('swelancer_paid_tasks.csv'));
    expect(report).toMatchObject({
      kind: 'paid-tasks',
      rowsRead: 120,
      rowsInserted: 120,
      rowsRefused: 0,
      totals: { tasks: '120', amount: '92175', held: '108', workers: '1' },
    });
    const platform = await platformOf('paid-tasks');
    const before = await sumsOf(platform);
    expect(before).toMatchObject({ tasks: 120n, amount: '92175', held: 108n });
    expect(await t.balance(`escrow:${platform}`)).toBe(before.escrowed);
    expect(Number(before.escrowed) + Number(before.paid)).toBe(92_175);
    while (await t.service.releaseHolds());
    expect(await sumsOf(platform)).toMatchObject({ escrowed: '0', paid: '92175' });
    expect(await t.balance(`platform:${platform}`)).toBe('0');
    const worker = await one<{ id: string; score: number }>(
      `select id, reputation_score as score from :schema.workers where email = 'contributor@paid-tasks.invalid'`,
    );
    expect(await t.balance(`worker:${worker.id}`)).toBe('92175');
    expect(worker.score).toBe(1000);
  });

  it('imported twice add nothing, neither tasks nor money', async () => {
    const platform = await platformOf('paid-tasks');
    const report = await run(gigsFile('swelancer_paid_tasks.csv'));
    expect(report).toMatchObject({ rowsInserted: 0, rowsKnown: 120, totals: { amount: '92175' } });
    expect(await sumsOf(platform)).toMatchObject({ tasks: 120n, paid: '92175' });
    expect(await t.balance(`platform:${platform}`)).toBe('0');
  });

  it('keep what the title says of the work, and the last day of the hold', async () => {
    const task = await one<{ title: string; hold: Date; metadata: unknown }>(
      `select title, hold_until as hold, metadata from :schema.tasks where external_id = 'issue 14223_1'`,
    );
    expect(task).toMatchObject({
      title: '[Feature Request] Compose box should be accessible when opening a old chat',
      hold: new Date('2023-04-12T00:00:00Z'),
      metadata: { issueId: '14223_1' },
    });
    const many =
      '[HOLD for payment 2024-06-24] MEDIUM: [HOLD for payment 2024-06-28] [$250] [Design]  A  button';
    expect(titleOf(many)).toBe('[Design] A button');
    expect(holdOf(many)).toEqual(new Date('2024-06-28T00:00:00Z'));
    expect(titleOf('[PAID] [C+ checklist needs completion] [$1,000.50] Critical path')).toBe('Critical path');
    expect(holdOf('[HOLD #34289] [$2000] Crash')).toBeUndefined();
    for (const text of gigsText('swelancer_paid_tasks.csv').trim().split('\n').slice(1)) {
      expect(titleOf(text.split(',').slice(2).join(','))).not.toMatch(/\[\$|HOLD for/);
    }
  });

  it('of a hold that is not over stay in escrow', async () => {
    const file = textFile(
      'future.csv',
      'issue_id,price_usd,title\n1,10.00,[HOLD for payment 2999-01-01] Later\n2,5,Now\n',
      {
        platform: (await t.platform('15')).id,
      },
    );
    expect(await run(file)).toMatchObject({ rowsInserted: 2 });
    while (await t.service.releaseHolds());
    expect(await sumsOf(file.options?.platform ?? '')).toMatchObject({ escrowed: '10', paid: '5' });
  });

  it('of a platform that has too little are refused as a whole batch, and taken up once it has paid in', async () => {
    const platform = await t.platform('92174.999999');
    const file = gigsFile('swelancer_paid_tasks.csv', {
      platform: platform.id,
      worker: (await t.worker()).id,
    });
    expect(await failureOf(run(file))).toMatchObject({
      code: 'limit_exceeded',
      reason: 'insufficient_funds',
    });
    expect((await sumsOf(platform.id)).tasks).toBe(0n);
    await t.service.depositFunds(platform.id, '0.000001');
    expect(await run(file)).toMatchObject({ rowsInserted: 120 });
    expect(await t.balance(`platform:${platform.id}`)).toBe('0');
  });
});

describe('bounty awards', () => {
  it('pay every finder the award: 65 findings, 204,072.25 USD; 8 of nothing are refused', async () => {
    const report = await run(gigsFile('audit_awards.csv'));
    expect(report).toMatchObject({
      kind: 'bounty-awards',
      rowsRead: 73,
      rowsInserted: 65,
      rowsRefused: 8,
      totals: { tasks: '65', awards: '102187.91', amount: '204072.25', workers: '77' },
    });
    expect(report.refusals[0]?.reason).toBe('award is 0, and nothing is paid for it.');
    const platform = await platformOf('bounty-awards');
    expect(await sumsOf(platform)).toMatchObject({ tasks: 65n, escrowed: '0', paid: '204072.25' });
    const payouts = await one<{ count: bigint; amount: string; most: bigint }>(
      `select sum(n)::bigint as count, sum(amount) as amount, max(n) as most from (
         select count(*) as n, sum(x.amount) as amount from :schema.transactions x
         where x.platform_id = $1 and x.tx_type = 'payout' and x.status = 'completed' group by x.task_id) as tasks`,
      [platform],
    );
    expect(payouts).toMatchObject({ amount: '204072.25', count: BigInt(report.totals.payouts ?? 0) });
    expect(await run(gigsFile('audit_awards.csv'))).toMatchObject({ rowsInserted: 0, rowsKnown: 65 });
    expect(await sumsOf(platform)).toMatchObject({ paid: '204072.25' });
  });
});

describe('crowd judgements', () => {
  it('become completed tasks of their workers, at the published times', async () => {
    const video = await run(gigsFile('crowd_tasks_video_2018.csv'));
    expect(video).toMatchObject({
      kind: 'crowd-judgements',
      rowsInserted: 300,
      totals: { amount: '6', approved: '300' },
    });
    expect(video.notes.join()).toContain('does not say what was paid');
    const relex = await run(gigsFile('crowd_tasks_relex_2014.csv', { amount: '0.05' }));
    expect(relex).toMatchObject({ rowsInserted: 100, totals: { amount: '5' } });
    const first = await one(
      `select t.started_at, t.completed_at, t.status, t.verification_status, t.worker_rating::integer, w.email
       from :schema.tasks t join :schema.workers w on w.id = t.worker_id where t.external_id = 'judgement 4013193103'`,
    );
    expect(first).toEqual({
      started_at: new Date('2018-08-29T08:53:31Z'),
      completed_at: new Date('2018-08-29T08:54:08Z'),
      status: 'completed',
      verification_status: 'approved',
      worker_rating: 5,
      email: 'w33818bae8e@crowd.invalid',
    });
    expect(await sumsOf(await platformOf('crowd-judgements'))).toMatchObject({ tasks: 400n, paid: '11' });
    const wrong = await one<{ count: bigint }>(
      `select count(*) as count from :schema.workers w
       where w.email like '%@crowd.invalid' and w.reputation_score <> least(1000, 500 + (
         select sum(1 + coalesce((t.worker_rating - 3) * 5, 0)) from :schema.tasks t where t.worker_id = w.id))`,
    );
    expect(wrong.count).toBe(0n);
  });

  it('that were tainted are rejected, not paid, and cost points; trust gives stars', async () => {
    const header =
      '_unit_id,_created_at,_id,_started_at,_tainted,_channel,_trust,_worker_id,_country,answer\n';
    const row = (id: number, tainted: boolean, trust: string) =>
      `1,8/29/2018 8:54:08,${id},8/29/2018 8:53:31,${tainted},neodev,${trust},wtaint,NA,yes`;
    const rows = [row(1, true, '0.4'), row(2, false, '0.95'), row(3, false, '0.9499'), row(4, false, '0.7')];
    const platform = (await t.platform('1')).id;
    const report = await run(textFile('taint.csv', `${header}${rows.join('\n')}\n`, { platform }));
    expect(report).toMatchObject({
      rowsInserted: 4,
      totals: { approved: '3', rejected: '1', amount: '0.08' },
    });
    const tasks = await t.scope.query(
      `select verification_status as status, worker_rating::integer as stars, paid_amount::text as paid
       from :schema.tasks where platform_id = $1 order by external_id`,
      [platform],
    );
    expect(tasks).toEqual(
      [
        { status: 'rejected', stars: 1, paid: '0' },
        { status: 'approved', stars: 5, paid: '0.020000' },
        { status: 'approved', stars: 4, paid: '0.020000' },
        { status: 'approved', stars: 3, paid: '0.020000' },
      ].map((task) => ({
        ...task,
        paid: expect.stringMatching(task.paid === '0' ? /^0(\.0+)?$/ : /^0\.020*$/),
      })),
    );
    const worker = await one<{ score: number }>(
      `select reputation_score as score from :schema.workers where email = 'wtaint@crowd.invalid'`,
    );
    expect(worker.score).toBe(500 + 4 - 10 - 10 + 10 + 5);
    expect(await t.balance(`platform:${platform}`)).toBe('0.94');
  });
});

describe('what was seen on a chain', () => {
  it('keeps every digit, once for hash and log index, and never touches our books', async () => {
    const entries = 'select count(*) as count from :schema.ledger_transfers';
    const before = await one(entries);
    const report = await run(gigsFile('erc20_transfers.jsonl'));
    expect(report).toMatchObject({
      kind: 'token-transfers',
      rowsInserted: 114,
      totals: {
        transfers: '114',
        'USDC transfers': '5',
        'USDC amount': '5245.621929',
        'USDT transfers': '15',
      },
    });
    expect(await run(gigsFile('erc20_transfers.jsonl'))).toMatchObject({ rowsInserted: 0, rowsKnown: 114 });
    expect(await one(entries)).toEqual(before);
    const values = gigsText('erc20_transfers.jsonl')
      .match(/"value":(\d+)/g)
      ?.map((text) => text.slice(8));
    const stored = await t.scope.query<{ value: string }>(
      `select metadata ->> 'value' as value from :schema.transactions where rail = 'ethereum'
       and (asset in ('USDC', 'USDT') or amount = (metadata ->> 'value')::numeric)`,
    );
    expect(stored.map(({ value }) => value).sort()).toEqual(values?.sort());
    const usdc = await one(
      `select sum(amount) as amount, count(*) as count from :schema.transactions where rail = 'ethereum' and asset = 'USDC'`,
    );
    expect(usdc).toEqual({ amount: '5245.621929', count: 5n });
  });

  it('tells which transactions failed and what they cost, whichever file comes first', async () => {
    const report = await run(gigsFile('eth_transactions.jsonl'));
    expect(report).toMatchObject({
      kind: 'chain-transactions',
      rowsInserted: 116,
      totals: { transactions: '116', failed: '3', gasUsed: '9755040' },
    });
    expect(await run(gigsFile('eth_transactions.jsonl'))).toMatchObject({ rowsInserted: 0, rowsKnown: 116 });
    const told = await one<{ with_fee: bigint; wrong: bigint }>(
      `select count(*) filter (where t.metadata ? 'chainFee') as with_fee,
         count(*) filter (where (t.metadata ->> 'chainFee')::numeric is distinct from c.fee) as wrong
       from :schema.transactions t left join :schema.chain_transactions c using (tx_hash) where t.rail = 'ethereum'`,
    );
    expect(told).toEqual({ with_fee: 114n, wrong: 0n });
    const failed = JSON.parse(
      gigsText('eth_transactions.jsonl')
        .split('\n')
        .find((line) => line.includes('"receipt_status":0')) ?? '',
    );
    const row = {
      type: 'token_transfer',
      token_address: `0x${'1'.repeat(40)}`,
      from_address: `0x${'2'.repeat(40)}`,
      to_address: `0x${'3'.repeat(40)}`,
      value: 1,
      transaction_hash: failed.hash,
      log_index: 0,
      block_number: 17173049,
      block_timestamp: 1683029999,
    };
    expect(await run(textFile('reverted.jsonl', `${JSON.stringify(row)}\n`))).toMatchObject({
      rowsInserted: 1,
    });
    expect(
      await one('select status, error_message from :schema.transactions where tx_hash = $1', [failed.hash]),
    ).toEqual({
      status: 'failed',
      error_message: 'The chain reverted it.',
    });
  });
});

describe('bad rows', () => {
  it('are left out and told by line and reason; the others come in', async () => {
    const platform = (await t.platform('100')).id;
    const text = [
      'issue_id,price_usd,title',
      'a,1.00,Good',
      'b,-1,Negative',
      'c,0.0000001,Too fine',
      'd,many,No number',
      'e,2',
      ',3,No id',
      'a,9,The same id',
      'f,4,[HOLD for payment 2024-13-01] No day',
      'g,5,"Good, quoted"',
    ].join('\n');
    const report = await run(textFile('bad.csv', text, { platform }));
    expect(report).toMatchObject({ rowsRead: 9, rowsInserted: 2, rowsKnown: 1, rowsRefused: 6 });
    expect(report.refusals.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 9]);
    expect(report.refusals.map(({ reason }) => reason)).toEqual([
      'price_usd is negative: -1.',
      'price_usd is 0.0000001, which has more than six decimals.',
      'price_usd is "many", which is not a number.',
      'The row has 2 fields, but the header has 3.',
      'issue_id is missing.',
      'The title holds the payment until a day that is none.',
    ]);
    const page = await t.service.pageRefusals(report.importId, { limit: 4 });
    expect(page).toMatchObject({ hasMore: true, data: [{ line: 3, excerpt: 'b,-1,Negative' }, {}, {}, {}] });
    expect(await t.service.getImport(report.importId)).toMatchObject({
      state: 'completed',
      platformId: platform,
      rowsRefused: 6n,
    });
    expect((await t.service.pageImports({ platformId: platform })).data.map(({ id }) => id)).toEqual([
      report.importId,
    ]);
  });

  it('of a chain name what is wrong', async () => {
    const good = JSON.parse(gigsText('erc20_transfers.jsonl').split('\n')[0] ?? '');
    const lines = [
      '{"type":"token_transfer"',
      JSON.stringify({ ...good, value: 0 }),
      JSON.stringify({ ...good, to_address: '0x12' }),
      JSON.stringify({ ...good, value: 1.5 }),
      '[]',
    ];
    const report = await run({ ...textFile('bad.jsonl', lines.join('\n')), kind: 'token-transfers' });
    expect(report).toMatchObject({ rowsInserted: 0, rowsRefused: 5 });
    expect(report.refusals.map(({ reason }) => reason.slice(0, 40))).toEqual([
      expect.stringContaining('The line is not JSON'),
      'value is 0: nothing was moved.',
      'to_address is "0x12".',
      'value is "1.5", which is not a whole num',
      'The line is not a JSON object.',
    ]);
  });
});

describe('a request', () => {
  it('is recognised from its content, and refused when it is not understood', async () => {
    const kinds: Record<string, string> = {
      'swelancer_paid_tasks.csv': 'paid-tasks',
      'audit_awards.csv': 'bounty-awards',
      'crowd_tasks_relex_2014.csv': 'crowd-judgements',
      'crowd_tasks_video_2018.csv': 'crowd-judgements',
      'erc20_transfers.jsonl': 'token-transfers',
      'eth_transactions.jsonl': 'chain-transactions',
    };
    for (const [name, kind] of Object.entries(kinds)) expect(await recogniseKind(gigsFile(name))).toBe(kind);
    expect(new Set([...Object.values(kinds), 'trips'])).toEqual(new Set(IMPORT_KINDS));
    const file = gigsFile('audit_awards.csv');
    for (const [options, field, code] of [
      [{ worker: 'x' }, 'options.worker', 'invalid_input'],
      [{ platform: 'plt_none' }, 'options.platform', 'not_found'],
    ] as const) {
      expect(await failureOf(run({ ...file, options }))).toMatchObject({ code, field });
    }
    expect(await failureOf(run({ ...file, kind: 'nonsense' }))).toMatchObject({ field: 'kind' });
    expect(await failureOf(run(textFile('x.txt', 'hello')))).toMatchObject({ field: 'kind' });
    const amount = gigsFile('crowd_tasks_relex_2014.csv', { amount: '0' });
    expect(await failureOf(run(amount))).toMatchObject({ field: 'options.amount' });
  });
});

const TRIPS =
  'pickup,dropoff,passengers,distance,fare,tip,tolls,total,color,payment,pickup_zone,dropoff_zone,pickup_borough,dropoff_borough';
/** So many trips of 1.25 with a tip of 0.25; every seventh has no payment and no zones. */
const tripsText = (count: number): string =>
  [
    TRIPS,
    ...Array.from({ length: count }, (_none, index) => {
      const at = (plus: number) =>
        new Date(Date.UTC(2019, 2, 1) + (index * 60 + plus) * 1000)
          .toISOString()
          .slice(0, 19)
          .replace('T', ' ');
      const rest = index % 7 === 0 ? ',,,,' : 'cash,Here,There,Manhattan,Queens';
      return `${at(0)},${at(50)},1,0.5,1.0,0.25,0.0,1.25,green,${rest}`;
    }),
    '',
  ].join('\n');

describe('an import that ends early', () => {
  it('goes on where it was stopped, and pays every task once', async () => {
    const controller = new AbortController();
    const platform = (await t.platform('3125')).id;
    const request = textFile('stopped.csv', tripsText(2_500), { platform });
    const stopped = run({
      ...request,
      signal: controller.signal,
      onProgress: ({ rows }) => {
        if (rows >= 1_000) controller.abort();
      },
    });
    expect(await failureOf(stopped)).toMatchObject({ code: 'conflict', reason: 'import_stopped' });
    expect(await sumsOf(platform)).toMatchObject({ tasks: 1_000n, paid: '1250' });
    const report = await run(request);
    expect(report).toMatchObject({
      kind: 'trips',
      rowsInserted: 2_500,
      totals: { amount: '3125', tips: '625' },
    });
    expect(report.notes).toContain('Continued after row 1000 of an import that had been stopped.');
    expect(await sumsOf(platform)).toMatchObject({ tasks: 2_500n, paid: '3125' });
    expect(await t.balance(`platform:${platform}`)).toBe('0');
  });

  it('by a killed process is taken up after its last whole batch', async () => {
    const text = tripsText(2_200);
    const file = join(await mkdtemp(join(tmpdir(), 'gigs-import-')), 'trips.csv');
    await writeFile(file, text);
    const child = spawn(
      process.execPath,
      ['scripts/run-ts.mjs', 'test/support/gigs-import-child.ts', t.opened.url, file, 'trips'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    expect(line).toBe('batch 1000');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const platform = await platformOf('trips');
    expect(await sumsOf(platform)).toMatchObject({ tasks: 1_000n, paid: '1250' });
    const report = await run({ ...textFile('killed.csv', text), kind: 'trips' });
    expect(report).toMatchObject({ rowsInserted: 2_200, totals: { amount: '2750' } });
    expect(await sumsOf(platform)).toMatchObject({ tasks: 2_200n, paid: '2750' });
    const deposits = await one<{ amount: string }>(
      `select sum(amount) as amount from :schema.transactions where platform_id = $1 and tx_type = 'deposit'`,
      [platform],
    );
    expect(deposits.amount).toBe('2750');
  });

  it('while others import the same file, still writes every row once', async () => {
    const request = () => textFile('both.csv', tripsText(1_500).replaceAll('1.25', '1.5'));
    const before = await sumsOf(await platformOf('trips'));
    const pools = await Promise.all([t.opened.connect(), t.opened.connect()]);
    const outcomes = await Promise.allSettled([
      run(request()),
      ...pools.map((pool) => t.service.on(t.scope.on(pool)).importFile(request())),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ reason: 'import_taken_over' });
    }
    await run(request());
    const after = await sumsOf(await platformOf('trips'));
    expect(after.tasks - before.tasks).toBe(1_500n);
    expect(after).toMatchObject({ escrowed: '0', paid: '5000' });
  });
});
