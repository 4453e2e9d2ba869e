import { appendRow, readDatum, RowBatchBuilder, rowLayout } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { columnsOf, evaluateScalar, isSequenceFunction, mapScalar, someRelation, someScalar } from '../../ir/index.ts';
import type { Environment, Query, Relation, Scalar } from '../../ir/index.ts';
import type { RowStream } from '../rows.ts';

const asks = (scalar: Scalar): boolean => someScalar(scalar, (part) => part.op === 'call' && isSequenceFunction(part.function));

/** The query as it can run anywhere, and what is to be computed of its rows here, where sequences are. */
export interface Split {
  readonly query: Query;
  /** undefined: its rows are the answer as they are */
  readonly columns?: readonly Scalar[];
}

/**
 * Takes sequence functions off the top of a query over relations: what they stand in is computed of each row of the answer, in its order and within its limit,
 * as Postgres does with volatile functions of the select list. Where they stand lower, or rows are sorted by them, the query stays, and fails by name.
 */
export function splitSequences(query: Query): Split {
  const top = query.relation;
  if (top.op !== 'map' || !top.columns.some(({ value }) => asks(value)) || !someRelation(top.input, (node) => node.op === 'get')) return { query };
  const drawn = new Set([...top.columns.keys()].filter((index) => asks(top.columns[index]!.value)));
  if (query.order.some((key) => drawn.has(key.column))) return { query };
  // Behind the columns that are computed there come those that the rest is computed of.
  const kept = top.columns.filter((_, index) => !drawn.has(index));
  const inputs = [...new Set([...drawn].flatMap((index) => [...columnsOf(top.columns[index]!.value)]))];
  const types = new Map<number, Scalar & { op: 'column' }>();
  for (const index of drawn) someScalar(top.columns[index]!.value, (part) => part.op === 'column' && types.set(part.index, part) === undefined);
  const below: Relation = { ...top, columns: [...kept, ...inputs.map((index) => ({ name: 'input', value: types.get(index)! }))] };
  const place = new Map([...top.columns.keys()].filter((index) => !drawn.has(index)).map((index, at) => [index, at]));
  const columns = query.columns.map((_, index): Scalar => {
    const { value } = top.columns[index]!;
    if (!drawn.has(index)) return { op: 'column', index: place.get(index)!, type: value.type };
    return mapScalar(value, (part) => (part.op === 'column' ? { ...part, index: kept.length + inputs.indexOf(part.index) } : part));
  });
  const visible = [...kept.map(({ name, value }) => ({ name, type: value.type })), ...inputs.map((index) => ({ name: 'input', type: types.get(index)!.type }))];
  return { columns, query: { ...query, relation: below, columns: visible, order: query.order.map((key) => ({ ...key, column: place.get(key.column)! })) } };
}

/** The stream with these columns in place of its own. */
export function computed(rows: RowStream, columns: readonly Scalar[], environment: Environment): RowStream {
  const layout = rowLayout(columns.map((column) => column.type));
  return {
    next: async (maxRows, signal) => {
      const { rows: batch, done } = await rows.next(maxRows, signal);
      if (batch === null) return { rows: null, done };
      const builder = new RowBatchBuilder(layout, batch.rowCount);
      for (let row = 0; row < batch.rowCount; row++) {
        const values = batch.layout.types.map((_, column): Datum => readDatum(batch, row, column));
        for (let copy = batch.weight(row); copy > 0; copy--) appendRow(builder, columns.map((column) => evaluateScalar(column, values, environment)), 1);
      }
      return { rows: builder.finish(), done };
    },
    close: () => rows.close(),
  };
}
