import { codecOf, defaultTextSettings } from '../../src/core/index.ts';
import type { Datum, RowBatch } from '../../src/core/index.ts';
import type { Source, SourceEvent } from '../../src/ingest/index.ts';

/** The value at a place of a batch, as Postgres prints it; null for NULL. */
export function textAt(batch: RowBatch, row: number, column: number): string | null {
  if (batch.isNull(row, column)) return null;
  const { oid } = batch.layout.types[column]!;
  return codecOf(oid).print(datumAt(batch, row, column), defaultTextSettings);
}

function datumAt(batch: RowBatch, row: number, column: number): Datum {
  switch (batch.layout.storages[column]!) {
    case 'bool':
      return batch.word(row, column) === 1;
    case 'int':
      return batch.word(row, column);
    case 'oid':
      return batch.word(row, column) >>> 0;
    case 'long':
      return batch.long(row, column);
    case 'double':
      return batch.double(row, column);
    case 'symbol':
      return codecOf(batch.layout.types[column]!.oid).decode(batch.bytes(row, column));
  }
}

/** Rows as arrays of text. */
export const textRows = (batch: RowBatch): (string | null)[][] =>
  Array.from({ length: batch.rowCount }, (_, row) => batch.layout.types.map((_type, column) => textAt(batch, row, column)));

/** An event with its rows as text, `+` or `-` before each. */
export function describeEvent<P>(event: SourceEvent<P>): string[] {
  switch (event.kind) {
    case 'changes':
    case 'snapshotChunk':
      return textRows(event.rows).map((row, i) => {
        const keyOnly = event.kind === 'changes' && event.keyOnly?.has(i) ? ' key only' : '';
        const missing = event.kind === 'changes' ? event.missing?.get(i) : undefined;
        return `${event.relation} ${event.rows.weight(i) > 0 ? '+' : '-'} ${row.map((value) => value ?? 'NULL').join('|')}${keyOnly}${missing === undefined ? '' : ` missing ${missing.toString(2)}`}`;
      });
    case 'truncate':
      return [`${event.relation} truncate`];
    case 'failed':
      return [`${event.relation ?? 'source'} failed ${event.error.code}: ${event.error.message}`];
    default:
      return [event.kind];
  }
}

/** Reads until `enough` says so of all that was read so far; then aborts, which ends the iteration. */
export async function readUntil<P>(
  source: Source<P>, resumeAfter: P | undefined, enough: (events: readonly SourceEvent<P>[]) => boolean, options: { readonly acknowledge?: boolean; readonly each?: (event: SourceEvent<P>) => void } = {},
): Promise<{ readonly events: readonly SourceEvent<P>[]; readonly position: P | undefined }> {
  const stop = new AbortController();
  const events: SourceEvent<P>[] = [];
  let position: P | undefined;
  for await (const event of source.read(resumeAfter, stop.signal)) {
    events.push(event);
    options.each?.(event);
    if ('position' in event) {
      position = event.position;
      if (options.acknowledge !== false) source.acknowledge(position);
    }
    if (enough(events)) stop.abort();
  }
  return { events, position };
}

export const hasCommit = <P>(events: readonly SourceEvent<P>[], count = 1): boolean => events.filter((event) => event.kind === 'commit').length >= count;
