import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ExactSum,
  type ImportReport,
  type ImportRequest,
  isGuildhallError,
  type Scope,
} from '../src/kernel/index.ts';
import { IMPORT_KINDS, importFile, recogniseKind } from '../src/systems/agents/imports/index.ts';
import { loadBuiltinPrices } from '../src/systems/agents/price-loading.ts';
import { dataFile, dataText, textFile } from './support/agents-data.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';

let t: TestDatabase;
let scope: Scope;
beforeAll(async () => {
  t = await openTestDatabase();
  scope = t.agents.scope;
  await t.agents.service.createUser({ email: 'first@example.org', password: 'long enough 1' });
});
afterAll(() => t.close());

const run = (request: ImportRequest): Promise<ImportReport> => importFile({ scope }, request);

async function caught(promise: Promise<unknown>) {
  const error = await promise.then(
    () => null,
    (problem: unknown) => problem,
  );
  if (!isGuildhallError(error)) throw new Error(`expected an error of ours, got ${String(error)}`);
  return error;
}

interface Sums {
  readonly costs: bigint;
  readonly amount: string | null;
  readonly runs: bigint;
  readonly unpriced: bigint;
}

async function sumsOf(project: string): Promise<Sums> {
  const [row] = await scope.query<Sums>(
    `select count(*) as costs, sum(c.amount) as amount, count(distinct c.agent_id) as runs,
       count(*) filter (where c.pricing = 'unpriced') as unpriced
     from :schema.costs c join :schema.projects p on p.id = c.project_id
     where p.name = $1`,
    [project],
  );
  return row as Sums;
}

function statesOf(source: string) {
  return scope.query<{ state: string; attempt: number; rows_inserted: bigint }>(
    'select state, attempt, rows_inserted from :schema.imports where source = $1 order by started_at, id',
    [source],
  );
}

const HEADER =
  'time_utc,user_id,main_model,prompt_tokens,completion_tokens,total_tokens,cost_usd,session_total_cost_usd';

/** A log as aider's, of so many calls of one session. */
function log(calls: number, cost = '0.001'): string {
  const total = new ExactSum();
  const rows = Array.from({ length: calls }, (_, index) => {
    total.add(cost);
    const time = new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString();
    return `${time},u1,gpt-4o,100,10,110,${cost},${total.toString()}`;
  });
  return `${[HEADER, ...rows].join('\n')}\n`;
}

