/** Messages of Sign-In with Ethereum (EIP-4361): written, and read to the letter of their grammar. */
import { z } from 'zod';
import { GuildhallError } from '../errors.ts';

/** Members by their names in the specification; times as they are written. */
export interface SignInMessage {
  /** Of the domain; https when missing. */
  readonly scheme?: string;
  readonly domain: string;
  readonly address: string;
  readonly statement?: string;
  readonly uri: string;
  readonly chainId: number;
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expirationTime?: string;
  readonly notBefore?: string;
  readonly requestId?: string;
  readonly resources?: readonly string[];
}

/** Ours have 400 characters or so; what is far longer is no sign-in. */
export const MAX_SIGN_IN_MESSAGE = 2_000;

const PURPOSE = ' wants you to sign in with your Ethereum account:';
const HEAD = /^(?:([A-Za-z][A-Za-z0-9+.-]*):\/\/)?([A-Za-z0-9\-._~!$&'()*+,;=:@%[\]]+)$/;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const STATEMENT = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;= ]+$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/;
const REQUEST_ID = /^[A-Za-z0-9\-._~!$&'()*+,;=:@%]*$/;
const time = z.iso.datetime({ offset: true });
/** RFC 3339 wants the seconds, which ISO 8601 may leave out. */
const isTime = (text: string): boolean => /T\d\d:\d\d:\d\d/.test(text) && time.safeParse(text).success;

interface Member {
  readonly name:
    | 'uri'
    | 'version'
    | 'chainId'
    | 'nonce'
    | 'issuedAt'
    | 'expirationTime'
    | 'notBefore'
    | 'requestId';
  readonly label: string;
  readonly isGood: (text: string) => boolean;
  readonly needed: boolean;
}

/** In the only order there is. */
const MEMBERS: readonly Member[] = [
  { name: 'uri', label: 'URI', isGood: (text) => URI.test(text), needed: true },
  { name: 'version', label: 'Version', isGood: (text) => text === '1', needed: true },
  // Fifteen digits: exact as a number.
  { name: 'chainId', label: 'Chain ID', isGood: (text) => /^[0-9]{1,15}$/.test(text), needed: true },
  { name: 'nonce', label: 'Nonce', isGood: (text) => /^[A-Za-z0-9]{8,}$/.test(text), needed: true },
  { name: 'issuedAt', label: 'Issued At', isGood: isTime, needed: true },
  { name: 'expirationTime', label: 'Expiration Time', isGood: isTime, needed: false },
  { name: 'notBefore', label: 'Not Before', isGood: isTime, needed: false },
  { name: 'requestId', label: 'Request ID', isGood: (text) => REQUEST_ID.test(text), needed: false },
];

export function writeSignInMessage(message: SignInMessage): string {
  const { scheme, domain, address, statement, chainId, resources } = message;
  const values = { ...message, version: '1', chainId: String(chainId) };
  const members = MEMBERS.flatMap(({ name, label }) => {
    const value = values[name];
    return value === undefined ? [] : [`${label}: ${value}`];
  });
  return [
    `${scheme === undefined ? '' : `${scheme}://`}${domain}${PURPOSE}`,
    address,
    '',
    ...(statement === undefined ? [] : [statement]),
    '',
    ...members,
    ...(resources === undefined ? [] : ['Resources:', ...resources.map((resource) => `- ${resource}`)]),
  ].join('\n');
}

/** Throws `invalid_input` (message_malformed) that names the member. */
export function readSignInMessage(text: string): SignInMessage {
  if (text.length > MAX_SIGN_IN_MESSAGE) {
    throw malformed(undefined, `It is longer than ${MAX_SIGN_IN_MESSAGE} characters.`);
  }
  const [first = '', address = '', gap, ...rest] = text.split('\n');
  const head = first.endsWith(PURPOSE) ? HEAD.exec(first.slice(0, -PURPOSE.length)) : null;
  if (head === null) throw malformed('domain', `It does not begin with a domain and "${PURPOSE.trim()}".`);
  if (!ADDRESS.test(address)) throw malformed('address', 'Its second line is not an address.');
  if (gap !== '') throw malformed(undefined, 'Its third line is not empty.');
  const statement = rest[0] === '' ? undefined : rest.shift();
  if (statement !== undefined && !STATEMENT.test(statement)) {
    throw malformed('statement', 'Its statement has characters that EIP-4361 does not allow.');
  }
  if (rest.shift() !== '') throw malformed(undefined, 'There is no empty line before the line "URI: …".');
  const { chainId, uri, nonce, issuedAt, version: _one, ...optional } = readMembers(rest);
  const resources = readResources(rest);
  const [, scheme, domain = ''] = head;
  return {
    ...(scheme === undefined ? {} : { scheme }),
    domain,
    address,
    ...(statement === undefined ? {} : { statement }),
    uri: uri ?? '',
    chainId: Number(chainId),
    nonce: nonce ?? '',
    issuedAt: issuedAt ?? '',
    ...optional,
    ...(resources === undefined ? {} : { resources }),
  };
}

/** Takes the members off the lines. */
function readMembers(lines: string[]): Partial<Record<Member['name'], string>> {
  const found: Partial<Record<Member['name'], string>> = {};
  for (const { name, label, isGood, needed } of MEMBERS) {
    const start = `${label}: `;
    if (lines[0]?.startsWith(start) !== true) {
      if (needed) throw malformed(name, `It has no line "${start}…" where there must be one.`);
      continue;
    }
    const value = (lines.shift() as string).slice(start.length);
    if (!isGood(value)) throw malformed(name, `Its line "${start}…" has no good value.`);
    found[name] = value;
  }
  return found;
}

function readResources(lines: readonly string[]): string[] | undefined {
  if (lines.length === 0) return undefined;
  const [title, ...list] = lines;
  if (title !== 'Resources:') throw malformed(undefined, 'It has a line that does not belong there.');
  return list.map((line) => {
    if (line.startsWith('- ') && URI.test(line.slice(2))) return line.slice(2);
    throw malformed('resources', 'One of its resources is not "- " and a URI.');
  });
}

function malformed(member: string | undefined, problem: string): GuildhallError {
  return new GuildhallError('invalid_input', `The message is none of Sign-In with Ethereum. ${problem}`, {
    field: member === undefined ? 'message' : `message.${member}`,
    reason: 'message_malformed',
    hint: 'Send the message of the challenge as it is, with line feeds between its lines.',
  });
}
