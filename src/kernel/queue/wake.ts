/** Tells the workers of this process that there is work; those of others notice when they ask. */
import { EventEmitter } from 'node:events';
import type { Database, Transaction } from '../database/types.ts';
import type { Scope } from '../system.ts';

const bells = new EventEmitter().setMaxListeners(0);

/** Wakes workers of this process on the queue, after the transaction if there is one. */
export function announce(scope: Scope, queue: string): void {
  const executor = scope.executor as Database | Transaction;
  const event = `${scope.schema} ${queue}`;
  if (executor.inTransaction) executor.afterCommit(() => void bells.emit(event));
  else bells.emit(event);
}

/** Calls back at each announcement until the function it returns is called. */
export function listen(scope: Scope, queue: string, callback: () => void): () => void {
  const event = `${scope.schema} ${queue}`;
  bells.on(event, callback);
  return () => void bells.off(event, callback);
}
