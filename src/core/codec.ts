import type { Datum } from './datum.ts';

/** What the session says about how values are written and read (the parameters of the same names). */
export interface TextSettings {
  /** IANA name, or a POSIX-style offset as `SET TimeZone` accepts it */
  readonly timeZone: string;
  readonly dateStyle: 'ISO' | 'SQL' | 'Postgres' | 'German';
  readonly dateOrder: 'MDY' | 'DMY' | 'YMD';
  readonly intervalStyle: 'postgres' | 'iso_8601' | 'sql_standard' | 'postgres_verbose';
  readonly extraFloatDigits: number;
  readonly byteaOutput: 'hex' | 'escape';
  /** what 'now' and 'today' mean in text: microseconds from 2000 on, of the transaction; where there is none they are refused */
  readonly now?: number | bigint;
}

export const defaultTextSettings: TextSettings = {
  timeZone: 'UTC', dateStyle: 'ISO', dateOrder: 'MDY', intervalStyle: 'postgres', extraFloatDigits: 1, byteaOutput: 'hex',
};

/**
 * Input, output and order of one type. Text forms are byte-equal to Postgres' `typinput`/`typoutput`, binary forms to
 * `typsend`/`typreceive` (those of `codecOf` with the codes of enums for their labels: see `wireCodecOf`). The binary form is also what a row stores for a symbol column, so equal bytes mean the same value;
 * types where equal values can differ in bytes (numeric 1.0 and 1.00, interval, bpchar, jsonb numbers) have `canonical`.
 */
export interface TypeCodec {
  /** Reads the text form. Throws SqlError (22P02, 22003, 22007, 22008, ...) worded as Postgres words it. `typmod` is applied as in an explicit cast. */
  parse(text: string, settings: TextSettings, typmod: number): Datum;
  /** Writes the text form of a non-null value. */
  print(value: Datum, settings: TextSettings): string;
  /** Reads the binary form; the view covers just the value. Throws SqlError 22P03 for malformed input. */
  decode(bytes: Uint8Array): Datum;
  /** Writes the binary form of a non-null value. */
  encode(value: Datum): Uint8Array;
  /** The order of the type's default btree operator class (text: collation "C"): negative, zero or positive. Neither argument is null. NaN sorts above all numbers and equals itself. */
  compare(a: Datum, b: Datum): number;
  /** The representative of all values equal to this one, where equality is coarser than the bytes; absent where it is not. */
  canonical?(value: Datum): Datum;
}
