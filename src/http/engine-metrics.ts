/** Prometheus figures of every instance's engines, asked for at a scrape, and never in a way that a scrape can hurt. */
import { Gauge, type Registry } from 'prom-client';
import {
  type EngineFigures,
  engineFigures,
  type Instance,
  MAX_COUNTED,
  MAX_JOBS_COUNTED,
} from '../kernel/index.ts';

type Labels = Readonly<Record<string, string>>;
type Values = readonly (readonly [labels: Labels, value: number])[];

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
  readonly read: (figures: EngineFigures) => Values;
}

/** What one instance answered; null: it did not, or not in time. */
interface Sample {
  readonly instance: string;
  readonly figures: EngineFigures | null;
}

interface Round {
  readonly samples: readonly Sample[];
  readonly begunAt: Date;
  /** By the clock that never goes back. */
  readonly begunMs: number;
  readonly done: Promise<void>;
}

export interface EngineMetricsOptions {
  readonly instances: readonly Instance[];
  readonly registers: Registry[];
  readonly timeoutMs?: number;
  readonly cacheMs?: number;
}

/** Scrapers give up after 10 s by default, and usually come every 15 s: several of them share a round. */
const TIMEOUT_MS = 3_000;
const CACHE_MS = 5_000;
const COUNTED = `Counted up to ${MAX_COUNTED.toLocaleString('en')}.`;

const one = (value: number): Values => [[{}, value]];
const byState = (states: Readonly<Record<string, number>>): Values =>
  Object.entries(states).map(([state, value]) => [{ state }, value]);

const FIGURES: readonly Figure[] = [
  {
    name: 'guildhall_queue_jobs',
    help: `Jobs by queue and state: ready may run now, running of those first in line, waiting later. Each counted up to ${MAX_JOBS_COUNTED.toLocaleString('en')}.`,
    labels: ['queue', 'state'],
    read: ({ queues }) =>
      queues.flatMap(({ queue, ready, running, waiting, dead }) =>
        byState({ ready, running, waiting, dead }).map(
          ([state, value]) => [{ queue, ...state }, value] as const,
        ),
      ),
  },
  {
    name: 'guildhall_queue_oldest_ready_age_seconds',
    help: 'How long the oldest job that may run has been waiting for a worker; 0 when none is.',
    labels: ['queue'],
    read: ({ queues }) => queues.map(({ queue, oldestReadyS }) => [{ queue }, oldestReadyS]),
  },
  {
    name: 'guildhall_queue_paused',
    help: '1 while the queue is paused.',
    labels: ['queue'],
    read: ({ queues }) => queues.map(({ queue, paused }) => [{ queue }, Number(paused)]),
  },
  {
    name: 'guildhall_queues',
    help: 'Queues; the first hundred are told apart.',
    read: ({ queueCount }) => one(queueCount),
  },
  {
    name: 'guildhall_queue_schedule_lag_seconds',
    help: 'How late the most overdue schedule is.',
    read: ({ scheduleLagS }) => one(scheduleLagS),
  },
  {
    name: 'guildhall_ledger_unsealed_transfers',
    help: `Transfers that no seal covers yet. ${COUNTED}`,
    read: ({ ledger }) => one(ledger.unsealed),
  },
  {
    name: 'guildhall_ledger_seal_lag_seconds',
    help: 'Age of the oldest transfer that no seal covers; 0 when all are sealed.',
    read: ({ ledger }) => one(ledger.sealLagS),
  },
  {
    name: 'guildhall_ledger_open_holds',
    help: `Holds that are open. ${COUNTED}`,
    read: ({ ledger }) => one(ledger.openHolds),
  },
  {
    name: 'guildhall_ledger_overdue_holds',
    help: `Holds whose time is over and that nobody has ended. ${COUNTED}`,
    read: ({ ledger }) => one(ledger.overdueHolds),
  },
  {
    name: 'guildhall_ledger_overdue_hold_age_seconds',
    help: 'For how long the most overdue hold is overdue; 0 when none is.',
    read: ({ ledger }) => one(ledger.overdueHoldS),
  },
  {
    name: 'guildhall_webhook_deliveries',
    help: `Deliveries that are pending, and dead letters that are kept. ${COUNTED}`,
    labels: ['state'],
    read: ({ webhooks: { pending, dead } }) => byState({ pending, dead }),
  },
  {
    name: 'guildhall_webhook_oldest_pending_age_seconds',
    help: 'Age of the oldest pending delivery, retries and all; 0 when none is.',
    read: ({ webhooks }) => one(webhooks.oldestPendingS),
  },
  {
    name: 'guildhall_webhook_delivery_lag_seconds',
    help: 'How long the most overdue delivery could have been tried already; 0 when none is due.',
    read: ({ webhooks }) => one(webhooks.overdueS),
  },
  {
    name: 'guildhall_webhook_endpoints',
    help: `Endpoints: active, failing (active, with dead letters since the last success), disabled. ${COUNTED}`,
    labels: ['state'],
    read: ({ webhooks: { active, failing, disabled } }) => byState({ active, failing, disabled }),
  },
  {
    name: 'guildhall_webhook_fanout_lag_events',
    help: `Events that could be fanned out to webhooks and are not. ${COUNTED}`,
    read: ({ outbox }) => one(outbox.behind),
  },
  {
    name: 'guildhall_webhook_fanout_lag_seconds',
    help: 'Age of the oldest event that could be fanned out and is not; 0 when there is none.',
    read: ({ outbox }) => one(outbox.behindS),
  },
  {
    name: 'guildhall_outbox_held_back_seconds',
    help: 'Age of the oldest event that no reader can have yet because a transaction is open; 0 when there is none.',
    read: ({ outbox }) => one(outbox.heldBackS),
  },
  {
    name: 'guildhall_retention_runway_seconds',
    help: 'For how long partitions are ready.',
    labels: ['policy'],
    read: ({ runways }) => runways.map(({ policy, runwayS }) => [{ policy }, runwayS]),
  },
  {
    name: 'guildhall_retention_alarms',
    help: 'Retention policies with an alarm, by kind.',
    labels: ['alarm'],
    read: ({ retentionAlarms }) =>
      Object.entries(retentionAlarms).map(([alarm, value]) => [{ alarm }, value]),
  },
];

