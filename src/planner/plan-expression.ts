import type { Node } from '@pgsql/types';
import { bothForms } from '../catalog/index.ts';
import type { TableColumn } from '../catalog/index.ts';
import { InvariantError, Oid, SqlError } from '../core/index.ts';
import type { SqlType } from '../core/index.ts';
import { formatType, functionById, quoteIdentifier, someScalar } from '../ir/index.ts';
import type { Scalar } from '../ir/index.ts';
import type { PlanContext } from './context.ts';
import { expressionTexts } from './expression-text.ts';
import type { Bound } from './lower/bound.ts';
import { toScalar } from './lower/to-scalar.ts';
import { foldScalar } from './optimize/fold-constants.ts';
import { Planning } from './planning.ts';
import { resolveExpression } from './resolve/expression.ts';
import type { Level } from './resolve/level.ts';
import type { Expr, TypedColumn } from './resolve/typed.ts';
import { forEachOperand } from './resolve/walk.ts';
import { coerceToBoolean, settleUnknown, tryCoerce } from './typing/coerce.ts';
import { typeText } from './typing/format-type.ts';

/** An expression that a table keeps: over its columns, and as Postgres would write it, in both forms (see `bothForms`). */
export interface StoredExpression {
  readonly value: Scalar;
  readonly sql: string;
}

type Purpose = 'check' | 'default' | 'generated' | 'transform';

const purposes: Readonly<Record<Purpose, Pick<Level, 'clause' | 'refuses'>>> = {
  check: { clause: 'check constraints', refuses: { subquery: 'check constraint' } },
  default: { clause: 'DEFAULT expressions', refuses: { subquery: 'DEFAULT expression', column: 'DEFAULT expression' } },
  generated: { clause: 'column generation expressions', refuses: { subquery: 'column generation expression' } },
  transform: { clause: 'transform expressions', refuses: { subquery: 'transform expression' } },
};

class Reading {
  readonly planning: Planning;
  readonly level: Level;
  readonly #columns: readonly TypedColumn[];

