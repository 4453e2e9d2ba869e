import { RowBatch, readRow, rowLayout } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { TableItem } from '../../catalog/index.ts';
import type { Relation, RelationId } from '../../ir/index.ts';
import type { WithWritesPlan, WritingPart } from '../../planner/index.ts';
import { queryColumns } from '../answer.ts';
import type { WireChange } from '../engine/messages.ts';
import { effectsOf, lockRows, writeChanges } from './dml.ts';
import type { Claims } from './dml.ts';
import type { Execution, Outcome } from './execution.ts';
import { rowText } from './on-conflict.ts';
import { openQuery } from './query.ts';

/**
 * A statement whose WITH has statements that write. None sees what another does, but for the rows of its RETURNING; all is written together at the end.
 * As in Postgres those whose rows are read run first, then the statement itself, then the rest from the last to the first; of two that change one row the first does, and the other passes it over.
 */
export async function executeWithWrites(plan: WithWritesPlan, execution: Execution): Promise<Outcome> {
  const release = await lockRows(execution);
  try {
    const held = new Map<RelationId, Relation>();
    const within: Execution = { ...execution, held };
    const claimed = new Claimed();
    const changes: WireChange[] = [];
    const run = async ({ plan: part, rows, type }: WritingPart): Promise<void> => {
      const effects = await effectsOf(part, within, claimed.next());
      const returned = await effects.returned();
      const layout = rowLayout(type.columns.map((column) => column.type));
      const values = (returned?.take() ?? []).flatMap((buffer) => allRows(new RowBatch(buffer, layout)));
      held.set(rows, { op: 'constant', type, rows: values.map((row) => ({ values: row, weight: 1 })) });
      changes.push(...effects.wire());
    };
    for (const part of plan.parts) if (part.isRead) await run(part);
    const outcome = await runMain(plan, within, claimed, changes);
    for (const part of plan.parts.toReversed()) if (!part.isRead) await run(part);
    if (changes.length > 0) await writeChanges(execution.session, changes, outcome.rows !== null);
    return outcome;
  } finally {
    release();
  }
}

async function runMain({ main }: WithWritesPlan, execution: Execution, claimed: Claimed, changes: WireChange[]): Promise<Outcome> {
  if (main.kind === 'query') return { tag: 'SELECT', counts: true, columns: queryColumns(main.query), rows: await openQuery(main.query, execution) };
  const effects = await effectsOf(main, execution, claimed.next());
  const returned = await effects.returned();
  changes.push(...effects.wire());
  return { tag: effects.tag, counts: false, columns: null, rows: returned?.stream() ?? null };
}

const allRows = (batch: RowBatch): Datum[][] => Array.from({ length: batch.rowCount }, (_, row) => readRow(batch, row));

/** Which statement has which rows. Rows that are alike go together: a statement that has one has all. */
class Claimed {
  readonly #owners = new Map<string, number>();
  #statement = 0;

  next(): Claims {
    const statement = ++this.#statement;
    return {
      claim: (table: TableItem, row) => {
        const key = `${table.id} ${rowText(table, row)}`;
        const owner = this.#owners.get(key);
        if (owner === undefined) this.#owners.set(key, statement);
        return owner === undefined || owner === statement;
      },
    };
  }
}
