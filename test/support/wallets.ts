/** Wallets for tests: keys made anew, and what wallets do with them, written apart from the code under test. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';

export interface Wallet {
  /** Lower case. */
  readonly address: string;
  /** As `personal_sign` does. */
  readonly sign: (text: string) => string;
}

export function newWallet(secret: Uint8Array = secp256k1.utils.randomSecretKey()): Wallet {
  const key = secp256k1.getPublicKey(secret, false);
  return {
    address: `0x${Buffer.from(keccak_256(key.slice(1)).slice(12)).toString('hex')}`,
    sign: (text) => {
      const bytes = new TextEncoder().encode(text);
      const hash = keccak_256(
        Buffer.concat([Buffer.from(`\x19Ethereum Signed Message:\n${bytes.length}`), bytes]),
      );
      // The library puts the recovery bit first, wallets put it last and 27 higher.
      const [bit = 0, ...numbers] = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
      return hexSignature(Buffer.from(numbers), bit + 27);
    },
  };
}

/** The other form of the same signature: s from the other half, and the other recovery bit. */
export function withHighS(signature: string): string {
  const bytes = Buffer.from(signature.slice(2), 'hex');
  const s = BigInt(`0x${bytes.subarray(32, 64).toString('hex')}`);
  const other = (secp256k1.Point.CURVE().n - s).toString(16).padStart(64, '0');
  return hexSignature(
    Buffer.concat([bytes.subarray(0, 32), Buffer.from(other, 'hex')]),
    55 - (bytes[64] ?? 0),
  );
}

/** With another last byte. */
export function withRecovery(signature: string, change: (byte: number) => number): string {
  const bytes = Buffer.from(signature.slice(2), 'hex');
  return hexSignature(bytes.subarray(0, 64), change(bytes[64] ?? 0));
}

function hexSignature(numbers: Uint8Array, last: number): string {
  return `0x${Buffer.concat([numbers, Uint8Array.of(last)]).toString('hex')}`;
}
