/** Where a webhook may go: the form of its URL, and the addresses behind its name at the moment of connecting. */
import { lookup as systemLookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { invalidInput } from '../errors.ts';
import { isLoopbackAddress, isPublicAddress } from './addresses.ts';

export interface TargetPolicy {
  /** Lets endpoints be on this machine, over plain http too: for development and tests. */
  readonly allowLoopback: boolean;
  /** Every address of a name; default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** The reason in every refusal of an address. */
export const ADDRESS_REFUSED = 'address_refused';
/** URLs beyond this are refused by common servers; the table's check has the same number. */
const MAX_URL_BYTES = 2048;

/** The URL in its normal form; refuses what could never be posted to. Names are looked up at each delivery anew. */
export function checkTarget(text: string, policy: TargetPolicy, field = 'url'): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || Buffer.byteLength(url.href) > MAX_URL_BYTES) {
    throw invalidInput(
      field,
      `The ${field} is not a URL of ${MAX_URL_BYTES} bytes at most.`,
      'Pass https://….',
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw invalidInput(
      field,
      `The ${field} holds a user name or password.`,
      'Check the signature instead of credentials.',
    );
  }
  if (url.hash !== '')
    throw invalidInput(field, `The ${field} has a fragment, which is never sent.`, 'Remove it.');
  const host = hostOf(url);
  const local = host === 'localhost' || isLoopbackAddress(host);
  const plainAllowed = policy.allowLoopback && local;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && plainAllowed)) {
    throw invalidInput(
      field,
      `The ${field} is not https.`,
      'Use https; plain http would show events to anyone on the way.',
    );
  }
  if ((isIP(host) !== 0 || local) && !mayConnect(host === 'localhost' ? '127.0.0.1' : host, policy)) {
    throw invalidInput(
      field,
      `The ${field} leads to ${host}, which is not a public address.`,
      'Use a host on the public Internet.',
    );
  }
  return url.href;
}

/** The name or address in a URL, without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

export function mayConnect(address: string, policy: TargetPolicy): boolean {
  return isPublicAddress(address) || (policy.allowLoopback && isLoopbackAddress(address));
}

export function refusedAddress(host: string, address: string): Error {
  const message = `${host} resolves to ${address}, which is not a public address: refused.`;
  return Object.assign(new Error(message), { code: ADDRESS_REFUSED });
}

/**
 * The look-up of the connection itself: what it returns is what is connected to, so a name cannot show one address to
 * a check and another to the connection. One bad address among good ones refuses all: nobody has that by accident.
 */
export function guardedLookup(policy: TargetPolicy): LookupFunction {
  const resolve =
    policy.resolve ?? ((hostname: string) => systemLookup(hostname, { all: true, verbatim: true }));
  return (hostname, options, done) => {
    resolve(hostname).then(
      (found) => {
        const wanted = found.filter(({ family }) => !options.family || options.family === family);
        const bad = found.find(({ address }) => !mayConnect(address, policy));
        const [first] = wanted;
        if (bad !== undefined) done(refusedAddress(hostname, bad.address), []);
        else if (first === undefined) done(new Error(`${hostname} has no address.`), []);
        else if (options.all === true)
          done(
            null,
            wanted.map(({ address, family }) => ({ address, family })),
          );
        else done(null, first.address, first.family);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), []),
    );
  };
}
