/** Where the command line writes, and how: text for people, one JSON value for programs. */
import { wireNumber } from '../guildhall.ts';

export interface Output {
  readonly json: boolean;
  /** True when a person can answer questions. */
  readonly interactive: boolean;
  /** The answer: text for people, or nothing in JSON mode. */
  text(line?: string): void;
  /** The answer as a value: printed in JSON mode only. */
  value(value: unknown): void;
  /** Remarks and progress, to standard error, so that a pipe gets the answer alone. */
  note(line: string): void;
}

export function createOutput(options: { readonly json: boolean }): Output {
  const { json } = options;
  return {
    json,
    interactive: !json && process.stdin.isTTY === true && process.stdout.isTTY === true,
    text: (line = '') => {
      if (!json) process.stdout.write(`${line}\n`);
    },
    value: (value) => {
      if (json) process.stdout.write(`${toJson(value)}\n`);
    },
    note: (line) => {
      process.stderr.write(`${line}\n`);
    },
  };
}

function toJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, entry: unknown) => (typeof entry === 'bigint' ? wireNumber(entry) : entry),
    2,
  );
}

/** Columns aligned for reading; numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, index) =>
    Math.max(heading.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const numeric = headings.map(
    (_, index) => rows.length > 0 && rows.every((row) => NUMERIC.test(row[index] ?? '')),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) =>
        numeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(headings), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

const NUMERIC = /^[-+]?[\d,.]+( [kMGT]?B| ms| s| %)?$|^-$/;

export function bytes(count: bigint | number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Number(count);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}

export function thousands(count: bigint | number): string {
  return count.toLocaleString('en-US');
}