describe('the real files', () => {
  test('the log of aider: 2,669 calls of 66 models, 75.619557446 USD, each in a run', async () => {
    const report = await run(dataFile('aider_llm_costs.csv'));
    expect(report).toMatchObject({
      kind: 'aider-costs',
      rowsRead: 2669,
      rowsInserted: 2669,
      rowsKnown: 0,
      rowsRefused: 0,
      totals: {
        calls: '2669',
        models: '66',
        runs: '951',
        loggedAmount: '75.619557446',
        loggedAmountExact: '75.619557445999793778256',
      },
    });
    expect(report.notes.join()).toContain('174 calls are logged at 0 USD');
    expect(await sumsOf('Aider log')).toEqual({
      costs: 2669n,
      amount: '75.619557445999793778256',
      runs: 951n,
      unpriced: 0n,
    });
    const [project] = await t.agents.service.listProjectsByUser(
      (await t.agents.service.listUsers())[0]?.id ?? '',
    );
    expect(await t.agents.service.getTotalCostByProject(project?.id ?? '')).toBe('75.619557445999793778256');
    const [exact] = await scope.query<{ amount: string }>(
      `select amount from :schema.costs c join :schema.projects p on p.id = c.project_id
       where p.name = 'Aider log' order by "timestamp" offset 2 limit 1`,
    );
    expect(exact?.amount).toBe(dataText('aider_llm_costs.csv').split('\n')[3]?.split(',')[9]);
  });

  test('imported twice adds nothing', async () => {
    const before = await sumsOf('Aider log');
    const report = await run(dataFile('aider_llm_costs.csv'));
    expect(report).toMatchObject({ rowsInserted: 0, rowsKnown: 2669, rowsRefused: 0 });
    expect(report.totals.loggedAmount).toBe('75.619557446');
    expect(await sumsOf('Aider log')).toEqual(before);
    const [agents] = await scope.query<{ count: bigint }>('select count(*) as count from :schema.agents');
    expect(agents?.count).toBe(951n);
  });

  test('a run spans exactly its calls', async () => {
    const [row] = await scope.query<{ wrong: bigint }>(
      `select count(*) as wrong
       from :schema.agents a
       join :schema.projects p on p.id = a.project_id and p.name = 'Aider log'
       cross join lateral (
         select min(c."timestamp") as first, max(c."timestamp") as last from :schema.costs c where c.agent_id = a.id
       ) as calls
       where (calls.first, calls.last, 'completed') is distinct from (a.start_time, a.end_time, a.status)`,
    );
    expect(row?.wrong).toBe(0n);
  });

  test('the events of aider: calls become costs, sessions become runs with activities', async () => {
    const report = await run(dataFile('aider_events.jsonl'));
    expect(report).toMatchObject({
      kind: 'aider-events',
      rowsRead: 3000,
      rowsRefused: 0,
      totals: { calls: '572' },
    });
    const again = await run(dataFile('aider_events.jsonl'));
    expect(again).toMatchObject({ rowsInserted: 0, rowsKnown: report.rowsInserted });
    const types = await scope.query<{ type: string; count: bigint }>(
      `select type, count(*) as count from :schema.activities a join :schema.projects p on p.id = a.project_id
       where p.name = 'Aider events' group by type order by type`,
    );
    expect(types.find((row) => row.type === 'agent_started')?.count).toBe(BigInt(report.totals.runs ?? 0));
    expect(types.some((row) => row.type === 'agent_completed')).toBe(true);
    const logged = new ExactSum();
    for (const line of dataText('aider_events.jsonl').split('\n')) {
      const cost = /"event":"message_send",.*"cost":([0-9.e-]+)/.exec(line)?.[1];
      if (cost !== undefined) logged.add(cost);
    }
    expect((await sumsOf('Aider events')).amount).toBe(logged.toString());
  });

  test('the Azure trace: 8,819 requests and their tokens, unpriced without a model', async () => {
    const report = await run(dataFile('azure_llm_code_2023.csv'));
    expect(report).toMatchObject({
      kind: 'azure-trace',
      rowsInserted: 8819,
      totals: { calls: '8819', inputTokens: '18059974', outputTokens: '245896', unpricedCalls: '8819' },
    });
    expect(await sumsOf('Azure trace')).toEqual({ costs: 8819n, amount: null, runs: 0n, unpriced: 8819n });
  });

  test('the Azure trace is priced exactly when its model is named', async () => {
    await loadBuiltinPrices(scope);
    const options = { model: 'gpt-4o', provider: 'openai', project: 'Priced trace' };
    const report = await run(dataFile('azure_llm_code_2023.csv', options));
    // 18,059,974 at 2.50 and 245,896 at 10 USD a million.
    expect(report.totals).toMatchObject({ computedAmount: '47.608895', unpricedCalls: '0' });
    expect(await sumsOf('Priced trace')).toEqual({
      costs: 8819n,
      amount: '47.608895',
      runs: 0n,
      unpriced: 0n,
    });
  });

  test('OpenHands: two runs, whose costs add up to what they say', async () => {
    const report = await run(dataFile('openhands_resolver_runs.jsonl', { at: '2024-11-01T00:00:00Z' }));
    expect(report).toMatchObject({
      rowsInserted: 2,
      totals: { calls: '26', runs: '2', loggedAmount: '1.223646' },
    });
    const runs = await scope.query<{ amount: string; status: string; lines: bigint }>(
      `select sum(c.amount) as amount, a.status, (select count(*) from :schema.agent_log_lines l where l.agent_id = a.id) as lines
       from :schema.agents a join :schema.costs c on c.agent_id = a.id join :schema.projects p on p.id = a.project_id
       where p.name = 'OpenHands runs' group by a.id, a.status order by 1`,
    );
    expect(runs.map((one) => Number(one.amount).toFixed(6))).toEqual(['0.070713', '1.152933']);
    expect(runs.every((one) => one.status === 'completed' && one.lines > 3n)).toBe(true);
    expect(await run(dataFile('openhands_resolver_runs.jsonl'))).toMatchObject({
      rowsInserted: 0,
      rowsKnown: 2,
    });
  });

  test('SWE-agent: one run of 12 calls for 1.26719 USD', async () => {
    const report = await run(dataFile('sweagent_pydicom-1458.traj.json', { model: 'gpt-4' }));
    expect(report).toMatchObject({
      kind: 'swe-agent-trajectory',
      totals: {
        calls: '12',
        runs: '1',
        loggedAmount: '1.26719',
        inputTokens: '122612',
        outputTokens: '1369',
      },
    });
    expect((await sumsOf('SWE-agent runs')).amount).toBe('1.26719');
  });

  test('the leaderboard: 68 runs with their cost, and the one without is refused', async () => {
    const report = await run(dataFile('aider_polyglot_leaderboard.yml'));
    expect(report).toMatchObject({
      kind: 'aider-leaderboard',
      rowsRead: 69,
      rowsInserted: 68,
      rowsRefused: 1,
    });
    expect(report.refusals[0]?.reason).toContain('total_cost is missing');
  });

  test('price tables: the absurd entry of the real table is refused by name', async () => {
    const genai = await run(dataFile('genai_prices_2026-08.json'));
    expect(genai).toMatchObject({ kind: 'genai-prices', rowsInserted: 1442, rowsRefused: 0 });
    const litellm = await run(dataFile('model_prices_litellm_schema.json'));
    expect(litellm).toMatchObject({ kind: 'litellm-prices', rowsInserted: 1742, rowsRefused: 1 });
    expect(litellm.refusals[0]?.reason).toContain('azure_ai/jais-30b-chat input: 0.0032 USD per token');
    expect(await run(dataFile('genai_prices_2026-08.json'))).toMatchObject({
      rowsInserted: 0,
      rowsKnown: 1442,
    });
  });

  test('with the LiteLLM table 2,008 of 2,481 calls of known models cost what was logged', async () => {
    await using other = await openTestDatabase().then((opened) => ({
      ...opened,
      [Symbol.asyncDispose]: () => opened.close(),
    }));
    const fresh = other.agents.scope;
    await other.agents.service.createUser({ email: 'a@example.org', password: 'long enough 1' });
    await importFile({ scope: fresh }, dataFile('model_prices_litellm_schema.json'));
    await importFile({ scope: fresh }, dataFile('aider_llm_costs.csv'));
    const [row] = await fresh.query<{ priced: bigint; same: bigint }>(
      `with listed as (
         select array_agg(provider order by id) as providers, array_agg(model order by id) as models,
           array_agg("timestamp" order by id) as ats, array_agg(null::text) as tiers,
           array_agg(jsonb_build_object('input', input_tokens, 'output', output_tokens) order by id) as usages,
           array_agg(amount order by id) as logged
         from :schema.costs
       )
       select count(q.amount) as priced, count(*) filter (where abs(q.amount - l.logged[q.ordinal]) < 1e-9) as same
       from listed l cross join lateral :schema.quote_usages(l.providers, l.models, l.ats, l.usages, l.tiers) q`,
    );
    expect(row).toEqual({ priced: 2481n, same: 2008n });
  });
});

