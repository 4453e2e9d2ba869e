import { DATE_INFINITY, InvariantError, Oid, codecOf, hasWireForm, typeInfo, wireCodecOf } from '../../core/index.ts';
import type { Datum, RowBatch, RowLayout, SqlType, TextSettings, TypeCodec } from '../../core/index.ts';
import { Backend } from './messages.ts';
import type { Output } from './output.ts';
import { writeBigint, writeDate, writeDouble, writeInteger, writeTimestamp } from './text-form.ts';

/** Writes one field that is not NULL: its length word and its bytes. */
type FieldWriter = (output: Output, batch: RowBatch, row: number) => void;

/** Types whose text is the name of the object behind an OID: only a session knows it. */
const NAMES_AN_OBJECT: ReadonlySet<number> = new Set([
  Oid.regproc, Oid.regprocedure, Oid.regoper, Oid.regoperator, Oid.regclass, Oid.regtype, Oid.regrole, Oid.regnamespace,
]);

/** How a session writes values. */
export interface TextWriting {
  readonly settings: TextSettings;
  readonly printObject: ((type: number, oid: number) => string) | undefined;
}

/** Types whose stored bytes (their binary form) are their text form as well. */
const TEXT_IS_BINARY: ReadonlySet<number> = new Set([Oid.text, Oid.varchar, Oid.bpchar, Oid.name, Oid.json, Oid.unknown, Oid.refcursor, Oid.pgNodeTree]);

/**
 * DataRow messages straight from the words of a batch: one closure a column, chosen once for an execution.
 * State: none beyond the closures.
 */
export class RowEncoder {
  readonly #types: readonly SqlType[];
  readonly #formats: readonly number[];
  readonly #writing: TextWriting;
  #layout: RowLayout | undefined;
  #fields: FieldWriter[] = [];

  /** `formats` has one code for each column: 0 text, 1 binary. */
  constructor(types: readonly SqlType[], formats: readonly number[], writing: TextWriting) {
    this.#types = types;
    this.#formats = formats;
    this.#writing = writing;
  }

  /** Appends row `row` of `batch`. A value that cannot be written throws, and nothing of its row is sent. */
  write(output: Output, batch: RowBatch, row: number): void {
    if (batch.layout !== this.#layout) this.#compile(batch.layout);
    const fields = this.#fields;
    output.begin(Backend.dataRow);
    try {
      output.int16(fields.length);
      for (let column = 0; column < fields.length; column++) {
        if (batch.isNull(row, column)) output.int32(-1);
        else fields[column]!(output, batch, row);
      }
    } catch (error) {
      output.abandon();
      throw error;
    }
    output.end();
  }

  #compile(layout: RowLayout): void {
    if (layout.types.length !== this.#types.length) {
      throw new InvariantError(`a batch of ${layout.types.length} columns answers a statement of ${this.#types.length}`);
    }
    this.#layout = layout;
    this.#fields = this.#types.map((type, column) => (this.#formats[column] === 1 ? binaryWriter(type, column) : textWriter(type, column, this.#writing)));
  }
}

const isUtc = (zone: string): boolean => ['UTC', 'ETC/UTC', 'GMT', 'ETC/GMT', 'ZULU', 'UCT', 'ETC/UCT'].includes(zone.toUpperCase());

function textWriter(type: SqlType, column: number, { settings, printObject }: TextWriting): FieldWriter {
  const { oid } = type;
  if (printObject && NAMES_AN_OBJECT.has(oid)) return (output, batch, row) => output.sizedString(printObject(oid, batch.word(row, column) >>> 0));
  if (TEXT_IS_BINARY.has(oid)) return storedBytes(column);
  switch (oid) {
    case Oid.bool:
      return (output, batch, row) => {
        output.int32(1);
        output.byte(batch.word(row, column) === 0 ? 102 : 116);
      };
    case Oid.int2:
    case Oid.int4:
      return (output, batch, row) => void writeInteger(output, batch.word(row, column));
    case Oid.oid:
      return (output, batch, row) => void writeInteger(output, batch.word(row, column) >>> 0);
    case Oid.int8:
      return (output, batch, row) => {
        const value = batch.long(row, column);
        if (typeof value === 'number') writeInteger(output, value);
        else writeBigint(output, value);
      };
    default:
      return partlyDirect(type, column, settings) ?? codecWriter(type, column, settings);
  }
}

