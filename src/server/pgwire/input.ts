import type { Socket } from 'node:net';
import { SqlError } from '../../core/index.ts';
import { ConnectionLost, FatalError, protocolViolation } from './errors.ts';

/** Above this the socket is paused; TCP then stops the client. */
const HIGH_WATER_BYTES = 256 * 1024;

/** The longest message taken: a whole message lies in memory before it is acted on. */
export const LONGEST_MESSAGE_BYTES = 64 * 1024 * 1024;
/** Messages that carry names and numbers only (Describe, Execute, Sync, ...). */
const LONGEST_SMALL_MESSAGE_BYTES = 10_000;

/** Every type of message a frontend may send after the start-up packet. */
const KNOWN_TYPES = 'QPBEDHSXCFdcfp';
/** Those of them that carry data. */
const LARGE_TYPES = 'QPBFdp';

export interface Message {
  readonly type: number;
  readonly body: Buffer;
}

/**
 * The bytes that come from the client, cut into messages.
 *
 * The socket is read ahead, up to a bound, also while a statement runs: only so is it noticed that the client went away.
 * A length word is believed only as far as bytes arrive: nothing is allocated for what was merely announced.
 * State: HIGH_WATER_BYTES and one chunk, or the message being gathered where that is longer.
 */
export class Input {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #length = 0;
  #ended = false;
  /** bytes the reader waits for; reading on is allowed up to there */
  #wanted = 0;
  #wake: (() => void) | undefined;
  readonly #onEnd: () => void;

  /** `onEnd` is called once, when the client has closed its side or the socket is gone. */
  constructor(socket: Socket, onEnd: () => void) {
    this.#socket = socket;
    this.#onEnd = onEnd;
    socket.on('data', this.#data);
    socket.on('end', this.#end);
    socket.on('close', this.#end);
  }

  readonly #data = (chunk: Buffer): void => {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length > Math.max(HIGH_WATER_BYTES, this.#wanted)) this.#socket.pause();
    if (this.#length >= this.#wanted) this.#wakeUp();
  };
  readonly #end = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    this.#wakeUp();
    this.#onEnd();
  };
  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  /** No longer reads the socket; returns what was read ahead. */
  detach(): Buffer {
    this.#socket.off('data', this.#data);
    this.#socket.off('end', this.#end);
    this.#socket.off('close', this.#end);
    this.#socket.pause();
    const rest = Buffer.concat(this.#chunks, this.#length);
    this.#chunks = [];
    this.#length = 0;
    return rest;
  }

  get buffered(): number {
    return this.#length;
  }

  /** Waits until `count` bytes are there. Rejects with ConnectionLost at the end of the stream, with the signal's reason when it aborts. */
  async #need(count: number, signal?: AbortSignal): Promise<void> {
    while (this.#length < count) {
      if (this.#ended) throw new ConnectionLost();
      if (signal?.aborted) throw signal.reason;
      this.#wanted = count;
      if (this.#socket.isPaused()) this.#socket.resume();
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        this.#wake = wake;
        signal?.addEventListener('abort', wake, { once: true });
      });
    }
    this.#wanted = 0;
  }

  /** The first `count` bytes, which stay where they are. */
  async peek(count: number, signal?: AbortSignal): Promise<Buffer> {
    await this.#need(count, signal);
    this.#gather(count);
    return this.#chunks[0]!.subarray(0, count);
  }

  async read(count: number, signal?: AbortSignal): Promise<Buffer> {
    await this.#need(count, signal);
    return this.#take(count);
  }

  #take(count: number): Buffer {
    if (count === 0) return Buffer.alloc(0);
    this.#gather(count);
    const first = this.#chunks[0]!;
    if (first.length === count) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#length -= count;
    if (this.#socket.isPaused() && this.#length < HIGH_WATER_BYTES / 2) this.#socket.resume();
    return first.length === count ? first : first.subarray(0, count);
  }

  /** Makes the first chunk at least `count` bytes long. */
  #gather(count: number): void {
    if (this.#chunks[0]!.length >= count) return;
    let gathered = 0;
    let used = 0;
    while (gathered < count) gathered += this.#chunks[used++]!.length;
    this.#chunks.splice(0, used, Buffer.concat(this.#chunks.slice(0, used), gathered));
  }

  /** The next message if all of it has arrived. */
  next(): Message | undefined {
    if (this.#length < 5) return undefined;
    this.#gather(5);
    const length = this.#announced(this.#chunks[0]!, LONGEST_MESSAGE_BYTES);
    return this.#length < 1 + length ? undefined : this.#message(length);
  }

  /** The next message, waited for. `longest` bounds its length where the phase of the protocol knows better. */
  async message(signal?: AbortSignal, longest = LONGEST_MESSAGE_BYTES): Promise<Message> {
    const length = this.#announced(await this.peek(5, signal), longest);
    await this.#need(1 + length, signal);
    return this.#message(length);
  }

  #message(length: number): Message {
    const whole = this.#take(1 + length);
    return { type: whole[0]!, body: whole.subarray(5) };
  }

  #announced(head: Buffer, longest: number): number {
    const type = String.fromCharCode(head[0]!);
    if (!KNOWN_TYPES.includes(type)) throw protocolViolation(`invalid frontend message type ${head[0]}`);
    const length = head.readInt32BE(1);
    const large = LARGE_TYPES.includes(type);
    if (length < 4 || (!large && length > LONGEST_SMALL_MESSAGE_BYTES)) throw protocolViolation('invalid message length');
    if (length > longest) {
      throw new FatalError(new SqlError('54000', `message of ${length} bytes is too long`, { hint: `A message may have at most ${longest} bytes.` }));
    }
    return length;
  }
}
