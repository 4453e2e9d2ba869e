import { SqlError } from './errors.ts';

/** Big-endian numbers in byte strings: the binary forms of the protocol. */

export const malformedBinary = (typeName: string): SqlError =>
  new SqlError('22P03', `incorrect binary data format`, { detail: `The value is not of type ${typeName}.` });

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The view over a value that must have exactly `length` bytes. */
export function fixedView(bytes: Uint8Array, length: number, typeName: string): DataView {
  if (bytes.length !== length) throw malformedBinary(typeName);
  return viewOf(bytes);
}

/** A growing byte string. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Makes room and returns where it begins. It may replace the bytes and their view: call it before naming either. */
  #reserve(extra: number): number {
    const at = this.#length;
    this.#length += extra;
    if (this.#length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      wider.set(this.#bytes.subarray(0, at));
      this.#bytes = wider;
      this.#view = new DataView(wider.buffer);
    }
    return at;
  }
  byte(value: number): void {
    const at = this.#reserve(1);
    this.#view.setUint8(at, value);
  }
  int16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setInt16(at, value);
  }
  int32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setInt32(at, value);
  }
  bytes(value: Uint8Array): void {
    const at = this.#reserve(value.length);
    this.#bytes.set(value, at);
  }
  /** Length (int32) and bytes; -1 for null. */
  sized(value: Uint8Array | null): void {
    if (value === null) return this.int32(-1);
    this.int32(value.length);
    this.bytes(value);
  }
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Reads a byte string from front to back; running over its end is malformed input. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #typeName: string;
  #at = 0;

  constructor(bytes: Uint8Array, typeName: string) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#typeName = typeName;
  }
  #take(length: number): number {
    const at = this.#at;
    if (length < 0 || at + length > this.#bytes.length) throw malformedBinary(this.#typeName);
    this.#at += length;
    return at;
  }
  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }
  int16(): number {
    return this.#view.getInt16(this.#take(2));
  }
  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }
  int32(): number {
    return this.#view.getInt32(this.#take(4));
  }
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }
  /** Length (int32) and bytes; null for -1. */
  sized(): Uint8Array | null {
    const length = this.int32();
    return length === -1 ? null : this.bytes(length);
  }
  /** All that is left. */
  rest(): Uint8Array {
    return this.bytes(this.#bytes.length - this.#at);
  }
  end(): void {
    if (this.#at !== this.#bytes.length) throw malformedBinary(this.#typeName);
  }
}