describe('rows', () => {
  test('that are bad are refused with line and reason, and the good ones around them go in', async () => {
    const good = '2026-01-01T00:00:00Z,u1,gpt-4o,100,10,110,0.001,0.001';
    const bad: [row: string, reason: string][] = [
      ['2026-01-01T00:00:01Z,u1,gpt-4o,100,10,110,abc,0.002', 'cost is "abc", which is not a number.'],
      ['2026-01-01T00:00:01Z,u1,gpt-4o,100,10,110,-0.5,0.002', 'cost is negative: -0.5.'],
      ['2026-01-01T00:00:01Z,u1,gpt-4o,100,10,110,NaN,0.002', 'cost is "NaN", which is not a number.'],
      [
        '2026-01-01T00:00:01Z,u1,gpt-4o,100,10,110,Infinity,0.002',
        'cost is "Infinity", which is not a number.',
      ],
      ['2026-01-01T00:00:01Z,u1,,100,10,110,0.001,0.002', 'model is missing.'],
      [
        '2026-01-01T00:00:01Z,u1,gpt-4o,1.5,10,110,0.001,0.002',
        'prompt_tokens is "1.5", which is not a whole number.',
      ],
      ['2026-01-01T00:00:01Z,u1,gpt-4o,-1,10,110,0.001,0.002', 'prompt_tokens is negative: -1.'],
      ['yesterday,u1,gpt-4o,100,10,110,0.001,0.002', 'time is "yesterday", which is not a time.'],
      [
        '2026-01-01T00:00:01Z,u1,gpt-4o,100,10,111,0.001,0.002',
        'total_tokens is 111, but prompt and completion add up to 110.',
      ],
      [
        '2026-01-01T00:00:01Z,u1,gpt-4o,100,10,110,250000,0.002',
        'cost is 250000 USD, above the limit of 10000.',
      ],
      ['2026-01-01T00:00:01Z,u1,gpt-4o,100', 'The row has 4 fields, but the header has 8.'],
    ];
    const text = [HEADER, good, ...bad.map(([row]) => row), good.replace('00:00:00Z', '00:00:02Z')].join(
      '\n',
    );
    const report = await run(textFile('bad.csv', text, { project: 'Bad rows' }));
    expect(report).toMatchObject({ rowsRead: 13, rowsInserted: 2, rowsRefused: 11 });
    expect(report.refusals).toEqual(bad.map(([, reason], index) => ({ line: index + 3, reason })));
    const kept = await scope.query<{ line: bigint; reason: string }>(
      'select line, reason from :schema.import_refusals where import_id = $1 order by line',
      [report.importId],
    );
    expect(kept.map(({ line, reason }) => [Number(line), reason])).toEqual(
      report.refusals.map(({ line, reason }) => [line, reason]),
    );
    expect(await sumsOf('Bad rows')).toMatchObject({ costs: 2n, amount: '0.002' });
  });

  test('of events that are bad are refused one by one', async () => {
    const call = (properties: string) =>
      `{"event":"message_send","properties":${properties},"user_id":"u1","time":1733978641}`;
    const good =
      '"main_model":"gpt-4o","prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"cost":0.5,"total_cost":0.5';
    const text = [
      call(`{${good}}`),
      'not json',
      call('{"main_model":"gpt-4o"}'),
      call(`{${good.replace('"cost":0.5', '"cost":"0.5"')}}`),
      call(`{${good.replace('"cost":0.5', '"cost":-1')}}`),
      '["event"]',
      '',
      '{"event":"launched","properties":{},"user_id":"u1","time":"soon"}',
    ].join('\n');
    const report = await run(textFile('bad.jsonl', text, { project: 'Bad events' }));
    expect(report).toMatchObject({ rowsRead: 7, rowsInserted: 1, rowsRefused: 6 });
    expect(report.refusals.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6, 8]);
  });

  test('with characters that cannot be stored are refused, and such text around them is made storable', async () => {
    const event = (name: string, properties: string) =>
      `{"event":"${name}","properties":${properties},"user_id":"u1","time":1733978641}`;
    const call = (model: string, cost: string) =>
      event(
        'message_send',
        `{"main_model":"${model}","prompt_tokens":8,"completion_tokens":2,"total_tokens":10,"cost":${cost},"total_cost":1}`,
      );
    const text = [
      call('gpt-4o', '1'),
      call('gpt\\u0000', '1'),
      call('gpt\\ud800', '1'),
      call('gpt-4o', '"\\u0000"'),
      event('exit', '{"reason":"a\\u0000b\\udfff"}'),
    ].join('\n');
    const report = await run(textFile('nul.jsonl', text, { project: 'Unstorable' }));
    expect(report).toMatchObject({ rowsInserted: 2, rowsRefused: 3 });
    const [ended] = await scope.query<{ reason: string }>(
      `select a.metadata ->> 'reason' as reason from :schema.activities a join :schema.projects p on p.id = a.project_id
       where p.name = 'Unstorable' and a.type = 'agent_completed'`,
    );
    expect(ended?.reason).toBe('a\ufffdb\ufffd');
  });

  test('that repeat exactly are all kept', async () => {
    const row = '2026-01-01T00:00:00Z,u1,gpt-4o,100,10,110,0.001,0.001';
    const text = [HEADER, row, row, row].join('\n');
    expect(await run(textFile('repeat.csv', text, { project: 'Repeats' }))).toMatchObject({
      rowsInserted: 3,
    });
    expect(await run(textFile('repeat.csv', text, { project: 'Repeats' }))).toMatchObject({ rowsKnown: 3 });
    expect(await sumsOf('Repeats')).toMatchObject({ costs: 3n, amount: '0.003', runs: 1n });
  });

  test('added to a log since its last import are the only ones that go in', async () => {
    const text = log(30);
    const first = text.split('\n').slice(0, 21).join('\n');
    await run(textFile('growing.csv', first, { project: 'Growing' }));
    const report = await run(textFile('growing.csv', text, { project: 'Growing' }));
    expect(report).toMatchObject({ rowsRead: 30, rowsKnown: 20, rowsInserted: 10 });
    expect(await sumsOf('Growing')).toMatchObject({ costs: 30n, amount: '0.03', runs: 1n });
  });

  test('go to each project they are imported into', async () => {
    for (const project of ['Twice A', 'Twice B']) {
      expect(await run(textFile('same.csv', log(5), { project }))).toMatchObject({ rowsInserted: 5 });
    }
    expect((await sumsOf('Twice B')).amount).toBe('0.005');
  });

  test('cut apart by the network at any place are read the same', async () => {
    const text = log(50).replaceAll('u1', 'ü€1');
    const sizes = [1, 2, 7, 64];
    for (const size of sizes) {
      const request = {
        ...textFile('cut.csv', text, { project: `Cut ${size}` }),
        open: () => pieces(text, size),
      };
      expect(await run(request)).toMatchObject({ rowsInserted: 50 });
    }
  });

  test('of a file of another kind stop the import instead of filling a list of refusals', async () => {
    const text = `${HEADER}\n${'a,b,c,d,e,f,g,h\n'.repeat(5_000)}`;
    const error = await caught(run(textFile('hopeless.csv', text, { project: 'Hopeless' })));
    expect(error).toMatchObject({ code: 'invalid_input', field: 'file' });
    expect(await sumsOf('Hopeless')).toMatchObject({ costs: 0n });
  });
});

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

