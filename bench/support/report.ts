/** Numbers for people and for `docs/benchmarks/`: one row per operation, concurrency and rival. */
import { arch, cpus, platform, totalmem } from 'node:os';
import type { Measurement } from './measure.ts';
import { OPERATIONS, type Operation } from './operations.ts';

export const OURS = 'guildhall';

/** The form that every benchmark of this project writes. */
export interface ResultRow {
  readonly id: string;
  readonly ours: number;
  readonly rival: number;
  readonly ratio: number;
  /** Null where nothing was promised; the row is there to be looked at. */
  readonly aim: number | null;
  readonly met: boolean | null;
  readonly unit: string;
  readonly rivalName: string;
}

/** What was promised, as ours / rival; null where nothing was. */
function aimFor(rival: string, kind: Operation['kind']): number | null {
  if (rival === 'pg') return 0.8;
  if (rival === 'prisma' && kind === 'read') return 3;
  if (rival === 'prisma' && kind === 'bulk') return 10;
  return null;
}

export function resultRows(measurements: readonly Measurement[]): ResultRow[] {
  return measurements
    .filter((rival) => rival.contender !== OURS)
    .flatMap((rival) => {
      const ours = measurements.find((other) => other.contender === OURS && sameSlot(other, rival));
      if (ours === undefined) return [];
      const aim = aimFor(rival.contender, OPERATIONS[rival.operation].kind);
      const ratio = ours.perSecond / rival.perSecond;
      return {
        id: `${rival.operation}.c${rival.concurrency}.${rival.contender}`,
        ours: rounded(ours.perSecond),
        rival: rounded(rival.perSecond),
        ratio: rounded(ratio),
        aim,
        met: aim === null ? null : ratio >= aim,
        unit: rival.unit,
        rivalName: rival.contender,
      };
    });
}

export function machineFacts(): Record<string, unknown> {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
  };
}

/** The table of one operation at one concurrency. */
export function formatSlot(measurements: readonly Measurement[]): string {
  const first = measurements[0];
  if (first === undefined) return 'No contender finished.\n';
  const rows = resultRows(measurements);
  const lines = measurements.map((measurement) => {
    const row = rows.find((candidate) => candidate.rivalName === measurement.contender);
    return [
      measurement.contender,
      number(measurement.perSecond),
      `${number(measurement.lowest)} - ${number(measurement.highest)}`,
      milliseconds(measurement.p50Ms),
      milliseconds(measurement.p99Ms),
      row === undefined ? '' : `${row.ratio.toFixed(2)}x`,
      row === undefined || row.aim === null ? '' : `>= ${row.aim}x ${row.met ? 'met' : 'MISSED'}`,
    ];
  });
  const head = ['', first.unit, 'slowest - fastest round', 'p50 ms', 'p99 ms', 'ours / it', 'aim'];
  return `${first.operation}: ${OPERATIONS[first.operation].title}; ${first.concurrency} at a time\n${columns([head, ...lines])}\n`;
}

function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 || column === 6
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}\n`)
    .join('');
}

function sameSlot(a: Measurement, b: Measurement): boolean {
  return a.operation === b.operation && a.concurrency === b.concurrency;
}

/** Every number as it is worth printing. */
export function roundedMeasurement(measurement: Measurement): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(measurement).map(([key, value]) => [
      key,
      typeof value === 'number' && key !== 'calls' ? rounded(value) : value,
    ]),
  );
}

/** Four significant digits are already more than a shared machine can promise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function number(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function milliseconds(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
