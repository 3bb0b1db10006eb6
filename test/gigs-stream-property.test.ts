import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StreamProgress } from '../src/systems/gigs/index.ts';
import { type GigsFixture, openGigs } from './support/gigs.ts';
import { amountOf, type Parties, parties, streamingTask, units } from './support/streams.ts';

const SEED = Number(process.env.GUILDHALL_TEST_SEED ?? Date.now() % 1_000_000);
const CASES = Number(process.env.GUILDHALL_STREAM_CASES ?? 40);
const STEPS = 14;
const MONTH_S = 30 * 86_400;
/** Rows are set a quarter into a second; a step that took longer than this may have met the next one. */
const SLOW_MS = 600;

let t: GigsFixture;

beforeAll(async () => {
  t = await openGigs();
});
afterAll(async () => {
  expect(await t.broken()).toEqual([]);
  await t.opened.close();
});

class TooSlow extends Error {}

type Random = (below: number) => number;

function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const least = (...values: bigint[]): bigint => values.reduce((a, b) => (b < a ? b : a));

/** What a stream must do, in whole numbers: smallest units and seconds. */
class Model {
  released = 0n;
  /** Seconds it has run. */
  ran = 0n;
  status: StreamProgress['status'];
  next: bigint;

  readonly total: bigint;
  funded: bigint;
  readonly duration: bigint;
  readonly interval: bigint;

  constructor(total: bigint, funded: bigint, duration: bigint, interval: bigint) {
    this.total = total;
    this.funded = funded;
    this.duration = duration;
    this.interval = interval;
    this.status = funded > 0n ? 'active' : 'insolvent';
    this.next = this.nextAfter();
  }
  get ended(): boolean {
    return this.status === 'completed' || this.status === 'cancelled';
  }
  get accrued(): bigint {
    if (this.ended) return this.released;
    const earned = this.ran >= this.duration ? this.total : (this.total * this.ran) / this.duration;
    return least(earned, this.funded);
  }
  get releasable(): bigint {
    return this.accrued - this.released;
  }
  /** First second at which the money is used up; null: never. */
  get runsOut(): bigint | null {
    if (this.funded === this.total) return null;
    return least(this.duration, (this.funded * this.duration + this.total - 1n) / this.total);
  }
  nextAfter(): bigint {
    const grid = (this.ran / this.interval + 1n) * this.interval;
    return least(grid, this.duration, this.runsOut ?? this.duration);
  }
  pass(seconds: bigint): void {
    if (this.status !== 'paused') this.ran += seconds;
  }
  take(amount: bigint): void {
    this.released += amount;
    if (this.released === this.total) this.status = 'completed';
    else if (this.status === 'active' && this.released === this.funded) this.status = 'insolvent';
    this.next = this.nextAfter();
  }
  release(): boolean {
    if (this.status !== 'active' || this.ran < this.next) return false;
    this.take(this.releasable);
    return true;
  }
  pause(): void {
    this.take(this.releasable);
    if (this.ended) return;
    this.status = 'paused';
    this.ran = least(this.ran, this.runsOut ?? this.ran);
  }
  resume(): void {
    this.status = 'active';
    this.next = this.nextAfter();
  }
  topUp(amount: bigint): void {
    const due = this.status === 'active' && this.ran >= this.next;
    if (this.status !== 'paused') this.ran = least(this.ran, this.runsOut ?? this.ran);
    this.funded += amount;
    if (this.status === 'insolvent') this.status = 'active';
    this.next = due ? 0n : this.nextAfter();
  }
  cancel(): void {
    this.take(this.releasable);
    if (!this.ended) this.status = 'cancelled';
  }
}

/** One stream's life: random steps, each followed by a comparison. */
class Life {
  readonly random: Random;
  readonly model: Model;
  readonly stream: StreamProgress;
  readonly log: string[] = [];

  constructor(random: Random, model: Model, stream: StreamProgress) {
    this.random = random;
    this.model = model;
    this.stream = stream;
  }

  /** Sets the row so that it has run for as long as the model, and a quarter of a second. */
  async align(): Promise<void> {
    await t.scope.query(
      `update :schema.streams s set start_time = start_time - m.by, end_time = end_time - m.by,
         next_release_at = next_release_at - m.by
       from (select id, make_interval(secs => ($2::numeric + 0.25 - extract(epoch from clock_timestamp() - start_time)
         + extract(epoch from paused_for))::float8) as by from :schema.streams) as m
       where m.id = s.id and s.id = $1 and s.status in ('active', 'insolvent')`,
      [this.stream.id, this.model.ran.toString()],
    );
  }

  async step(name: string, act: () => Promise<unknown>): Promise<void> {
    this.log.push(`${name} at ${this.model.ran}`);
    const begun = performance.now();
    await this.align();
    await act();
    if (performance.now() - begun > SLOW_MS) throw new TooSlow();
    const aligned = performance.now();
    await this.align();
    const row = (await t.service.getStream(this.stream.id)) as StreamProgress;
    if (performance.now() - aligned > SLOW_MS) throw new TooSlow();
    const { model } = this;
    expect(
      [row.status, row.releasedAmount, row.fundedAmount, row.accrued, row.remainingAmount],
      this.log.join('; '),
    ).toEqual([
      model.status,
      amountOf(model.released),
      amountOf(model.funded),
      amountOf(model.accrued),
      amountOf(model.total - model.released),
    ]);
  }

