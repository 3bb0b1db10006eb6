import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentsService } from '../src/systems/agents/index.ts';
import { type AgentsFixture, openAgents, refusal, times } from './support/agents.ts';

let t: AgentsFixture;
let service: AgentsService;

beforeAll(async () => {
  t = await openAgents({ pool_max: '10' });
  service = t.service;
});

afterAll(() => t?.close());

describe('the log of a run', () => {
  it('survives the round trip, an empty one as empty and 1000 lines in their order', async () => {
    const empty = await t.newAgent({ logs: [] });
    expect(empty.logs).toEqual([]);
    expect((await service.getAgentById(empty.id))?.logs).toEqual([]);
    const lines = times(1_000, (n) => `line ${n}`);
    const long = await t.newAgent({ logs: lines });
    expect((await service.getAgentById(long.id))?.logs).toEqual(lines);
    expect((await service.listAgentsByProject(long.projectId))[0]?.logs).toEqual(lines);
  });

  it('is refused when it is no list of text, holds NUL, or is too large', async () => {
    for (const logs of [
      'text',
      [1],
      [null],
      ['a\u0000b'],
      ['x'.repeat(65_537)],
      times(10_001, () => ''),
    ] as string[][]) {
      expect(await refusal(t.newAgent({ logs }))).toMatchObject({ code: 'invalid_input' });
      const agent = await t.newAgent({ logs: ['kept'] });
      expect(await refusal(service.appendAgentLogs(agent.id, logs))).toMatchObject({ code: 'invalid_input' });
      expect((await service.getAgentById(agent.id))?.logs).toEqual(['kept']);
    }
  });

  it('grows by appending, also from nothing; appending no lines makes it an empty log', async () => {
    const agent = await t.newAgent();
    await service.appendAgentLogs(agent.id, []);
    expect((await service.getAgentById(agent.id))?.logs).toEqual([]);
    await service.appendAgentLogs(agent.id, ['one', 'two']);
    await service.appendAgentLogs(agent.id, ['three']);
    expect((await service.getAgentById(agent.id))?.logs).toEqual(['one', 'two', 'three']);
  });

  it('of an unknown run cannot be appended to', async () => {
    for (const lines of [['line'], []]) {
      expect(await refusal(service.appendAgentLogs('agt_unknown', lines))).toMatchObject({
        code: 'not_found',
        message: 'Agent not found',
      });
    }
  });

  it('is replaced whole by an update, and removed by null', async () => {
    const agent = await t.newAgent({ logs: ['old', 'older'] });
    expect((await service.updateAgent(agent.id, { logs: ['new'] })).logs).toEqual(['new']);
    await service.appendAgentLogs(agent.id, ['more']);
    expect((await service.updateAgent(agent.id, { status: 'completed' })).logs).toEqual(['new', 'more']);
    expect((await service.updateAgent(agent.id, { logs: [] })).logs).toEqual([]);
    expect((await service.updateAgent(agent.id, { logs: null })).logs).toBeNull();
  });

  it('is read on from the last line that was seen', async () => {
    const agent = await t.newAgent({ status: 'failed', error: 'why', logs: ['one', 'two'] });
    const first = await service.getAgentLogs(agent.id);
    expect(first).toMatchObject({ logs: 'one\ntwo', status: 'failed', error: 'why' });
    const after = first?.lastLine ?? '';
    expect(await service.getAgentLogs(agent.id, { after })).toMatchObject({ logs: '', lastLine: null });
    await service.appendAgentLogs(agent.id, ['three', 'four']);
    expect(await service.getAgentLogs(agent.id, { after })).toMatchObject({ logs: 'three\nfour' });
    expect(await service.getAgentLogs((await t.newAgent()).id)).toMatchObject({
      logs: '',
      status: 'running',
      lastLine: null,
    });
    expect(await service.getAgentLogs('agt_unknown')).toBeNull();
    for (const bad of ['x', '-1', '1; select 1', '9'.repeat(40)]) {
      expect(await refusal(service.getAgentLogs(agent.id, { after: bad }))).toMatchObject({
        code: 'invalid_input',
        field: 'after',
      });
    }
  });
});

describe('twenty writers of one log', () => {
  const WRITERS = 20;
  const ROUNDS = 3;
  const LINES = 20;
  const chunk = (writer: number, round: number) => times(LINES, (line) => `${writer}/${round}/${line}`);

  /** Every writer appends its rounds one after the other; the log at the end. */
  async function contend(
    append: (id: string, lines: readonly string[]) => Promise<unknown>,
  ): Promise<string[]> {
    const agent = await t.newAgent({ logs: ['start'] });
    const writer = async (number: number): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1) await append(agent.id, chunk(number, round));
    };
    await Promise.all(times(WRITERS, writer));
    return (await service.getAgentById(agent.id))?.logs ?? [];
  }

  it('lose no line, keep the lines of each call together, and each its own order', async () => {
    const log = await contend((id, lines) => service.appendAgentLogs(id, lines));
    expect(log).toHaveLength(1 + WRITERS * ROUNDS * LINES);
    expect(log[0]).toBe('start');
    const seen = new Map<string, number>();
    for (let at = 1; at < log.length; at += LINES) {
      const [writer, round] = (log[at] ?? '').split('/');
      expect(log.slice(at, at + LINES)).toEqual(chunk(Number(writer), Number(round)));
      expect(Number(round)).toBe(seen.get(String(writer)) ?? 0);
      seen.set(String(writer), Number(round) + 1);
    }
  });

  it('lose lines when each reads, joins and writes: the harness can tell', async () => {
    const log = await contend(async (id, lines) => {
      const agent = await service.getAgentById(id);
      await service.updateAgent(id, { logs: [...(agent?.logs ?? []), ...lines] });
    });
    expect(log.length).toBeLessThan(1 + WRITERS * ROUNDS * LINES);
  });

  it('leave no gap for a reader that follows: a line never turns up behind one already read', async () => {
    const agent = await t.newAgent();
    let done = false;
    const writers = Promise.all(
      times(WRITERS, (number) =>
        // A transaction that lives on after its append is what makes a late commit.
        service.transaction(async (inner) => {
          await inner.appendAgentLogs(agent.id, chunk(number, 0));
          await inner.connect();
        }),
      ),
    ).finally(() => {
      done = true;
    });
    const read: string[] = [];
    let after = '0';
    for (let last = false; !last; ) {
      last = done;
      const part = await service.getAgentLogs(agent.id, { after });
      if (part?.lastLine == null) continue;
      read.push(...part.logs.split('\n'));
      after = part.lastLine;
    }
    await writers;
    expect(read).toEqual((await service.getAgentById(agent.id))?.logs);
    expect(read).toHaveLength(WRITERS * LINES);
  });

  it('wait for a transaction that appended before them, and come after it', async () => {
    const agent = await t.newAgent();
    const other = await t.secondService(2);
    let appended: Promise<void> | undefined;
    await service.transaction(async (inner) => {
      await inner.appendAgentLogs(agent.id, ['a1', 'a2']);
      appended = other.appendAgentLogs(agent.id, ['b1', 'b2']);
      await t.untilWaiting(1);
      await inner.appendAgentLogs(agent.id, ['a3']);
    });
    await appended;
    expect((await service.getAgentById(agent.id))?.logs).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
  });
});
