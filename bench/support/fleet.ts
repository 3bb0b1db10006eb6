/** The contenders' processes: started, asked one at a time, and ended by whoever started them. */
import { type ChildProcess, fork } from 'node:child_process';
import type { OperationId } from './operations.ts';
import type { Request, Response, Slice, SliceOptions } from './worker.ts';

/** Long enough for the slowest contender's bulk insert on a busy machine; a hang is an error, not a wait. */
const ANSWER_TIMEOUT_MS = 300_000;
/** Loading is slower the more there is: a tenth of a second for each thousand costs would be a broken disk. */
const LOAD_TIMEOUT_MS_PER_COST = 0.1;

export interface Program {
  readonly name: string;
  /** Bundles of the worker and the contender, beside the packages they use. */
  readonly worker: string;
  readonly contender: string;
  readonly nodeFlags: readonly string[];
}

export class Worker {
  readonly name: string;
  version = '';
  hasOwnTables = false;
  readonly #child: ChildProcess;
  #busy = false;

  constructor(program: Program) {
    this.name = program.name;
    this.#child = fork(program.worker, [], {
      execArgv: ['--expose-gc', ...program.nodeFlags],
      serialization: 'advanced',
      env: { ...process.env, NODE_ENV: 'production', TZ: 'UTC' },
    });
  }

  async load(path: string): Promise<void> {
    const facts = (await this.ask({ kind: 'load', path })) as { version: string; hasOwnTables: boolean };
    this.version = facts.version;
    this.hasOwnTables = facts.hasOwnTables;
  }

  async slice(operation: OperationId, options: SliceOptions): Promise<Slice> {
    return (await this.ask({ kind: 'slice', operation, ...options })) as Slice;
  }

  /** One question at a time: only one contender may work at any moment, or the numbers mean nothing. */
  ask(request: Request): Promise<unknown> {
    if (this.#busy) throw new Error(`${this.name} was asked two things at once.`);
    this.#busy = true;
    const timeoutMs =
      ANSWER_TIMEOUT_MS + (request.kind === 'prepare' ? request.size.costs * LOAD_TIMEOUT_MS_PER_COST : 0);
    return new Promise<unknown>((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#child.off('message', onMessage).off('exit', onExit);
        this.#busy = false;
        finish();
      };
      const onMessage = (response: Response): void =>
        settle(() => ('error' in response ? reject(new Error(response.error)) : resolve(response.value)));
      const onExit = (code: number | null): void =>
        settle(() =>
          reject(
            new Error(`The process of ${this.name} ended with code ${code} while asked "${request.kind}".`),
          ),
        );
      const timer = setTimeout(
        () =>
          settle(() =>
            reject(new Error(`${this.name} did not answer "${request.kind}" in ${timeoutMs} ms.`)),
          ),
        timeoutMs,
      );
      this.#child.once('message', onMessage).once('exit', onExit);
      this.#child.send(request, (error) => {
        if (error !== null) settle(() => reject(error));
      });
    });
  }

  /** For a contender that failed: whatever it still does must not disturb the others. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    await this.ask({ kind: 'close' }).catch(() => undefined);
    this.#child.kill();
    await ended;
  }
}