  async randomStep(): Promise<void> {
    const { model, random, stream } = this;
    const { service } = t;
    const roll = random(100);
    if (roll < 40) {
      const most = Number(random(2) === 0 ? model.interval : model.duration);
      model.pass(BigInt(random(most) + 1));
      await this.step('release', async () => {
        const { streams, failed } = await service.releaseDueStreams();
        expect([streams, failed], this.log.join('; ')).toEqual([model.release() ? 1 : 0, 0]);
      });
    } else if (roll < 65) {
      const all = random(2) === 0;
      model.pass(BigInt(random(Number(model.interval))));
      const amount = all ? model.releasable : (model.releasable * BigInt(random(1_000))) / 1_000n;
      if (amount === 0n) return;
      await this.step(`withdraw ${amount}`, () => {
        model.take(amount);
        return service.withdrawFromStream(stream.id, all ? {} : { amount: amountOf(amount) });
      });
    } else if (roll < 80 && (model.status === 'active' || model.status === 'insolvent')) {
      await this.step('pause', () => {
        model.pause();
        return service.pauseStream(stream.id);
      });
    } else if (roll < 92 && model.status === 'paused') {
      await this.step('resume', () => {
        model.resume();
        return service.resumeStream(stream.id);
      });
    } else if (model.funded < model.total) {
      const lacking = model.total - model.funded;
      const amount = random(2) === 0 ? lacking : (lacking * BigInt(random(1_000))) / 1_000n;
      if (amount === 0n) return;
      await this.step(`top up ${amount}`, () => {
        model.topUp(amount);
        return service.topUpStream(stream.id, amountOf(amount));
      });
    }
  }

  /** Half of them run to their end, the others are cancelled. */
  async end(): Promise<void> {
    const { model, stream } = this;
    const { service } = t;
    if (model.ended) return;
    if (this.random(2) === 0) {
      model.pass(BigInt(this.random(Number(model.duration))));
      await this.step('cancel', () => {
        model.cancel();
        return service.cancelStream(stream.id);
      });
      return;
    }
    if (model.status === 'paused') {
      await this.step('resume', () => {
        model.resume();
        return service.resumeStream(stream.id);
      });
    }
    if (model.funded < model.total) {
      const amount = model.total - model.funded;
      await this.step('top up the rest', () => {
        model.topUp(amount);
        return service.topUpStream(stream.id, amountOf(amount));
      });
    }
    model.pass(model.duration);
    await this.step('release at the end', () => {
      expect(model.release()).toBe(true);
      return service.releaseDueStreams();
    });
    expect(model.released).toBe(model.total);
  }
}

async function live(seed: number): Promise<void> {
  const random = randomFrom(seed);
  const bps = random(4) === 0 ? random(10_001) : 200;
  const who: Parties = await parties(t, '1000000000', bps);
  const total = BigInt(random(10 ** (1 + random(12))) + 1);
  const escrowed = random(2) === 0 ? total : (total * BigInt(random(101))) / 100n;
  const duration = random(3) === 0 ? 60 + random(MONTH_S - 59) : 60 + random(7_200);
  const interval = 60 + random(Math.max(1, random(2) === 0 ? duration - 59 : (duration - 59) / 20));
  const taskId = await streamingTask(t.scope, {
    ...who,
    amount: amountOf(total),
    escrowed: amountOf(escrowed),
  });
  const stream = await t.service.createStream({ taskId, durationS: duration, releaseIntervalS: interval });
  const model = new Model(total, escrowed, BigInt(duration), BigInt(interval));
  const one = new Life(random, model, stream);
  try {
    for (let step = 0; step < STEPS && !model.ended; step += 1) await one.randomStep();
    await one.end();
  } catch (error) {
    // Out of the way of the next one.
    if (error instanceof TooSlow) await t.service.cancelStream(stream.id).catch(() => undefined);
    throw error;
  }
  const fee = (model.released * BigInt(bps) + 5_000n) / 10_000n;
  const [sums] = await t.scope.query<{ amount: string; fee: string; paid: string }>(
    `select coalesce(sum(x.amount), 0) as amount, coalesce(sum(x.fee), 0) as fee, t.paid_amount as paid
     from :schema.tasks t left join :schema.transactions x on x.task_id = t.id where t.id = $1 group by t.id`,
    [taskId],
  );
  const released = amountOf(model.released);
  expect(sums, one.log.join('; ')).toEqual({ amount: released, fee: amountOf(fee), paid: released });
  expect(units(await t.balance(`worker:${who.workerId}`))).toBe(model.released - fee);
  expect(units(await t.balance(`escrow:${who.platformId}`))).toBe(model.funded - model.released);
}

describe('streams', () => {
  it(`pay exactly what whole numbers say, whatever is done to them (seed ${SEED}, ${CASES} lives)`, async () => {
    for (let index = 0; index < CASES; index += 1) {
      const seed = SEED * 1_000 + index;
      for (let attempt = 0; ; attempt += 1) {
        try {
          await live(seed);
          break;
        } catch (error) {
          if (!(error instanceof TooSlow) || attempt === 5) {
            throw new Error(`Life ${index} of seed ${SEED}: ${(error as Error).message}`, { cause: error });
          }
        }
      }
    }
  }, 180_000);
});
