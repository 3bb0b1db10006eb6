/** The people, platforms, tasks and advances of the demonstration. */
import { createHash } from 'node:crypto';

/** Fixed ids, in the form that all ids have. */
export function seedId(prefix: string, number: number): string {
  return `${prefix}_00000seed${String(number).padStart(17, '0')}`;
}

/** Made up from a name: no key belongs to it, and nothing is ever sent there but by the sandbox. */
export function seedHash(name: string, characters: number): string {
  return `0x${createHash('sha256').update(`guildhall demonstration ${name}`).digest('hex').slice(0, characters)}`;
}

export interface SeedWorker {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** What their events lead to. */
  readonly score: number;
  readonly ageDays: number;
  readonly stars: number;
}

const PEOPLE = [
  ['Alice Johnson', 850, 97, 5],
  ['Bob Martinez', 720, 64, 4],
  ['Charlie Chen', 650, 45, 4],
  ['Diana Patel', 780, 78, 5],
  ['Eve Williams', 920, 90, 5],
  ['Frank Brown', 580, 21, 4],
  ['Grace Lee', 810, 70, 5],
  ['Henry Davis', 690, 52, 4],
  ['Iris Kumar', 550, 7, 4],
  ['Jack Wilson', 760, 60, 5],
] as const;

export const WORKERS: readonly SeedWorker[] = PEOPLE.map(([name, score, ageDays, stars], index) => ({
  id: seedId('wrk', index + 1),
  name,
  email: `${name.split(' ')[0]?.toLowerCase()}@example.com`,
  score,
  ageDays,
  stars,
}));

export const PLATFORMS = ['QuickTask', 'DeliveryHub', 'FieldOps', 'MicroGigs', 'TaskRunner'].map(
  (name, index) => ({ id: seedId('plt', index + 1), name, email: `${name.toLowerCase()}@example.com` }),
);

const TITLES = [
  'Delivery to Downtown',
  'Data Entry - 100 records',
  'Photo Verification',
  'Package Pickup',
  'Survey Completion',
  'Product Assembly',
  'Inventory Check',
  'Customer Feedback Collection',
  'Document Scanning',
  'Quality Inspection',
] as const;
const AMOUNTS = [45, 32.5, 12, 58, 8.5, 76, 27, 15, 5, 64, 38, 96, 22, 84, 18, 100, 9.5, 41, 13, 70] as const;

/** Tasks with numbers up to this one are completed; the next ones are active, the last ones pending. */
const COMPLETED = 11;
const ACTIVE = 17;

export interface SeedTask {
  readonly number: number;
  readonly id: string;
  readonly worker: SeedWorker;
  readonly platformId: string;
  readonly title: string;
  readonly amount: string;
  readonly fee: string;
  readonly streaming: boolean;
  readonly status: 'completed' | 'active' | 'pending';
  /** Days before the seeding on which it was posted, and hours that it took. */
  readonly daysAgo: number;
  readonly hours: number;
}

export const TASKS: readonly SeedTask[] = AMOUNTS.map((amount, index) => {
  const number = index + 1;
  const worker = WORKERS[index % WORKERS.length] as SeedWorker;
  return {
    number,
    id: seedId('tsk', number),
    worker,
    platformId: PLATFORMS[index % PLATFORMS.length]?.id ?? '',
    title: `${TITLES[index % TITLES.length]} #${number}`,
    amount: String(amount),
    // Two percent of an amount with one decimal at most: three decimals are exact.
    fee: (Math.round(amount * 20) / 1000).toString(),
    streaming: number % 2 === 0,
    status: number <= COMPLETED ? 'completed' : number <= ACTIVE ? 'active' : 'pending',
    daysAgo:
      number <= COMPLETED
        ? Math.min(worker.ageDays - 1, 30 - 2 * number)
        : ACTIVE + 4 - Math.min(number, ACTIVE + 3),
    hours: 4 + ((number * 3) % 21),
  };
});

export interface SeedLoan {
  readonly id: string;
  readonly worker: SeedWorker;
  readonly amount: string;
  readonly fee: string;
  readonly totalDue: string;
  readonly repaid: string;
  readonly predicted: string;
  readonly status: 'repaid' | 'repaying' | 'disbursed';
  readonly installmentsPaid: number;
  readonly daysAgo: number;
}

/** Due two weeks later, so what is not repaid is younger than that. */
const LOANS_OF = [
  ['Alice', 150, 'repaid', 24],
  ['Bob', 100, 'repaying', 9],
  ['Charlie', 50, 'disbursed', 3],
  ['Diana', 120, 'repaid', 20],
  ['Eve', 200, 'repaying', 11],
] as const;

export const LOAN_FEE_BPS = 300;
export const LOAN_DAYS = 14;

export const LOANS: readonly SeedLoan[] = LOANS_OF.map(([name, amount, status, daysAgo], index) => {
  const fee = (amount * LOAN_FEE_BPS) / 10_000;
  const totalDue = amount + fee;
  return {
    id: seedId('lon', index + 1),
    worker: WORKERS.find((worker) => worker.name.startsWith(name)) as SeedWorker,
    amount: String(amount),
    fee: String(fee),
    totalDue: String(totalDue),
    repaid: String(status === 'repaid' ? totalDue : status === 'repaying' ? totalDue / 2 : 0),
    predicted: String(amount * 1.5),
    status,
    // Half of it is two of five instalments, and the rest paid back by hand.
    installmentsPaid: status === 'repaid' ? 5 : status === 'repaying' ? 2 : 0,
    daysAgo,
  };
});
