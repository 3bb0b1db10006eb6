/** Where machines come from: the interface to a provider, and a sandbox that only pretends. */
import { createHash } from 'node:crypto';

export interface MachineOrder {
  /** Names the machine at the provider, so that a repeated order finds the machine of the first. */
  readonly runnerId: string;
  readonly name: string;
  readonly provider: string;
  readonly region: string;
  readonly serverType: string;
  readonly sshKeyId: string | null;
  /** The runner's own token, for the machine alone: we keep its hash. A repeated order brings a new one. */
  readonly token: string;
}

export interface Machine {
  readonly ipAddress: string;
  /** Facts worth showing, such as the provider's own id of the machine. Never secrets. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Both calls are repeated after a crash or a time-out, and must then come to the same end: one machine for a
 * runner's id, or none. The signal fires shortly before somebody else may take the runner on.
 */
export interface Provisioner {
  create(order: MachineOrder, signal: AbortSignal): Promise<Machine>;
  /** A machine that is not there is no error. */
  destroy(runnerId: string, signal: AbortSignal): Promise<void>;
}

/** Makes nothing and costs nothing: an address from the block reserved for documentation, the same for one id. */
export const sandboxProvisioner: Provisioner = {
  create: async ({ runnerId, provider }) => ({
    ipAddress: `192.0.2.${((createHash('sha256').update(runnerId).digest()[0] ?? 0) % 254) + 1}`,
    metadata: { sandbox: true, machineId: `sandbox-${provider}-${runnerId.slice(-8)}` },
  }),
  destroy: async () => undefined,
};
