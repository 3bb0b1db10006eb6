/** What each queue must be able to do in the benchmark of queues. */

export interface QueueContender {
  /** Enqueues jobs that do nothing, with the library's fastest documented way for many. */
  produce(count: number): Promise<void>;
  /** Starts to work jobs off, with the library's best documented settings for throughput; calls back for each one done. */
  consume(onDone: (count: number) => void): Promise<Consumer>;
  /** Jobs that are not finished, as the library's own tables tell. */
  unfinished(): Promise<number>;
  /** What an operator would do between two runs: nothing of the last one is left. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface Consumer {
  stop(): Promise<void>;
}

export interface QueueModule {
  readonly version: string;
  /** How it is set up, for the record. */
  readonly settings: string;
  /** Makes the library's tables in an empty database. */
  prepare(url: string): Promise<void>;
  open(url: string): Promise<QueueContender>;
}

export type QueueRequest =
  | { readonly kind: 'load'; readonly path: string }
  | { readonly kind: 'open'; readonly url: string }
  | { readonly kind: 'burn-down'; readonly jobs: number }
  /** Measured in so many parts, one after the other, with the same producer and consumer. */
  | {
      readonly kind: 'steady';
      readonly warmUpMs: number;
      readonly forMs: number;
      readonly parts: number;
      readonly backlog: number;
    }
  | { readonly kind: 'close' };

export interface Rate {
  readonly jobs: number;
  readonly elapsedMs: number;
}