/** Types most of whose values are written directly and the rest by their codec; undefined where the session's settings ask for another form. */
function partlyDirect(type: SqlType, column: number, settings: TextSettings): FieldWriter | undefined {
  const isoDates = settings.dateStyle === 'ISO';
  const { oid } = type;
  switch (oid) {
    case Oid.float8: {
      if (settings.extraFloatDigits <= 0) return undefined;
      const byCodec = codecWriter(type, column, settings);
      return (output, batch, row) => {
        if (!writeDouble(output, batch.double(row, column))) byCodec(output, batch, row);
      };
    }
    case Oid.date: {
      if (!isoDates) return undefined;
      const byCodec = codecWriter(type, column, settings);
      return (output, batch, row) => {
        if (!writeDate(output, batch.word(row, column))) byCodec(output, batch, row);
      };
    }
    case Oid.timestamp:
    case Oid.timestamptz: {
      const zoned = oid === Oid.timestamptz;
      if (!isoDates || (zoned && !isUtc(settings.timeZone))) return undefined;
      const byCodec = codecWriter(type, column, settings);
      return (output, batch, row) => {
        if (!writeTimestamp(output, batch.long(row, column), zoned)) byCodec(output, batch, row);
      };
    }
    default:
      return undefined;
  }
}

const storedBytes = (column: number): FieldWriter => (output, batch, row) => {
  const bytes = batch.bytes(row, column);
  output.int32(bytes.length);
  output.bytes(bytes);
};

function codecWriter(type: SqlType, column: number, settings: TextSettings): FieldWriter {
  const codec = codecOf(type.oid);
  const read = datumReader(type, codec, column);
  return (output, batch, row) => output.sizedString(codec.print(read(batch, row), settings));
}

/** Reads a field as the datum its codec knows. */
function datumReader(type: SqlType, codec: TypeCodec, column: number): (batch: RowBatch, row: number) => Datum {
  const { storage } = typeInfo(type.oid);
  switch (storage) {
    case 'bool':
      return (batch, row) => batch.word(row, column) !== 0;
    case 'int':
      return (batch, row) => batch.word(row, column);
    case 'oid':
      return (batch, row) => batch.word(row, column) >>> 0;
    case 'long':
      return (batch, row) => batch.long(row, column);
    case 'double':
      return (batch, row) => batch.double(row, column);
    case 'symbol':
      return (batch, row) => codec.decode(batch.bytes(row, column));
  }
}

/** Postgres' -infinity is the smallest int4; a datum's is `-DATE_INFINITY`, one above. */
const binaryDate = (column: number): FieldWriter => (output, batch, row) => {
  const days = batch.word(row, column);
  output.int32(4);
  output.int32(days === -DATE_INFINITY ? days - 1 : days);
};

/** Of an enum, and of what holds enums. */
function wireWriter(type: SqlType, column: number): FieldWriter {
  const wire = wireCodecOf(type.oid);
  const read = datumReader(type, codecOf(type.oid), column);
  return (output, batch, row) => {
    const bytes = wire.encode(read(batch, row));
    output.int32(bytes.length);
    output.bytes(bytes);
  };
}

/** All others need no codec: words are numbers in network order, symbols are stored in their binary form. */
function binaryWriter(type: SqlType, column: number): FieldWriter {
  const info = typeInfo(type.oid);
  if (hasWireForm(type.oid)) return wireWriter(type, column);
  switch (info.storage) {
    case 'bool':
      return (output, batch, row) => {
        output.int32(1);
        output.byte(batch.word(row, column));
      };
    case 'int':
    case 'oid':
      if (type.oid === Oid.date) return binaryDate(column);
      return info.length === 2
        ? (output, batch, row) => {
            output.int32(2);
            output.int16(batch.word(row, column));
          }
        : (output, batch, row) => {
            output.int32(4);
            output.int32(batch.word(row, column));
          };
    case 'long':
      return (output, batch, row) => {
        const at = row * batch.layout.stride + batch.layout.offsets[column]!;
        output.int32(8);
        output.int32(batch.I[at + 1]!);
        output.int32(batch.I[at]!);
      };
    case 'double':
      return info.length === 4
        ? (output, batch, row) => {
            output.int32(4);
            output.reserve(4);
            output.buffer.writeFloatBE(batch.double(row, column), output.at);
            output.advance(4);
          }
        : (output, batch, row) => {
            output.int32(8);
            output.reserve(8);
            output.buffer.writeDoubleBE(batch.double(row, column), output.at);
            output.advance(8);
          };
    case 'symbol':
      return storedBytes(column);
  }
}
