/** A port on the loopback address: the one of last time where it is free, so that open clients find us again. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems hand out to outgoing connections (from 32768 or 49152 on). */
const FIRST_PORT = 15_432;
const PORT_COUNT = 10_000;
/** How many neighbours of the first choice are tried before the system is asked for any. */
const NEIGHBOURS = 20;

/** Free ports, best first; one may be taken again before it is used, so the caller goes on to the next. */
export async function* freePorts(home: string, lastPort: number): AsyncGenerator<number> {
  const first = createHash('sha256').update(home).digest().readUInt32BE(0) % PORT_COUNT;
  const candidates = Array.from({ length: NEIGHBOURS }, (_, i) => FIRST_PORT + ((first + i) % PORT_COUNT));
  for (const port of lastPort > 0 ? [lastPort, ...candidates] : candidates) {
    if ((await tryPort(port)) !== null) yield port;
  }
  for (let i = 0; i < NEIGHBOURS; i++) {
    const port = await tryPort(0);
    if (port !== null) yield port;
  }
}

async function tryPort(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(null));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : null));
    });
  });
}