describe('runs in a log', () => {
  /** Calls as `user cost total minute`, and how many calls each run gets. */
  const sessions: [what: string, calls: string[], runs: number[]][] = [
    ['go on while the total grows', ['a 1 1 0', 'a 2 3 1', 'a 1 4 2'], [3]],
    [
      'begin where the total is the cost of the call again',
      ['a 1 1 0', 'a 2 3 1', 'a 2 2 2', 'a 1 3 3'],
      [2, 2],
    ],
    ['begin where the total falls, since logs have gaps', ['a 1 9 0', 'a 1 4 1'], [1, 1]],
    ['go on over missing calls', ['a 1 1 0', 'a 1 9 1'], [2]],
    ['of free models stay together', ['a 0 0 0', 'a 0 0 1', 'a 5 5 2'], [3]],
    ['keep an exact repeat of their first call', ['a 1 1 0', 'a 1 1 0', 'a 1 2 1'], [3]],
    ['of two users at once are told apart', ['a 1 1 0', 'b 1 1 1', 'a 1 2 2', 'b 1 2 3'], [2, 2]],
    ['end after twelve idle hours', ['a 0 0 0', 'a 0 0 721'], [1, 1]],
  ];

  test.each(sessions)('%s', async (what, calls, expected) => {
    const rows = calls.map((call) => {
      const [user, cost, total, minute] = call.split(' ');
      const time = new Date(Date.UTC(2026, 0, 1) + Number(minute) * 60_000).toISOString();
      return `${time},${user},gpt-4o,100,10,110,${cost},${total}`;
    });
    const report = await run(textFile('runs.csv', [HEADER, ...rows].join('\n'), { project: `Runs ${what}` }));
    expect(report.totals.runs).toBe(String(expected.length));
    const found = await scope.query<{ calls: bigint }>(
      `select count(*) as calls from :schema.costs c join :schema.projects p on p.id = c.project_id
       where p.name = $1 group by c.agent_id order by min(c."timestamp"), min(c.id)`,
      [`Runs ${what}`],
    );
    expect(found.map((row) => Number(row.calls))).toEqual(expected);
  });

  test('fail when their last call failed, and recover when a later one succeeds', async () => {
    const event = (name: string, time: number, properties = '{}') =>
      `{"event":"${name}","properties":${properties},"user_id":"u","time":${1_750_000_000 + time}}`;
    const call = (time: number, total: number) =>
      event(
        'message_send',
        time,
        `{"main_model":"gpt-4o","prompt_tokens":1,"completion_tokens":1,"total_tokens":2,"cost":1,"total_cost":${total}}`,
      );
    const failed = event('message_send_exception', 3, '{"exception":"no answer"}');
    const text = [
      ...[event('launched', 0), call(1, 1), failed, event('exit', 4, '{"reason":"Control-C"}')],
      ...[event('launched', 10), call(11, 1), failed, call(13, 2), event('exit', 14)],
      ...[event('launched', 20), event('exit', 21)],
    ].join('\n');
    await run(textFile('failing.jsonl', text, { project: 'Failing' }));
    const runs = await scope.query<{ status: string; error: string | null; seconds: number }>(
      `select a.status, a.error, extract(epoch from a.end_time - a.start_time)::float8 as seconds
       from :schema.agents a join :schema.projects p on p.id = a.project_id where p.name = 'Failing' order by a.start_time`,
    );
    expect(runs).toEqual([
      { status: 'failed', error: 'no answer', seconds: 4 },
      { status: 'completed', error: null, seconds: 4 },
    ]);
    const activities = await scope.query<{ type: string; message: string }>(
      `select a.type, a.message from :schema.activities a join :schema.projects p on p.id = a.project_id
       where p.name = 'Failing' order by a."timestamp"`,
    );
    expect(activities.map((activity) => activity.type)).toEqual([
      'agent_started',
      'agent_failed',
      'agent_started',
      'agent_completed',
    ]);
    expect(activities[1]?.message).toBe('Agent failed: no answer');
  });
});

