/** Whose call it is, as far as the network tells: the key of rate limits, and the test for "this machine". */
import { isIP } from 'node:net';
import type { Context } from 'hono';

/** Used where there is no socket: `app.request()` in tests and in-process callers. */
const IN_PROCESS = 'in-process';

/**
 * Address of the client. X-Forwarded-For is believed only as far as `trustedProxies` say:
 * each trusted proxy vouches for the entry it appended, anything left of that is the caller's own claim.
 */
export function clientAddress(c: Context, trustedProxies: number): string {
  const peer = peerAddress(c);
  if (trustedProxies === 0) return peer;
  const claimed = (c.req.header('x-forwarded-for') ?? '').split(',').map((part) => part.trim());
  const chain = [...claimed.filter((part) => isIP(part) !== 0), peer];
  return chain[Math.max(0, chain.length - 1 - trustedProxies)] ?? peer;
}

/** One key per client: an IPv6 customer owns a whole /64, so limits count that. */
export function addressKey(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return isIP(plain) === 6 ? `${expandIpv6(plain).slice(0, 4).join(':')}::/64` : plain;
}

/** True for a caller on this machine who came directly: by loopback, under a loopback name, not through a proxy. */
export function isLocal(c: Context): boolean {
  const peer = peerAddress(c);
  if (peer === IN_PROCESS) return true;
  if (c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined) return false;
  // The Host check stops a web page elsewhere that points its own name at 127.0.0.1 (DNS rebinding).
  const host = (c.req.header('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  return isLoopback(peer) && (host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host));
}

export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || plain === 'localhost' || /^127(?:\.\d{1,3}){3}$/.test(plain);
}

function peerAddress(c: Context): string {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress ?? IN_PROCESS;
}

function expandIpv6(address: string): string[] {
  const [head = '', tail = ''] = address.split('%')[0]?.split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const middle = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...middle, ...right].map((part) => part.toLowerCase().replace(/^0+(?=.)/, ''));
}
