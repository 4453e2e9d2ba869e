import { Oid, sqlType } from '../../core/index.ts';
import type { Query, RelationId } from '../../ir/index.ts';
import { finishPart } from '../plan-query.ts';
import type { Planning } from '../planning.ts';
import type { Around } from '../resolve/with.ts';
import type { Expr, TypedColumn } from '../resolve/typed.ts';
import { forEachOperand } from '../resolve/walk.ts';

/** The relation that stands for rows a statement has in its hands: their number, then their columns. */
export const heldRows = 'rows' as RelationId;

const int8 = sqlType(Oid.int8);

/** Expressions with subqueries over rows that a statement has in its hands: a query over `heldRows` that gives the values for each, and behind them the row's number, in its order. */
export function planOverRows(planning: Planning, columns: readonly TypedColumn[], values: readonly Expr[], around: Around): Query {
  const number: TypedColumn = { id: planning.newColumn('number'), name: 'number', type: int8 };
  const all = [number, ...columns];
  const type = { columns: all.map((column) => ({ name: column.name, type: column.type, nullable: column !== number })), keys: [[0]] };
  const computed = values.map((value) => ({ id: planning.newColumn('value'), name: 'value', value }));
  return finishPart(planning, around.wrap({
    relation: { op: 'compute', input: { op: 'leaf', relation: { op: 'get', id: heldRows, type }, ids: all.map((column) => column.id) }, columns: computed },
    columns: [...computed.map(({ id, name, value }): TypedColumn => ({ id, name, type: value.type })), number],
    order: [{ id: number.id, type: int8, descending: false, nullsFirst: false }], limit: null, offset: null, withTies: false,
  }));
}

/** Whether an expression asks for more than the row that it is over. */
export const asksMore = (expr: Expr): boolean => expr.op === 'subquery' || expr.op === 'quantified' || operandsOf(expr).some(asksMore);

function operandsOf(expr: Expr): readonly Expr[] {
  const operands: Expr[] = [];
  forEachOperand(expr, (operand) => void operands.push(operand));
  return operands;
}
