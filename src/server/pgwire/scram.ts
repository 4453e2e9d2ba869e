import { createHash, createHmac, pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { SqlError } from '../../core/index.ts';
import type { Random } from '../../core/index.ts';

/**
 * SCRAM-SHA-256 (RFC 5802, RFC 7677), the server's side, without channel binding.
 *
 * What is kept of a password is its verifier, in Postgres' form: `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`.
 */
export const MECHANISM = 'SCRAM-SHA-256';

/** RFC 7677, section 4: at least 4096. */
const ITERATIONS = 4096;
const KEY_BYTES = 32;
const NONCE_BYTES = 18;

export interface Verifier {
  readonly iterations: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
}

const derive = promisify(pbkdf2);
const hmac = (key: Uint8Array, message: string): Buffer => createHmac('sha256', key).update(message).digest();
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** SASLprep (RFC 4013) as far as it changes valid passwords: non-ASCII spaces become spaces, some characters vanish, NFKC. */
const prepare = (password: string): string =>
  password
    .replace(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, ' ')
    .replace(/[\u00ad\u034f\u1806\u180b-\u180d\u200c\u200d\u2060\ufe00-\ufe0f\ufeff]/g, '')
    .normalize('NFKC');

/** The verifier of `password`, to be kept in its place. */
export async function scramVerifier(password: string, random: Random): Promise<string> {
  const salt = Buffer.from(random.bytes(16));
  const salted = await derive(prepare(password), salt, ITERATIONS, KEY_BYTES, 'sha256');
  const storedKey = sha256(hmac(salted, 'Client Key'));
  return `${MECHANISM}$${ITERATIONS}:${salt.toString('base64')}$${storedKey.toString('base64')}:${hmac(salted, 'Server Key').toString('base64')}`;
}

/** Reads a verifier's text; `undefined` where it is none. */
export function readVerifier(text: string): Verifier | undefined {
  const match = /^SCRAM-SHA-256\$(\d+):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/.exec(text);
  if (!match) return undefined;
  const [salt, storedKey, serverKey] = [match[2]!, match[3]!, match[4]!].map((part) => Buffer.from(part, 'base64'));
  if (storedKey!.length !== KEY_BYTES || serverKey!.length !== KEY_BYTES) return undefined;
  return { iterations: Number(match[1]), salt: salt!, storedKey: storedKey!, serverKey: serverKey! };
}

/**
 * A verifier no password satisfies, for a user that does not exist: the exchange looks the same, and the same salt comes
 * back each time, so that nobody learns which names there are.
 */
export function decoyVerifier(user: string, serverSecret: Uint8Array): Verifier {
  const salt = hmac(serverSecret, user).subarray(0, 16);
  return { iterations: ITERATIONS, salt, storedKey: Buffer.alloc(KEY_BYTES), serverKey: Buffer.alloc(KEY_BYTES) };
}

const malformed = (detail: string): SqlError => new SqlError('08P01', 'malformed SCRAM message', { detail });

/** One exchange: `challenge` answers the client-first-message, `verify` the client-final-message. */
export class ScramExchange {
  readonly #verifier: Verifier;
  readonly #serverNonce: string;
  #gs2Header = '';
  #nonce = '';
  #clientFirstBare = '';
  #serverFirst = '';

  constructor(verifier: Verifier, random: Random) {
    this.#verifier = verifier;
    this.#serverNonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64');
  }

  /** client-first-message -> server-first-message. The user name in it is ignored: the start-up packet has it. */
  challenge(clientFirst: string): string {
    const header = /^(?:([ny])|p=([^,]*)),(a=[^,]*)?,/.exec(clientFirst);
    if (!header) throw malformed('The message does not begin with a GS2 header.');
    if (header[2] !== undefined) {
      throw new SqlError('08P01', 'client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data');
    }
    if (header[3] !== undefined) throw new SqlError('0A000', 'client uses authorization identity, but it is not supported');
    this.#gs2Header = header[0];
    this.#clientFirstBare = clientFirst.slice(header[0].length);
    if (this.#clientFirstBare.startsWith('m=')) throw new SqlError('0A000', 'client requires an unsupported SCRAM extension');
    const bare = /^n=[^,]*,r=([\x21-\x2b\x2d-\x7e]+)(?:,|$)/.exec(this.#clientFirstBare);
    if (!bare) throw malformed('The message lacks a user name or a printable nonce.');
    this.#nonce = bare[1]! + this.#serverNonce;
    this.#serverFirst = `r=${this.#nonce},s=${this.#verifier.salt.toString('base64')},i=${this.#verifier.iterations}`;
    return this.#serverFirst;
  }

  /** client-final-message -> server-final-message; `undefined` where the proof is wrong. */
  verify(clientFinal: string): string | undefined {
    const match = /^(c=([A-Za-z0-9+/=]*),r=([^,]*)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/.exec(clientFinal);
    if (!match) throw malformed('The message lacks a channel binding, nonce or proof.');
    const [, withoutProof, binding, nonce, proofText] = match;
    if (Buffer.from(binding!, 'base64').toString() !== this.#gs2Header) throw new SqlError('08P01', 'unexpected SCRAM channel-binding attribute in client-final-message');
    if (nonce !== this.#nonce) throw new SqlError('08P01', 'invalid SCRAM response', { detail: 'Nonce does not match.' });
    const proof = Buffer.from(proofText!, 'base64');
    if (proof.length !== KEY_BYTES) throw malformed('The proof has the wrong length.');

    const authMessage = `${this.#clientFirstBare},${this.#serverFirst},${withoutProof}`;
    const signature = hmac(this.#verifier.storedKey, authMessage);
    const clientKey = proof.map((byte, i) => byte ^ signature[i]!);
    if (!timingSafeEqual(sha256(clientKey), this.#verifier.storedKey)) return undefined;
    return `v=${hmac(this.#verifier.serverKey, authMessage).toString('base64')}`;
  }
}