describe('an import that ends early', () => {
  test('goes on where it was stopped, and inserts every row once', async () => {
    const controller = new AbortController();
    const text = log(3_500);
    const request = textFile('stopped.csv', text, { project: 'Stopped' });
    const stopped = run({
      ...request,
      signal: controller.signal,
      onProgress: ({ rows }) => {
        if (rows >= 2_000) controller.abort();
      },
    });
    expect(await caught(stopped)).toMatchObject({ code: 'conflict', reason: 'import_stopped' });
    expect((await sumsOf('Stopped')).costs).toBe(2_000n);
    const report = await run(request);
    expect(report).toMatchObject({
      rowsRead: 3_500,
      rowsInserted: 3_500,
      rowsKnown: 0,
      totals: { runs: '1' },
    });
    expect(report.notes).toContain('Continued after row 2000 of an import that had been stopped.');
    expect(await sumsOf('Stopped')).toEqual({ costs: 3_500n, amount: '3.5', runs: 1n, unpriced: 0n });
  });

  test('by a killed process is taken up after its last whole batch', async () => {
    const file = fileURLToPath(new URL('../examples/agents/aider_llm_costs.csv', import.meta.url));
    const child = spawn(
      process.execPath,
      ['scripts/run-ts.mjs', 'test/support/import-child.ts', t.url, file, 'Killed'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    expect(line).toBe('batch 1000');
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect((await sumsOf('Killed')).costs).toBe(1_000n);
    const report = await run({
      ...dataFile('aider_llm_costs.csv', { project: 'Killed' }),
      source: 'killed.csv',
    });
    expect(report).toMatchObject({ rowsInserted: 2669, totals: { loggedAmount: '75.619557446' } });
    expect(report.notes).toContain('Continued after row 1000 of an import that had been stopped.');
    expect(await sumsOf('Killed')).toMatchObject({
      costs: 2669n,
      amount: '75.619557445999793778256',
      runs: 951n,
    });
  });

  test('and was taken over writes nothing more, even if it was only slow', async () => {
    const text = log(2_500);
    const request = textFile('slow.csv', text, { project: 'Slow' });
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let firstBatch = (): void => undefined;
    const reached = new Promise<void>((resolve) => {
      firstBatch = resolve;
    });
    async function* slowly(): AsyncGenerator<Uint8Array> {
      const bytes = Buffer.from(text);
      yield bytes.subarray(0, bytes.length / 2);
      await released;
      yield bytes.subarray(bytes.length / 2);
    }
    const slow = run({ ...request, open: slowly, kind: 'aider-costs', onProgress: () => firstBatch() });
    await reached;
    const report = await run(request);
    release();
    expect(await caught(slow)).toMatchObject({ code: 'conflict', reason: 'import_taken_over' });
    expect(report).toMatchObject({ rowsInserted: 2_500 });
    expect(await sumsOf('Slow')).toMatchObject({ costs: 2_500n, amount: '2.5' });
    expect(await statesOf('slow.csv')).toMatchObject([
      { state: 'completed', attempt: 2, rows_inserted: 2_500n },
    ]);
  });

  test('starts anew when the file has changed in the part already read', async () => {
    const controller = new AbortController();
    const request = textFile('changed.csv', log(1_500), { project: 'Changed' });
    const stopped = run({ ...request, signal: controller.signal, onProgress: () => controller.abort() });
    expect(await caught(stopped)).toMatchObject({ reason: 'import_stopped' });
    const report = await run(textFile('changed.csv', log(1_500, '0.002'), { project: 'Changed' }));
    expect(report).toMatchObject({ rowsInserted: 1_500, totals: { loggedAmount: '3' } });
    expect(await sumsOf('Changed')).toMatchObject({ costs: 2_500n, amount: '4' });
    expect((await statesOf('changed.csv')).map((one) => one.state)).toEqual(['abandoned', 'completed']);
  });

  test('while another imports the same file still inserts every row once', async () => {
    const request = () => textFile('both.csv', log(2_200), { project: 'Both' });
    const outcomes = await Promise.allSettled([run(request()), run(request()), run(request())]);
    expect(outcomes.some((outcome) => outcome.status === 'fulfilled')).toBe(true);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ reason: 'import_taken_over' });
    }
    await run(request());
    expect(await sumsOf('Both')).toMatchObject({ costs: 2_200n, amount: '2.2', runs: 1n });
    const [projects] = await scope.query<{ count: bigint }>(
      `select count(*) as count from :schema.projects where name = 'Both'`,
    );
    expect(projects?.count).toBe(1n);
  });
});

