/** Where wallets sign in: the origins and chains that a message may name. */
import { GuildhallError } from '../errors.ts';
import type { RouteContext } from '../routes.ts';

/** What an operator sets. */
export interface WalletSettings {
  /** Origins of the pages that ask wallets to sign, such as `https://app.example.com`; default: this machine only. */
  readonly origins?: readonly string[];
  /** EIP-155 ids of chains; default 1, the main one. Sign-in needs no chain, so one is enough. */
  readonly chainIds?: readonly number[];
}

/** What messages are compared with; the first of each is written into a new one. */
export interface WalletSite {
  readonly origins: readonly string[];
  readonly chainIds: readonly number[];
}

const MAIN_CHAIN = 1;
const LOOPBACK = /^(?:localhost|\[::1\]|127(?:\.\d{1,3}){3})$/;

/** Checks the settings once; throws `configuration`. */
export function readWalletSettings({
  origins = [],
  chainIds = [MAIN_CHAIN],
}: WalletSettings = {}): WalletSite {
  const badOrigin = origins.find((origin) => !isWalletOrigin(origin));
  if (badOrigin !== undefined) {
    throw new GuildhallError(
      'configuration',
      `"${badOrigin}" is not an origin that wallets can sign in at.`,
      {
        hint: 'Write https://app.example.com, without a path; http is for this machine only.',
      },
    );
  }
  if (chainIds.length === 0 || chainIds.some((id) => !Number.isSafeInteger(id) || id < 1)) {
    throw new GuildhallError('configuration', 'The chains for wallets are not whole numbers from 1 on.', {
      hint: 'Write EIP-155 ids, such as 1.',
    });
  }
  return { origins, chainIds };
}

/**
 * The site for a call. A domain protects only if the caller cannot choose it: a page that wants to be mistaken for us
 * would ask for a message with its own name in it, and send that name as the host. So only origins that are set count,
 * the caller's first, and without any the host of the call if it is this machine.
 */
export function walletSiteOf(c: RouteContext, settings: WalletSite): WalletSite {
  const { origins, chainIds } = settings;
  if (origins.length > 0) {
    const own = c.req.header('origin');
    const first = origins.filter((origin) => origin === own);
    return { origins: [...first, ...origins.filter((origin) => origin !== own)], chainIds };
  }
  const { hostname, host } = new URL(c.req.url);
  if (LOOPBACK.test(hostname)) return { origins: [`http://${host}`], chainIds };
  throw new GuildhallError('conflict', 'Wallets cannot sign in at this address: it is not set up.', {
    reason: 'wallet_origins_missing',
    hint: 'An operator sets GUILDHALL_WALLET_ORIGINS to the origins of the pages that ask wallets to sign.',
  });
}

/** Scheme and host and nothing else, as browsers write it; https except on this machine. */
export function isWalletOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.origin !== text) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
}
