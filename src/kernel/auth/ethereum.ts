/** Wallets of Ethereum: whose key has signed a text (EIP-191), and addresses with their checksum (EIP-55). */
import { GuildhallError } from '../errors.ts';

/** r and s of 32 bytes each, and the recovery byte. */
const SIGNATURE = /^0x[0-9a-fA-F]{130}$/;
/** Older wallets write 0 and 1, all others 27 and 28. */
const RECOVERY_BITS: Readonly<Record<number, 0 | 1>> = { 0: 0, 1: 1, 27: 0, 28: 1 };

/**
 * Lower-case address of the key that signed the text by `personal_sign`. Throws `invalid_input` for what is no
 * signature, and for one whose s is in the upper half: anybody can turn the one form of a signature into the other,
 * wallets make the lower one only, so two texts never stand for one signature here.
 */
export async function signerOf(text: string, signature: string): Promise<string> {
  const bytes = SIGNATURE.test(signature) ? Buffer.from(signature.slice(2), 'hex') : undefined;
  const recoveryBit = RECOVERY_BITS[bytes?.[64] ?? -1];
  if (bytes === undefined || recoveryBit === undefined) {
    throw badSignature('The signature is not 0x and 130 hexadecimal digits that end in 1b, 1c, 00 or 01.');
  }
  const { keccak, secp256k1 } = await library();
  const parsed = attempt(() => secp256k1.Signature.fromBytes(bytes.subarray(0, 64), 'compact'));
  if (parsed === undefined) throw badSignature('A number of the signature is out of range.');
  if (parsed.hasHighS()) {
    throw badSignature('The second number of the signature is in the upper half.', 'signature_high_s');
  }
  const prefix = `\x19Ethereum Signed Message:\n${Buffer.byteLength(text)}`;
  const hash = keccak(Buffer.from(prefix + text));
  const key = attempt(() => parsed.addRecoveryBit(recoveryBit).recoverPublicKey(hash).toBytes(false));
  if (key === undefined) throw badSignature('No key makes this signature.');
  // The first byte says only that the key is written in full.
  return `0x${Buffer.from(keccak(key.subarray(1))).toString('hex', 12)}`;
}

/** The address in the capitals that are its checksum. */
export async function checksumAddress(address: string): Promise<string> {
  const { keccak } = await library();
  const digits = address.slice(2).toLowerCase();
  const hash = Buffer.from(keccak(Buffer.from(digits))).toString('hex');
  const written = [...digits].map((digit, at) =>
    Number.parseInt(hash[at] ?? '', 16) >= 8 ? digit.toUpperCase() : digit,
  );
  return `0x${written.join('')}`;
}

/** Loaded at the first wallet: 40 ms that no command and no instance without wallets should pay. */
async function library() {
  const [{ secp256k1 }, { keccak_256: keccak }] = await Promise.all([
    import('@noble/curves/secp256k1.js'),
    import('@noble/hashes/sha3.js'),
  ]);
  return { secp256k1, keccak };
}

/** Undefined where the library throws: it does so for every input that it cannot use. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function badSignature(problem: string, reason = 'signature_malformed'): GuildhallError {
  return new GuildhallError('invalid_input', problem, {
    field: 'signature',
    reason,
    hint: 'Sign the message with personal_sign and a key of your own; signatures of contract wallets (EIP-1271) and compact ones (EIP-2098) are not read.',
  });
}
