/** Passwords: the rules they must meet, and argon2id. */
import { availableParallelism } from 'node:os';
import { hash, parseOptions, verify } from '@node-rs/argon2';
import { GuildhallError, invalidInput } from '../errors.ts';
import { createGate } from './gate.ts';

/** Hashes and checks passwords; replaceable, so that tests can count and systems can choose. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(passwordHash: string, password: string): Promise<boolean>;
  /** True when `hash` would make a stronger one today. */
  isWeak(passwordHash: string): boolean;
}

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane; some 15 ms of a core. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const ARGON2ID = 2;

const PASSWORD_MIN_CHARACTERS = 8;
/** Enough for any pass phrase, and little enough that hashing its bytes costs nothing. */
const PASSWORD_MAX_BYTES = 1_024;

/** Hashes from elsewhere may be dearer than ours, but must not let one sign-in take the machine. */
const IMPORTED_MAX = { memoryCost: 262_144, timeCost: 16, parallelism: 16 };
const HASH_MAX_CHARACTERS = 512;

/** Node gives native work four threads; file and name look-ups need some of them. */
const HASHES_AT_ONCE = Math.min(3, availableParallelism());
/** At 15 ms each on two or three threads the last one waits one to two seconds. */
const HASHES_WAITING_MAX = 256;

export function createPasswordHasher(): PasswordHasher {
  const gate = createGate(HASHES_AT_ONCE, HASHES_WAITING_MAX);
  return {
    hash: (password) => gate(() => hash(normalise(password), PARAMETERS)),
    verify: (passwordHash, password) => gate(() => verifyHash(passwordHash, password)),
    isWeak: (passwordHash) => {
      const used = parseOptions(passwordHash);
      return (
        used.algorithm !== ARGON2ID ||
        used.memoryCost < PARAMETERS.memoryCost ||
        used.timeCost < PARAMETERS.timeCost ||
        used.outputLen < 32
      );
    },
  };
}

/** Refuses a password that is too short or too long; no other rules, which only make people write it down. */
export function assertPassword(password: string, rule: { allowShort: boolean; shortMessage: string }): void {
  if (typeof password !== 'string' || password.length === 0) {
    throw invalidInput('password', rule.shortMessage);
  }
  if (isTooLong(password)) {
    throw invalidInput('password', `The password is longer than ${PASSWORD_MAX_BYTES} bytes.`);
  }
  if (!rule.allowShort && [...normalise(password)].length < PASSWORD_MIN_CHARACTERS) {
    throw invalidInput('password', rule.shortMessage, `Use ${PASSWORD_MIN_CHARACTERS} characters or more.`);
  }
}

export function isTooLong(password: string): boolean {
  return Buffer.byteLength(password) > PASSWORD_MAX_BYTES;
}

/** Refuses what is not an argon2 hash in PHC form, or asks for more work than a sign-in may cost. */
export function assertPasswordHash(passwordHash: string): void {
  const hint = 'Use the form $argon2id$v=19$m=19456,t=2,p=1$…$…; hashes of other kinds cannot be taken over.';
  if (passwordHash.length > HASH_MAX_CHARACTERS || !passwordHash.startsWith('$argon2')) {
    throw invalidInput('passwordHash', 'The password hash is not an argon2 hash.', hint);
  }
  let used: ReturnType<typeof parseOptions>;
  try {
    used = parseOptions(passwordHash);
  } catch {
    throw invalidInput('passwordHash', 'The password hash cannot be read.', hint);
  }
  if (
    used.memoryCost > IMPORTED_MAX.memoryCost ||
    used.timeCost > IMPORTED_MAX.timeCost ||
    used.parallelism > IMPORTED_MAX.parallelism
  ) {
    throw invalidInput('passwordHash', 'The password hash asks for too much memory, time or threads.', hint);
  }
}

async function verifyHash(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, normalise(password));
  } catch {
    // Without the cause: its text may hold the hash.
    throw new GuildhallError('internal', 'A stored password hash cannot be read.');
  }
}

/** One keyboard writes é as one character, another as two; NIST SP 800-63B asks to make them the same. */
function normalise(password: string): string {
  return password.normalize('NFKC');
}