  constructor(purpose: Purpose, sql: string, table: string, columns: readonly Pick<TableColumn, 'name' | 'type'>[], context: PlanContext) {
    this.planning = new Planning(sql, context);
    this.#columns = columns.map((column) => ({ id: this.planning.newColumn(`${table}.${column.name}`), name: column.name, type: column.type }));
    const scope = { items: [{ name: table, columns: this.#columns, columnsVisible: true }], outer: null };
    this.level = { planning: this.planning, scope, tables: null, aggregates: null, functions: null, ...purposes[purpose] };
  }

  /** where the expression names a column */
  positionOf(value: Expr, column: number): number | undefined {
    if (value.op === 'column') return value.id === this.#columns[column]?.id ? value.position : undefined;
    let found: number | undefined;
    forEachOperand(value, (operand) => (found ??= this.positionOf(operand, column)));
    return found;
  }

  stored(value: Expr, shown: Expr): StoredExpression {
    const { planning } = this;
    const bound: Bound = {
      at: new Map(this.#columns.map((column, index) => [column.id, index])),
      relation: { op: 'constant', rows: [], type: { columns: this.#columns.map(({ name, type }) => ({ name, type, nullable: true })), keys: [] } },
    };
    const { full, pretty } = expressionTexts(shown, (id) => this.#columns.find((column) => column.id === id)?.name ?? '', planning.context.environment.catalog);
    return { value: foldScalar(toScalar(planning, value, bound), planning.context.environment), sql: bothForms(full, pretty) };
  }
}

/** The condition of a CHECK, over the columns of `table`. */
export function planCheck(node: Node, sql: string, table: string, columns: readonly TableColumn[], context: PlanContext): StoredExpression {
  const reading = new Reading('check', sql, table, columns, context);
  const condition = coerceToBoolean(reading.planning, resolveExpression(reading.level, node), 'CHECK');
  return reading.stored(condition, condition);
}

/** What a stored value is converted by is not shown, unless it is a literal: it was read as a value of the column's type. */
function assignedTo(reading: Reading, value: Expr, column: string, type: SqlType): StoredExpression {
  const converted = tryCoerce(reading.planning, value, type, 'assignment');
  if (converted === undefined) {
    throw new SqlError('42804', `column "${column}" is of type ${typeText(type.oid)} but default expression is of type ${typeText(value.type.oid)}`, { hint: 'You will need to rewrite or cast the expression.' });
  }
  const literal = value.type.oid === Oid.unknown;
  const shown = !literal ? value : converted.op === 'coerceTypmod' ? converted.arg : converted;
  return reading.stored(converted, shown.op === 'literal' && literal ? { ...shown, type: { oid: shown.type.oid, typmod: -1 } } : shown);
}

/** ALTER COLUMN ... TYPE: the value of the column's new type, over the columns of the table; without `node` (USING) the old value, converted. */
export function planTransform(node: Node | undefined, sql: string, table: string, columns: readonly TableColumn[], at: number, type: SqlType, context: PlanContext): Scalar {
  const reading = new Reading('transform', sql, table, columns, context);
  const { name } = columns[at]!;
  const value = resolveExpression(reading.level, node ?? { ColumnRef: { fields: [{ String: { sval: name } }], location: -1 } });
  const converted = tryCoerce(reading.planning, value, type, 'assignment');
  if (converted !== undefined) return reading.stored(converted, converted).value;
  const target = formatType(type.oid, type.typmod, context.environment.catalog);
  throw node === undefined
    ? new SqlError('42804', `column "${name}" cannot be cast automatically to type ${typeText(type.oid)}`, { hint: `You might need to specify "USING ${quoteIdentifier(name)}::${target}".` })
    : new SqlError('42804', `result of USING clause for column "${name}" cannot be cast automatically to type ${typeText(type.oid)}`, { hint: 'You might need to add an explicit cast.' });
}

/** A DEFAULT for `column`; undefined for NULL, which is none. */
export function planDefault(node: Node, sql: string, column: string, type: SqlType, context: PlanContext): StoredExpression | undefined {
  const reading = new Reading('default', sql, '', [], context);
  const stored = assignedTo(reading, resolveExpression(reading.level, node), column, type);
  return stored.value.op === 'literal' && stored.value.value === null ? undefined : stored;
}

/** GENERATED ALWAYS AS (...): over the table's own columns that are not generated themselves, and by them alone. */
export function planGenerated(node: Node, sql: string, table: string, columns: readonly TableColumn[], isGenerated: (column: number) => boolean, column: number, context: PlanContext): StoredExpression {
  const reading = new Reading('generated', sql, table, columns, context);
  const target = columns[column];
  if (target === undefined) throw new InvariantError('a generated column that is not among the columns');
  const value = settleUnknown(reading.planning, resolveExpression(reading.level, node));
  const stored = assignedTo(reading, value, target.name, target.type);
  const other = columns.findIndex((_, index) => isGenerated(index) && someScalar(stored.value, (part) => part.op === 'column' && part.index === index));
  if (other >= 0) {
    throw new SqlError('42P17', `cannot use generated column "${columns[other]!.name}" in column generation expression`, {
      detail: 'A generated column cannot reference another generated column.', position: reading.positionOf(value, other),
    });
  }
  if (someScalar(stored.value, isMutable)) throw new SqlError('42P17', 'generation expression is not immutable');
  return stored;
}

const datesAndTimes = new Set<number>([Oid.date, Oid.timestamp, Oid.timestamptz]);

/** Whether a part of an expression may differ from one time to the next, or from one session to another. */
function isMutable(part: Scalar): boolean {
  switch (part.op) {
    case 'currentTime': return true;
    case 'toText': return datesAndTimes.has(part.arg.type.oid);
    case 'fromText': return datesAndTimes.has(part.type.oid) || part.type.oid === Oid.interval;
    case 'call': {
      // Concatenation with anything is as stable as that thing's text.
      if (part.function === 'textanycat(text,anynonarray)' || part.function === 'anytextcat(anynonarray,text)') return part.args.some((arg) => datesAndTimes.has(arg.type.oid));
      return functionById(part.function)?.volatility !== 'immutable';
    }
    default: return false;
  }
}