describe('a request', () => {
  test('is recognised from name and content', async () => {
    const kinds: Record<string, string> = {
      'aider_llm_costs.csv': 'aider-costs',
      'aider_events.jsonl': 'aider-events',
      'azure_llm_code_2023.csv': 'azure-trace',
      'openhands_resolver_runs.jsonl': 'openhands-runs',
      'sweagent_pydicom-1458.traj.json': 'swe-agent-trajectory',
      'aider_polyglot_leaderboard.yml': 'aider-leaderboard',
      'genai_prices_2026-08.json': 'genai-prices',
      'model_prices_litellm_schema.json': 'litellm-prices',
    };
    for (const [name, kind] of Object.entries(kinds)) expect(await recogniseKind(dataFile(name))).toBe(kind);
    const list = textFile('prices.csv', 'provider,model,kind,price\na,b,input,0.1\n');
    expect(await recogniseKind(list)).toBe('price-list');
    expect(new Set([...Object.values(kinds), 'price-list'])).toEqual(new Set(IMPORT_KINDS));
  });

  test('that is not recognised, of an unknown kind, or with an unknown option is refused with what is possible', async () => {
    const unknown = await caught(run(textFile('x.txt', 'hello')));
    expect(unknown).toMatchObject({ code: 'invalid_input', field: 'kind' });
    expect(unknown.hint).toContain('aider-costs');
    expect(await caught(run({ ...textFile('x.csv', log(1)), kind: 'nonsense' }))).toMatchObject({
      field: 'kind',
    });
    expect(await caught(run(textFile('x.csv', log(1), { modell: 'x' })))).toMatchObject({
      field: 'options.modell',
    });
  });

  test('without a column that is needed, or of an empty file, is refused', async () => {
    const missing = await caught(run({ ...textFile('x.csv', 'a,b\n1,2\n'), kind: 'aider-costs' }));
    expect(missing.message).toContain('time_utc');
    expect(await caught(run({ ...textFile('x.csv', ''), kind: 'aider-costs' }))).toMatchObject({
      field: 'file',
    });
  });

  test('for a user or project that does not exist is refused, and a new name makes a project of the user', async () => {
    const owner = await t.agents.service.createUser({
      email: 'second@example.org',
      password: 'long enough 1',
    });
    expect(await caught(run(textFile('x.csv', log(1), { user: 'nobody@example.org' })))).toMatchObject({
      code: 'not_found',
      field: 'user',
    });
    const id = 'prj_00000000000000000000000000';
    expect(await caught(run(textFile('x.csv', log(1), { project: id })))).toMatchObject({ field: 'project' });
    await run(textFile('x.csv', log(3), { user: 'Second@example.org', project: 'Mine' }));
    const projects = await t.agents.service.listProjectsByUser(owner.id);
    expect(projects.map((project) => project.name)).toEqual(['Mine']);
  });

  test("does not reach another user's project", async () => {
    const [first] = await t.agents.service.listProjectsByUser(
      (await t.agents.service.getUserByEmail('first@example.org'))?.id ?? '',
    );
    const foreign = { project: first?.id ?? '', user: 'second@example.org' };
    expect(await caught(run(textFile('x.csv', log(1), foreign)))).toMatchObject({ code: 'not_found' });
  });
});
