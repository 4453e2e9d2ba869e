import { InvariantError } from '../../core/index.ts';
import type { Portal, Session } from '../../database/index.ts';
import type { Output } from './output.ts';
import { RowEncoder } from './row-encoder.ts';

export interface Execution {
  /** rows sent */
  readonly sent: number;
  /** the command tag, where the portal came to its end */
  readonly tag?: string;
}

/**
 * Sends rows of `portal` until it ends, or until `limit` rows are sent (0: no limit). What is ready goes out whenever the
 * portal has to wait, and a socket that is full stops the fetching.
 */
export async function sendRows(
  portal: Portal, formats: readonly number[], limit: number, session: Session, output: Output, signal: AbortSignal,
): Promise<Execution> {
  const writing = { settings: session.text, printObject: session.printObject?.bind(session) };
  const encoder = portal.columns === null ? undefined : new RowEncoder(portal.columns.map((column) => column.type), formats, writing);
  let sent = 0;
  for (;;) {
    signal.throwIfAborted();
    const { rows, done, tag } = await portal.fetch(limit === 0 ? 0 : limit - sent, signal);
    if (rows !== null) {
      if (encoder === undefined) throw new InvariantError('a portal without columns returned rows');
      for (let row = 0; row < rows.rowCount; row++) {
        for (let copies = weightOf(rows.weight(row)); copies > 0; copies--) {
          encoder.write(output, rows, row);
          sent++;
          if (output.full) await output.drain();
        }
        if (signal.aborted) throw signal.reason;
      }
    }
    if (done) return { sent, tag: countedTag(tag, sent) };
    if (limit > 0 && sent >= limit) return { sent };
    if (output.full) await output.drain();
    else output.flushSoon();
  }
}

function weightOf(weight: number): number {
  if (weight < 0) throw new InvariantError(`a portal returned a row with weight ${weight}`);
  return weight;
}

/** The number of a SELECT's tag is that of the rows this Execute sent; other tags count what their statement did. */
function countedTag(tag: string | undefined, sent: number): string {
  if (tag === undefined) throw new InvariantError('a portal ended without a command tag');
  return tag.startsWith('SELECT ') ? `SELECT ${sent}` : tag;
}
