import { SqlError } from '../../core/index.ts';
import type { RowBatch } from '../../core/index.ts';
import type { Plan } from '../../planner/index.ts';
import { CursorPortal } from '../session/portal.ts';
import { cursorNamed } from '../session/session.ts';
import type { DatabaseSession } from '../session/session.ts';
import { done } from './execution.ts';
import type { Execution, Outcome } from './execution.ts';

export const closeCursors = (session: DatabaseSession): void => {
  for (const [name, portal] of session.portals) if (portal instanceof CursorPortal) session.closePortal(name, portal);
};

/** Rows of a cursor, or how many were passed. */
export async function fetchCursor(plan: Plan & { kind: 'fetch' }, execution: Execution): Promise<Outcome> {
  const { session, signal } = execution;
  const portal = cursorNamed(session, plan.name);
  if (plan.direction !== 'forward' || (plan.count !== null && plan.count < 0)) {
    throw new SqlError('0A000', 'moving a cursor other than forward is not supported', { hint: 'Read forward, or declare the cursor again.' });
  }
  const wanted = plan.count ?? Infinity;
  if (!(portal instanceof CursorPortal)) {
    // A protocol portal under its name: MOVE of some drivers.
    let moved = 0;
    while (moved < wanted) {
      const fetched = await portal.fetch(Number.isFinite(wanted) ? wanted - moved : 0, signal);
      moved += fetched.rows?.rowCount ?? 0;
      if (fetched.done || fetched.rows === null) break;
    }
    return done(`${plan.move ? 'MOVE' : 'FETCH'} ${moved}`);
  }
  const batches = await takeWithin(portal, wanted, plan.timeoutMs, session, signal);
  const count = batches.reduce((sum, batch) => sum + batch.rowCount, 0);
  if (plan.move) return done(`MOVE ${count}`);
  const waiting = [...batches];
  return {
    tag: `FETCH ${count}`, counts: false, columns: portal.columns,
    rows: { next: () => Promise.resolve({ rows: waiting.shift() ?? null, done: waiting.length === 0 }), close: () => Promise.resolve() },
  };
}

/** Rows of a cursor; one over a SUBSCRIBE waits for the first row (at most `timeoutMs`), and then takes what is there. */
async function takeWithin(portal: CursorPortal, wanted: number, timeoutMs: number | null, session: DatabaseSession, signal: AbortSignal): ReturnType<CursorPortal['take']> {
  const { poll } = portal.rows;
  if (poll === undefined) return portal.take(wanted, signal);
  const batches: RowBatch[] = [];
  let left = wanted;
  const deadline = timeoutMs === null ? Infinity : session.core.clock.monotonic() + timeoutMs;
  while (left > 0) {
    // Without a timeout FETCH waits for one row at least; with one, for as many as come in time.
    const until = batches.length > 0 && timeoutMs === null ? 0 : Math.max(0, deadline - session.core.clock.monotonic());
    const rows = await poll.call(portal.rows, left, until, signal);
    if (rows === null) break;
    batches.push(rows);
    left -= rows.rowCount;
  }
  return batches;
}
