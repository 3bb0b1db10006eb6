/** Ends calls that take too long, so that a stuck one cannot hold its caller, and a thousand cannot pile up. */
import type { MiddlewareHandler } from 'hono';
import { GuildhallError } from '../kernel/index.ts';
import type { FaceEnv } from './env.ts';

/** Answers `timeout` after the route's own limit, or the default; what still runs is told by `signal`. */
export function deadline(defaultMs: number): MiddlewareHandler<FaceEnv> {
  return async (c, next) => {
    const controller = new AbortController();
    c.set('signal', controller.signal);
    const limitMs = c.get('facts')?.limits.timeMs ?? defaultMs;
    if (limitMs === 0) return next();
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new GuildhallError('timeout', `No answer within ${limitMs} ms.`);
        reject(error);
        controller.abort(error);
      }, limitMs);
    });
    try {
      await Promise.race([next(), expired]);
    } finally {
      clearTimeout(timer);
    }
  };
}
