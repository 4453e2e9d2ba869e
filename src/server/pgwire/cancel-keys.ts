import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../../core/index.ts';

const SECRET_BYTES = 4;

/**
 * Which running conversation a CancelRequest means: it names a pid and proves by the secret of BackendKeyData that it comes
 * from the same client. State: one entry a connection.
 */
export class CancelKeys {
  readonly #random: Random;
  readonly #byPid = new Map<number, { readonly secret: Uint8Array; readonly cancel: () => void }>();

  constructor(random: Random) {
    this.#random = random;
  }
  /** The secret for `pid`, whose requests call `cancel` until `remove`. */
  add(pid: number, cancel: () => void): Uint8Array {
    const secret = this.#random.bytes(SECRET_BYTES);
    this.#byPid.set(pid, { secret, cancel });
    return secret;
  }
  remove(pid: number): void {
    this.#byPid.delete(pid);
  }
  /** A request with a wrong pid or secret is ignored: who sent it is told nothing. */
  request(pid: number, secret: Uint8Array): void {
    const known = this.#byPid.get(pid);
    if (known && secret.length === SECRET_BYTES && timingSafeEqual(known.secret, secret)) known.cancel();
  }
}
