/** Changes of one relation as the log keeps them. `rows` is the buffer of a RowBatch. */
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
  readonly changes: readonly { readonly relation: string; readonly bytes: number; readonly missing?: readonly (readonly [number, string])[]; readonly keyOnly?: readonly number[]; readonly truncate?: boolean }[];
  readonly catalog: readonly string[];
}

/** [length of the head, uint32][head as JSON][row buffers, each at a multiple of 8]. Positions, secrets and sequences are kept beside the log. */
export function encodeRecord(record: LogRecord): Buffer {
  const head: Head = {
    time: record.time,
    catalog: record.catalog,
    changes: record.changes.map((change) => ({
      relation: change.relation,
      bytes: change.rows?.byteLength ?? -1,
      ...(change.missing === undefined ? {} : { missing: [...change.missing].map(([row, bits]) => [row, bits.toString(16)] as const) }),
      ...(change.keyOnly === undefined ? {} : { keyOnly: [...change.keyOnly] }),
      ...(change.truncate === true ? { truncate: true } : {}),
    })),
  };
  const text = Buffer.from(JSON.stringify(head));
  const rows = record.changes.flatMap(({ rows: bytes }) => (bytes === undefined ? [] : [bytes]));
  const total = rows.reduce((sum, bytes) => align(sum) + bytes.byteLength, align(4 + text.length));
  const out = Buffer.alloc(total);
  out.writeUInt32LE(text.length, 0);
  text.copy(out, 4);
  let at = align(4 + text.length);
  for (const bytes of rows) {
    out.set(bytes, align(at));
    at = align(at) + bytes.byteLength;
  }
  return out;
}

export function decodeRecord(bytes: Uint8Array): LogRecord {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.readUInt32LE(0);
  const head = JSON.parse(view.toString('utf8', 4, 4 + length)) as Head;
  let at = align(4 + length);
  const changes = head.changes.map((change): StoredChange => {
    let rows: Uint8Array | undefined;
    if (change.bytes >= 0) {
      at = align(at);
      // A copy: the store's memory is only valid until the next read, and a batch wants its own aligned buffer.
      rows = new Uint8Array(change.bytes);
      rows.set(bytes.subarray(at, at + change.bytes));
      at += change.bytes;
    }
    return {
      relation: change.relation,
      ...(rows === undefined ? {} : { rows }),
      ...(change.missing === undefined ? {} : { missing: new Map(change.missing.map(([row, bits]) => [row, BigInt(`0x${bits}`)])) }),
      ...(change.keyOnly === undefined ? {} : { keyOnly: new Set(change.keyOnly) }),
      ...(change.truncate === true ? { truncate: true } : {}),
    };
  });
  return { time: head.time, catalog: head.catalog, changes, positions: [] };
}

const align = (at: number): number => (at + 7) & ~7;
