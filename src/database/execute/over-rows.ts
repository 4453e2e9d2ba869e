import type { Datum } from '../../core/index.ts';
import type { Query, Relation } from '../../ir/index.ts';
import { someRelation } from '../../ir/index.ts';
import { heldRows } from '../../planner/index.ts';
import { readAll } from './dml.ts';
import type { Execution } from './execution.ts';

/** What a query over rows that the statement has in its hands gives for each of them, in their order (see `planOverRows`). */
export async function valuesOverRows(query: Query, rows: readonly (readonly Datum[])[], execution: Execution): Promise<Datum[][]> {
  if (rows.length === 0) return [];
  let held: Relation | undefined;
  someRelation(query.relation, (node) => {
    if (node.op === 'get' && node.id === heldRows) held = { op: 'constant', type: node.type, rows: rows.map((row, number) => ({ values: [number, ...row], weight: 1 })) };
    return held !== undefined;
  });
  const answers = await readAll(query, { ...execution, held: new Map([...execution.held ?? [], ...(held === undefined ? [] : [[heldRows, held] as const])]) });
  return answers.map((row) => row.slice(0, -1));
}
