import type { Socket } from 'node:net';
import { ConnectionLost } from './errors.ts';

/** A packet is handed to the socket when it has this many bytes. */
const PACKET_BYTES = 48 * 1024;

/**
 * The messages on their way to the client, gathered into packets.
 *
 * Messages are written whole and synchronously, so that one sent from elsewhere (a notice) always falls between two others.
 * State: one buffer of about a packet, or of the largest message; what the socket has not taken yet is at most a packet
 * more, because `drain` is awaited by whoever produces rows.
 */
export class Output {
  #socket: Socket;
  #buffer = Buffer.allocUnsafeSlow(PACKET_BYTES + 16 * 1024);
  #at = 0;
  #message = 0;
  #flushScheduled = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** The same conversation goes on over another socket (TLS). Nothing may be unsent. */
  moveTo(socket: Socket): void {
    this.#socket = socket;
  }

  /** Begins a message; its length is filled in by `end`. */
  begin(type: number): void {
    this.reserve(5);
    this.#message = this.#at;
    this.#buffer[this.#at] = type;
    this.#at += 5;
  }
  end(): void {
    this.#buffer.writeInt32BE(this.#at - this.#message - 1, this.#message + 1);
  }
  /** Takes back the message that `begin` began. */
  abandon(): void {
    this.#at = this.#message;
  }

  /** Makes room for `bytes` more; the buffer may be another one afterwards. */
  reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#at + bytes));
    this.#buffer.copy(larger, 0, 0, this.#at);
    this.#buffer = larger;
  }
  /** The buffer, for writers that reserved and fill it themselves; they report by `advance`. */
  get buffer(): Buffer {
    return this.#buffer;
  }
  get at(): number {
    return this.#at;
  }
  advance(bytes: number): void {
    this.#at += bytes;
  }

  byte(value: number): void {
    this.reserve(1);
    this.#buffer[this.#at++] = value;
  }
  int16(value: number): void {
    this.reserve(2);
    this.#buffer[this.#at] = value >> 8;
    this.#buffer[this.#at + 1] = value;
    this.#at += 2;
  }
  int32(value: number): void {
    this.reserve(4);
    this.#buffer[this.#at] = value >> 24;
    this.#buffer[this.#at + 1] = value >> 16;
    this.#buffer[this.#at + 2] = value >> 8;
    this.#buffer[this.#at + 3] = value;
    this.#at += 4;
  }
  bytes(value: Uint8Array): void {
    this.reserve(value.length);
    this.#buffer.set(value, this.#at);
    this.#at += value.length;
  }
  /** A zero-terminated string. */
  cstring(value: string): void {
    this.reserve(value.length * 3 + 1);
    this.#at += this.#buffer.write(value, this.#at, 'utf8');
    this.#buffer[this.#at++] = 0;
  }
  /** A string preceded by its length in bytes (Int32). */
  sizedString(value: string): void {
    this.reserve(value.length * 3 + 4);
    const length = this.#buffer.write(value, this.#at + 4, 'utf8');
    this.#buffer.writeInt32BE(length, this.#at);
    this.#at += 4 + length;
  }

  /** A message without a body. */
  empty(type: number): void {
    this.begin(type);
    this.end();
  }

  /** Whether whoever writes more should `drain` first: a packet is gathered, or the client is slow to take what went before. */
  get full(): boolean {
    return this.#at >= PACKET_BYTES || this.#socket.writableNeedDrain;
  }

  /** Hands what is gathered to the socket, without waiting for it. */
  flush(): void {
    if (this.#at === 0 || this.#socket.destroyed) {
      this.#at = 0;
      return;
    }
    this.#socket.write(this.#buffer.subarray(0, this.#at));
    // A socket that took everything at once no longer looks at the buffer.
    if (this.#socket.writableLength > 0 || this.#buffer.length > 4 * PACKET_BYTES) this.#buffer = Buffer.allocUnsafeSlow(PACKET_BYTES + 16 * 1024);
    this.#at = 0;
  }

  /** Flushes once the running chain of promises waits for something real; a chain that goes on at once keeps gathering. */
  flushSoon(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    process.nextTick(() => {
      this.#flushScheduled = false;
      this.flush();
    });
  }

  /** Flushes and waits until the socket can take more. Rejects with ConnectionLost when it closes first. */
  async drain(): Promise<void> {
    this.flush();
    const socket = this.#socket;
    if (socket.destroyed) throw new ConnectionLost();
    if (!socket.writableNeedDrain) return;
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        if (socket.destroyed) reject(new ConnectionLost());
        else resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }
}
