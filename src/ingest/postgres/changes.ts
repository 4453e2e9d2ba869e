import { Oid, SqlError } from '../../core/index.ts';
import type { SourceEvent } from '../source.ts';
import { qualifiedName } from './describe.ts';
import { formatLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';
import type { PostgresPosition } from './source.ts';
import { CREATE_AGAIN } from './table-reader.ts';
import type { TableReader } from './table-reader.ts';

/** One column of a tuple as it lies in the message: what kind it is, and where its text is. */
interface Tuple {
  count: number;
  /** 'n' NULL, 'u' unchanged TOAST, 't' text */
  kinds: number[];
  starts: number[];
  ends: number[];
}
const emptyTuple = (): Tuple => ({ count: 0, kinds: [], starts: [], ends: [] });

/** How the columns of upstream's tuples map to ours, as of the last Relation message. */
interface RelationMap {
  readonly reader: TableReader;
  /** our column of each column of the tuple; -1 where we do not read it */
  readonly columns: readonly number[];
  /** places in the tuple of the columns that identify a row: all of them under REPLICA IDENTITY FULL */
  readonly key: readonly number[];
}

const tag = (letter: string): number => letter.charCodeAt(0);
const BEGIN = tag('B'), COMMIT = tag('C'), RELATION = tag('R'), INSERT = tag('I'), UPDATE = tag('U'), DELETE = tag('D'), TRUNCATE = tag('T');
const ORIGIN = tag('O'), TYPE = tag('Y'), MESSAGE = tag('M');
const OLD_KEY = tag('K'), NEW_ROW = tag('N');
const NULL_VALUE = tag('n'), UNCHANGED = tag('u'), TEXT_VALUE = tag('t');
const FULL_IDENTITY = tag('f');

/**
 * Reads pgoutput (protocol version 1, text values) and emits source events.
 * https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
 *
 * Requires: messages in the order of the connection; the bytes of a message need not outlive the call.
 * State: the rows of the current transaction since the last full batch, at most one batch a table.
 */
export class ChangeDecoder {
  /** between Begin and Commit */
  inTransaction = false;
  readonly #slot: string;
  readonly #readers: ReadonlyMap<number, TableReader>;
  readonly #emit: (event: SourceEvent<PostgresPosition>) => void;
  readonly #relations = new Map<number, RelationMap>();
  readonly #old = emptyTuple();
  readonly #new = emptyTuple();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** `readers` by upstream oid */
  constructor(slot: string, readers: ReadonlyMap<number, TableReader>, emit: (event: SourceEvent<PostgresPosition>) => void) {
    this.#slot = slot;
    this.#readers = readers;
    this.#emit = emit;
  }

  message(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = 1;
    switch (bytes[0]) {
      case BEGIN:
        this.inTransaction = true;
        return;
      case COMMIT:
        return this.#commit();
      case RELATION:
        return this.#relation();
      case INSERT:
      case UPDATE:
      case DELETE:
        return this.#change(bytes[0]);
      case TRUNCATE:
        return this.#truncate();
      case ORIGIN:
      case TYPE:
      case MESSAGE:
        return;
      default:
        throw new SqlError('08P01', `unknown logical replication message "${String.fromCharCode(bytes[0]!)}"`);
    }
  }

  #commit(): void {
    const end = this.#bytes.readBigUInt64BE(10);
    for (const reader of this.#readers.values()) this.#flush(reader);
    this.inTransaction = false;
    this.#emit({ kind: 'commit', position: this.#position(end) });
  }
  #position(lsn: Lsn): PostgresPosition {
    return { lsn: formatLsn(lsn), slot: this.#slot };
  }

  #change(kind: number): void {
    const map = this.#relations.get(this.#uint32());
    if (map === undefined || map.reader.failed) return;
    try {
      if (kind === INSERT) this.#insert(map);
      else if (kind === DELETE) this.#delete(map);
      else this.#update(map);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return this.#fail(map.reader, error);
    }
    if (map.reader.isFull) this.#flush(map.reader);
  }
  #insert(map: RelationMap): void {
    this.#at++;
    this.#tuple(this.#new);
    this.#writeRow(map, this.#new, 1);
  }
  #delete(map: RelationMap): void {
    const kind = this.#bytes[this.#at++]!;
    this.#tuple(this.#old);
    this.#writeOld(map, this.#old, kind === OLD_KEY);
  }
  /**
   * An old row is there where the identity is FULL, or where the key changed. Otherwise the new row's key is the old one's.
   * A value too long to be repeated ('u') is taken from the old row where that has it.
   */
  #update(map: RelationMap): void {
    const kind = this.#bytes[this.#at++]!;
    if (kind === NEW_ROW) {
      this.#tuple(this.#new);
      this.#writeOld(map, this.#new, true);
      return this.#writeNew(map, undefined);
    }
    this.#tuple(this.#old);
    this.#at++;
    this.#tuple(this.#new);
    this.#writeOld(map, this.#old, kind === OLD_KEY);
    this.#writeNew(map, map.key);
  }

  #writeOld(map: RelationMap, tuple: Tuple, keyOnly: boolean): void {
    const { reader } = map;
    if (!keyOnly) return this.#writeRow(map, tuple, -1);
    reader.begin(-1);
    for (const i of map.key) this.#writeCell(map, tuple, i);
    (reader.keyOnly ??= new Set()).add(reader.rowCount);
    reader.end();
  }
  /** `known`: places of the tuple at which the old row's value is there. */
  #writeNew(map: RelationMap, known: readonly number[] | undefined): void {
    for (const i of known ?? []) {
      if (this.#new.kinds[i] !== UNCHANGED) continue;
      this.#new.kinds[i] = this.#old.kinds[i]!;
      this.#new.starts[i] = this.#old.starts[i]!;
      this.#new.ends[i] = this.#old.ends[i]!;
    }
    this.#writeRow(map, this.#new, 1);
  }
  #writeRow(map: RelationMap, tuple: Tuple, weight: number): void {
    const { reader } = map;
    let missing = 0n;
    reader.begin(weight);
    for (let i = 0; i < tuple.count; i++) {
      if (tuple.kinds[i] === UNCHANGED && map.columns[i]! >= 0) missing |= 1n << BigInt(map.columns[i]!);
      else this.#writeCell(map, tuple, i);
    }
    if (missing !== 0n) (reader.missing ??= new Map()).set(reader.rowCount, missing);
    reader.end();
  }
  #writeCell(map: RelationMap, tuple: Tuple, i: number): void {
    const column = map.columns[i]!;
    if (column < 0) return;
    if (tuple.kinds[i] === NULL_VALUE) map.reader.null(column);
    else if (tuple.kinds[i] === TEXT_VALUE) map.reader.write(column, this.#bytes, tuple.starts[i]!, tuple.ends[i]!);
  }
  #tuple(into: Tuple): void {
    const bytes = this.#bytes;
    const count = (into.count = bytes.readUInt16BE(this.#at));
    let at = this.#at + 2;
    for (let i = 0; i < count; i++) {
      const kind = (into.kinds[i] = bytes[at++]!);
      if (kind === NULL_VALUE || kind === UNCHANGED) continue;
      const length = bytes.readUInt32BE(at);
      into.starts[i] = at + 4;
      at += 4 + length;
      into.ends[i] = at;
    }
    this.#at = at;
  }

  #truncate(): void {
    const count = this.#uint32();
    this.#at++;
    for (let i = 0; i < count; i++) {
      const reader = this.#relations.get(this.#uint32())?.reader;
      if (reader === undefined || reader.failed) continue;
      this.#flush(reader);
      this.#emit({ kind: 'truncate', relation: reader.relation });
    }
  }

  #relation(): void {
    const oid = this.#uint32();
    const reader = this.#readers.get(oid);
    if (reader === undefined) return;
    this.#string();
    this.#string();
    const identity = this.#bytes[this.#at++]!;
    const columns = Array.from({ length: this.#uint16() }, () => {
      const isKey = (this.#bytes[this.#at++]! & 1) === 1;
      const name = this.#string();
      const type = this.#uint32();
      this.#at += 4;
      return { name, type, isKey };
    });
    const problem = reader.failed ? undefined : schemaChange(reader, columns, identity === FULL_IDENTITY);
    if (problem !== undefined) return this.#fail(reader, problem);
    const index = columns.map((column) => reader.table.columns.findIndex((ours) => ours.name === column.name));
    this.#relations.set(oid, { reader, columns: index, key: columns.flatMap((column, i) => (column.isKey ? [i] : [])) });
  }

  #flush(reader: TableReader): void {
    if (reader.rowCount === 0 || reader.failed) return;
    const { missing, keyOnly } = reader;
    reader.missing = reader.keyOnly = undefined;
    this.#emit({ kind: 'changes', relation: reader.relation, rows: reader.take(), ...(missing && { missing }), ...(keyOnly && { keyOnly }) });
  }
  /** The relation is wrong from here on; the source goes on with the others. */
  #fail(reader: TableReader, error: SqlError): void {
    this.#flush(reader);
    reader.failed = true;
    this.#emit({ kind: 'failed', relation: reader.relation, error });
  }

  #uint16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }
  #uint32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }
  #string(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    const text = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }
}

