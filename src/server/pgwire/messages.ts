import { SqlError, typeInfo } from '../../core/index.ts';
import type { Notice } from '../../core/index.ts';
import type { ResultColumn, TransactionStatus } from '../../database/index.ts';
import type { Output } from './output.ts';
import { decodeUtf8 } from './utf8.ts';

const code = (letter: string): number => letter.charCodeAt(0);

/** Messages a frontend sends, by their first byte (manual, "Message Formats"). */
export const Frontend = {
  query: code('Q'), parse: code('P'), bind: code('B'), describe: code('D'), execute: code('E'), close: code('C'),
  flush: code('H'), sync: code('S'), terminate: code('X'), functionCall: code('F'),
  copyData: code('d'), copyDone: code('c'), copyFail: code('f'), password: code('p'),
} as const;

/** Messages the backend sends. */
export const Backend = {
  authentication: code('R'), keyData: code('K'), parameterStatus: code('S'), ready: code('Z'), negotiateVersion: code('v'),
  error: code('E'), notice: code('N'), rowDescription: code('T'), dataRow: code('D'), commandComplete: code('C'),
  emptyQuery: code('I'), noData: code('n'), parseComplete: code('1'), bindComplete: code('2'), closeComplete: code('3'),
  portalSuspended: code('s'), parameterDescription: code('t'),
  copyIn: code('G'), copyOut: code('H'), copyData: code('d'), copyDone: code('c'),
} as const;

function writeField(output: Output, letter: string, value: string | number | undefined): void {
  if (value === undefined) return;
  output.byte(code(letter));
  output.cstring(String(value));
}

export function writeError(output: Output, severity: 'ERROR' | 'FATAL', error: SqlError): void {
  const { fields } = error;
  output.begin(Backend.error);
  writeField(output, 'S', severity);
  writeField(output, 'V', severity);
  writeField(output, 'C', error.code);
  writeField(output, 'M', error.message);
  writeField(output, 'D', fields.detail);
  writeField(output, 'H', fields.hint);
  writeField(output, 'P', fields.position);
  writeField(output, 'W', fields.context);
  writeField(output, 's', fields.schema);
  writeField(output, 't', fields.table);
  writeField(output, 'c', fields.column);
  writeField(output, 'd', fields.dataType);
  writeField(output, 'n', fields.constraint);
  output.byte(0);
  output.end();
}

export function writeNotice(output: Output, notice: Notice): void {
  output.begin(Backend.notice);
  writeField(output, 'S', notice.severity);
  writeField(output, 'V', notice.severity);
  writeField(output, 'C', notice.code);
  writeField(output, 'M', notice.message);
  writeField(output, 'D', notice.detail);
  writeField(output, 'H', notice.hint);
  writeField(output, 'P', notice.position);
  output.byte(0);
  output.end();
}

export function writeParameterStatus(output: Output, name: string, value: string): void {
  output.begin(Backend.parameterStatus);
  output.cstring(name);
  output.cstring(value);
  output.end();
}

const statusLetter: Record<TransactionStatus, number> = { idle: code('I'), active: code('T'), failed: code('E') };

export function writeReady(output: Output, status: TransactionStatus): void {
  output.begin(Backend.ready);
  output.byte(statusLetter[status]);
  output.end();
}

export function writeCommandComplete(output: Output, tag: string): void {
  output.begin(Backend.commandComplete);
  output.cstring(tag);
  output.end();
}

/** NoData where there are no columns. `formats` has one code for each column. */
export function writeRowDescription(output: Output, columns: readonly ResultColumn[] | null, formats: readonly number[]): void {
  if (columns === null) return output.empty(Backend.noData);
  output.begin(Backend.rowDescription);
  output.int16(columns.length);
  columns.forEach((column, i) => {
    output.cstring(column.name);
    output.int32(column.tableOid);
    output.int16(column.attribute);
    output.int32(column.type.oid);
    output.int16(typeInfo(column.type.oid).length);
    output.int32(column.type.typmod);
    output.int16(formats[i]!);
  });
  output.end();
}

export function writeParameterDescription(output: Output, types: readonly number[]): void {
  output.begin(Backend.parameterDescription);
  output.int16(types.length);
  for (const type of types) output.int32(type);
  output.end();
}

export function writeCopyResponse(output: Output, direction: 'in' | 'out', format: 0 | 1, columns: number): void {
  output.begin(direction === 'in' ? Backend.copyIn : Backend.copyOut);
  output.byte(format);
  output.int16(columns);
  for (let i = 0; i < columns; i++) output.int16(format);
  output.end();
}

/** An error, not the end of the connection: where the message ends is known, so the next one can still be read. */
const malformed = (message = 'insufficient data left in message'): SqlError => new SqlError('08P01', message);

/** Reads the fields of a frontend message's body in order. Running past its end is a protocol violation. */
export class BodyReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }
  #step(bytes: number): number {
    const at = this.#at;
    if (bytes < 0 || at + bytes > this.#body.length) throw malformed();
    this.#at = at + bytes;
    return at;
  }
  byte(): number {
    return this.#body[this.#step(1)]!;
  }
  int16(): number {
    return this.#body.readInt16BE(this.#step(2));
  }
  /** A count: Int16 as Postgres reads it, without sign. */
  count(): number {
    return this.#body.readUInt16BE(this.#step(2));
  }
  int32(): number {
    return this.#body.readInt32BE(this.#step(4));
  }
  uint32(): number {
    return this.#body.readUInt32BE(this.#step(4));
  }
  bytes(length: number): Buffer {
    const at = this.#step(length);
    return this.#body.subarray(at, at + length);
  }
  cstring(): string {
    const end = this.#body.indexOf(0, this.#at);
    if (end < 0) throw malformed('invalid string in message');
    const at = this.#step(end - this.#at + 1);
    return decodeUtf8(this.#body.subarray(at, end));
  }
  end(): void {
    if (this.#at !== this.#body.length) throw malformed('invalid message format');
  }
}
