/** Whether the app is on its way out, and what has to end before it is gone. */

export interface Lifecycle {
  readonly draining: boolean;
  /** Turns /readyz to 503; streams stay open, so that a balancer can look away first. */
  startDraining(): void;
  /** Ends every event stream; clients resume elsewhere. */
  closeStreams(): void;
}

export function createLifecycle(closeStreams: () => void): Lifecycle {
  let draining = false;
  return {
    get draining() {
      return draining;
    },
    startDraining() {
      draining = true;
    },
    closeStreams,
  };
}