/**
 * What changed upstream since the table was described, where rows can no longer be read as described; undefined where they can.
 * A text column takes any type: it may be one of TEXT COLUMNS, and the text of every type is a text.
 */
export function schemaChange(
  reader: TableReader, columns: readonly { readonly name: string; readonly type: number; readonly isKey: boolean }[], fullIdentity: boolean,
): SqlError | undefined {
  const { table } = reader;
  const changes: string[] = [];
  for (const ours of table.columns) {
    const theirs = columns.find((column) => column.name === ours.name);
    if (theirs === undefined) changes.push(`column "${ours.name}" was dropped or renamed`);
    else if (ours.type.oid !== Oid.text && theirs.type !== (ours.upstreamType ?? ours.type.oid)) changes.push(`column "${ours.name}" changed its type`);
  }
  for (const theirs of columns) if (!table.columns.some((ours) => ours.name === theirs.name)) changes.push(`column "${theirs.name}" was added`);
  const expected = table.key.map((i) => table.columns[i]!.name).sort();
  const found = columns.filter((column) => column.isKey).map((column) => column.name).sort();
  if (!fullIdentity && expected.join('\0') !== found.join('\0')) changes.push('its replica identity changed');
  if (changes.length === 0) return undefined;
  return new SqlError('55000', `upstream table ${qualifiedName(table)} changed: ${changes.join(', ')}`, {
    hint: CREATE_AGAIN, schema: table.schema, table: table.name,
  });
}
