/** A named statement on one connection: parsed once, its row described once, its answer read without the driver's detours. */
import pg from 'pg';
import { exactTypes } from './exact-types.ts';
import type { QueryResult } from './types.ts';

// The driver's own query has the server describe each answer and makes everything anew of the description: parsers, a
// model row, an emitter. For a small statement that is a third of the client's work.

/** How the rows of a statement come: told by the server when it is first run, and fixed while it stays prepared. */
interface Shape {
  readonly names: readonly string[];
  readonly parsers: readonly ((text: string) => unknown)[];
  /** Copied for each row, so that all rows have their properties in one order. */
  readonly blank: Readonly<Record<string, null>>;
}

/** What one connection knows of a statement that it was given under a name. */
export interface PreparedName {
  readonly name: string;
  readonly text: string;
  /** Null when it has no rows; undefined until it is known. */
  shape: Shape | null | undefined;
}

export interface Run<Row> {
  readonly prepared: PreparedName;
  readonly params: readonly unknown[];
  /** Off where a pooler may prepare the statement anew behind our back, and with another row after DDL. */
  readonly trustShape: boolean;
  /** Zero for none; the driver watches it. */
  readonly watchMs: number;
  readonly callback: (error: Error | null, result?: QueryResult<Row>) => void;
}

/** The part of the driver's connection that its own query and cursor use. */
interface Wire {
  readonly parsedStatements: Readonly<Record<string, string | undefined>>;
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: {
    readonly portal: string;
    readonly statement: string;
    readonly values: readonly unknown[];
    readonly valueMapper: (value: unknown) => unknown;
  }): void;
  describe(message: { readonly type: 'P'; readonly name: string }): void;
  execute(message: { readonly portal: string }): void;
  sync(): void;
  sendCopyFail(message: string): void;
}

interface FieldMessage {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

const { prepareValue } = (pg as unknown as { utils: { prepareValue: (value: unknown) => unknown } }).utils;

/** Given to `client.query`, which calls what is below by the names that its own query has. */
export class PreparedStatement<Row> implements pg.Submittable {
  /** The driver remembers under this name that the text was parsed. */
  readonly name: string;
  readonly text: string;
  readonly query_timeout: number;
  /** The driver replaces it when it gives up waiting. */
  callback: Run<Row>['callback'];
  private readonly run: Run<Row>;
  private readonly rows: Row[] = [];
  private rowCount = 0;
  private unreadable: Error | undefined;

  constructor(run: Run<Row>) {
    this.run = run;
    this.name = run.prepared.name;
    this.text = run.prepared.text;
    this.query_timeout = run.watchMs;
    this.callback = run.callback;
  }

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    const { prepared, params, trustShape } = this.run;
    // Together in one packet.
    wire.stream.cork();
    try {
      if (wire.parsedStatements[this.name] === undefined) wire.parse({ name: this.name, text: this.text });
      try {
        wire.bind({ portal: '', statement: this.name, values: params, valueMapper: prepareValue });
      } catch (error) {
        // A value that cannot be written; the server has heard nothing but the text, if that.
        wire.sync();
        this.handleError(error as Error);
        return;
      }
      if (!trustShape || prepared.shape === undefined) wire.describe({ type: 'P', name: '' });
      wire.execute({ portal: '' });
      wire.sync();
    } finally {
      wire.stream.uncork();
    }
  }

  handleRowDescription({ fields }: FieldMessage): void {
    this.run.prepared.shape = {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => exactTypes.getTypeParser(dataTypeID, 'text')),
      blank: Object.fromEntries(fields.map(({ name }) => [name, null])),
    };
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { shape } = this.run.prepared;
    if (shape === null || shape === undefined || this.unreadable !== undefined) return;
    const { names, parsers } = shape;
    const row: Record<string, unknown> = { ...shape.blank };
    try {
      for (let index = 0; index < names.length; index += 1) {
        const text = fields[index] as string | null;
        if (text !== null) row[names[index] as string] = parsers[index]?.(text);
      }
    } catch (error) {
      this.unreadable = error as Error;
      return;
    }
    this.rows.push(row as Row);
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    // It was asked for and did not come: there are no rows.
    this.run.prepared.shape ??= null;
    // `INSERT 0 1`, `SELECT 7`; other commands have no number.
    const count = Number(text.slice(text.lastIndexOf(' ') + 1));
    this.rowCount = Number.isNaN(count) ? 0 : count;
  }

  handleReadyForQuery(): void {
    if (this.unreadable === undefined) this.callback(null, { rows: this.rows, rowCount: this.rowCount });
    else this.callback(this.unreadable);
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyData(): void {}

  handleCopyInResponse(connection: pg.Connection): void {
    (connection as unknown as Wire).sendCopyFail('No source stream defined');
  }
}
