/** Changes of one relation as the log keeps them. `rows` is the buffer of a RowBatch; of changes that were read it may be read from the log each time it is asked for. */
export interface StoredChange {
  readonly relation: string;
  readonly rows?: Uint8Array;
  readonly missing?: ReadonlyMap<number, bigint>;
  readonly keyOnly?: ReadonlySet<number>;
  readonly truncate?: boolean;
}

/** One tick: what became durable together. */
export interface LogRecord {
  readonly time: number;
  readonly changes: readonly StoredChange[];
  /** source, and its position as JSON; null forgets the source */
  readonly positions: readonly (readonly [string, string | null])[];
  /** catalog changes as the catalog encodes them */
  readonly catalog: readonly string[];
  /** secrets by object id; null forgets */
  readonly secrets?: readonly (readonly [string, string | null])[];
  /** where sequences stand, by object id; null forgets */
  readonly sequences?: readonly (readonly [string, string | null])[];
}

interface Head {
  readonly time: number;
  readonly changes: readonly HeadChange[];
  readonly catalog: readonly string[];
}
interface HeadChange {
  readonly relation: string;
  /** of the row buffer; -1 where there is none */
  readonly bytes: number;
  /** the row buffer is the record's chunk of that number */
  readonly chunk?: number;
  readonly missing?: readonly (readonly [number, string])[];
  readonly keyOnly?: readonly number[];
  readonly truncate?: boolean;
}

/** Row buffers of at least so many bytes lie beside their record, each on its own, so that nobody has to copy or read all of a large record at a time. */
const CHUNK_BYTES = 64 << 10;

/** A record as it is written: `head` is [length of the text, uint32][JSON][small row buffers, each at a multiple of 8]; the other row buffers as they are. Positions, secrets and sequences are kept beside the log. */
export interface EncodedRecord {
  readonly head: Buffer;
  readonly chunks: readonly Uint8Array[];
}

export function encodeRecord(record: LogRecord): EncodedRecord {
  const small: Uint8Array[] = [];
  const chunks: Uint8Array[] = [];
  const changes = record.changes.map((change): HeadChange => {
    const { rows } = change;
    const isChunk = rows !== undefined && rows.byteLength >= CHUNK_BYTES;
    if (rows !== undefined) (isChunk ? chunks : small).push(rows);
    return {
      relation: change.relation,
      bytes: rows?.byteLength ?? -1,
      ...(isChunk ? { chunk: chunks.length - 1 } : {}),
      ...(change.missing === undefined ? {} : { missing: [...change.missing].map(([row, bits]) => [row, bits.toString(16)] as const) }),
      ...(change.keyOnly === undefined ? {} : { keyOnly: [...change.keyOnly] }),
      ...(change.truncate === true ? { truncate: true } : {}),
    };
  });
  const text = Buffer.from(JSON.stringify({ time: record.time, catalog: record.catalog, changes } satisfies Head));
  const total = small.reduce((sum, bytes) => align(sum) + bytes.byteLength, align(4 + text.length));
  const head = Buffer.alloc(total);
  head.writeUInt32LE(text.length, 0);
  text.copy(head, 4);
  let at = align(4 + text.length);
  for (const bytes of small) {
    head.set(bytes, align(at));
    at = align(at) + bytes.byteLength;
  }
  return { head, chunks };
}

/** `chunk` reads a chunk of the record, a copy that is the caller's. */
export function decodeRecord(bytes: Uint8Array, chunk: (number: number) => Uint8Array): LogRecord {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.readUInt32LE(0);
  const head = JSON.parse(view.toString('utf8', 4, 4 + length)) as Head;
  let at = align(4 + length);
  const changes = head.changes.map((change): StoredChange => {
    const rest = {
      relation: change.relation,
      ...(change.missing === undefined ? {} : { missing: new Map(change.missing.map(([row, bits]) => [row, BigInt(`0x${bits}`)])) }),
      ...(change.keyOnly === undefined ? {} : { keyOnly: new Set(change.keyOnly) }),
      ...(change.truncate === true ? { truncate: true } : {}),
    };
    const { chunk: number } = change;
    if (number !== undefined) {
      return {
        ...rest,
        get rows() {
          return chunk(number);
        },
      };
    }
    if (change.bytes < 0) return rest;
    at = align(at);
    // A copy: the store's memory is only valid until the next read, and a batch wants its own aligned buffer.
    const rows = new Uint8Array(change.bytes);
    rows.set(bytes.subarray(at, at + change.bytes));
    at += change.bytes;
    return { ...rest, rows };
  });
  return { time: head.time, catalog: head.catalog, changes, positions: [] };
}

const align = (at: number): number => (at + 7) & ~7;