/**
 * The function it returns brings the gauges up to date; it never throws and takes no longer than the time-out. One
 * round at a time asks the instances in turn, so that scraping holds one connection at most, however many scrapers
 * and instances there are. An instance that does not answer has `guildhall_engine_up` 0 and no other figure: an
 * outage must not read as zeros.
 */
export function watchEngines({
  instances,
  registers,
  timeoutMs = TIMEOUT_MS,
  cacheMs = CACHE_MS,
}: EngineMetricsOptions): () => Promise<void> {
  const gauge = (name: string, help: string, labels: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: ['instance', ...labels], registers });
  const up = gauge('guildhall_engine_up', '1 when the figures of the instance could be read.');
  const readAt = gauge(
    'guildhall_engine_read_timestamp_seconds',
    `When the figures were asked for: they are kept for ${cacheMs / 1_000} s.`,
  );
  const gauges = FIGURES.map(({ name, help, labels, read }) => ({ gauge: gauge(name, help, labels), read }));
  let round: Round | undefined;
  let running = false;

  const current = (): Round => {
    if (round !== undefined && (running || performance.now() - round.begunMs < cacheMs)) return round;
    running = true;
    const samples: Sample[] = [];
    const done = askAll(instances, samples).finally(() => {
      running = false;
    });
    round = { samples, begunAt: new Date(), begunMs: performance.now(), done };
    return round;
  };

  return async () => {
    const { samples, begunAt, begunMs, done } = current();
    // Of a round that hangs only the first scrape waits to the end.
    await atMost(begunMs + timeoutMs - performance.now(), done);
    for (const { gauge: one } of gauges) one.reset();
    readAt.reset();
    for (const { schema: instance } of instances) {
      const figures = samples.find((sample) => sample.instance === instance)?.figures ?? null;
      up.set({ instance }, figures === null ? 0 : 1);
      if (figures === null) continue;
      readAt.set({ instance }, begunAt.getTime() / 1_000);
      for (const { gauge: one, read } of gauges) {
        for (const [labels, value] of read(figures)) one.set({ instance, ...labels }, value);
      }
    }
  };
}

async function askAll(instances: readonly Instance[], samples: Sample[]): Promise<void> {
  for (const { schema: instance, scope } of instances) {
    const figures = await engineFigures(scope).catch(() => null);
    samples.push({ instance, figures });
  }
}

async function atMost(limitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
