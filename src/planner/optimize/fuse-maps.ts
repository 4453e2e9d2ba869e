import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, relationTypeOf, someScalar, functionById, substitute } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * `map` over `map` is one map, and a map that changes nothing is none.
 *
 * A computed column that the upper map reads more than once stays, for it would be computed as often:
 * `SELECT a + a FROM (SELECT f(x) AS a FROM t) s`; and a volatile one would differ from itself.
 *
 * Example: `SELECT z + 1 AS z FROM (SELECT x * 2 AS z FROM a) i`
 */
export const fuseMaps: Rewrite = {
  name: 'fuseMaps',
  apply: (relation) => fused(relation),
};

export function fused(relation: Relation): Relation {
  if (relation.op !== 'map') return relation;
  if (isIdentity(relation)) return relation.input;
  const { input } = relation;
  if (input.op === 'map' && mayInline(relation.columns.map((column) => column.value), input.columns.map((column) => column.value))) {
    const values = input.columns.map((column) => column.value);
    return { op: 'map', input: input.input, columns: relation.columns.map(({ name, value }) => ({ name, value: substitute(value, values) })) };
  }
  if (input.op === 'constant' && relation.columns.every(({ value }) => value.op === 'column')) return permutedConstant(relation, input);
  return relation;
}

const isIdentity = (relation: Extract<Relation, { op: 'map' }>): boolean => {
  const columns = relationTypeOf(relation.input).columns;
  return relation.columns.length === columns.length
    && relation.columns.every(({ name, value }, index) => value.op === 'column' && value.index === index && name === columns[index]!.name);
};

/** Each column that is more than a copy or a literal is read at most once, and never where it might not be evaluated and raise. */
export function mayInline(readers: readonly Scalar[], values: readonly Scalar[]): boolean {
  const reads = values.map(() => 0);
  for (const reader of readers) someScalar(reader, (node) => (node.op === 'column' && reads[node.index]!++, false));
  return values.every((value, index) => isCheap(value) || (reads[index]! <= 1 && !isVolatile(value)));
}

const isCheap = (value: Scalar): boolean => value.op === 'column' || value.op === 'literal' || value.op === 'parameter';
export const isVolatile = (value: Scalar): boolean => someScalar(value, (node) => node.op === 'call' && functionById(node.function)?.volatility === 'volatile');

function permutedConstant(relation: Extract<Relation, { op: 'map' }>, input: Extract<Relation, { op: 'constant' }>): Relation {
  const places = relation.columns.map(({ value }) => [...columnsOf(value)][0]!);
  return {
    op: 'constant',
    rows: input.rows.map(({ values, weight }) => ({ values: places.map((place) => values[place]!), weight })),
    type: { columns: relation.columns.map(({ name }, index) => ({ ...input.type.columns[places[index]!]!, name })), keys: input.rows.length <= 1 ? [[]] : [] },
  };
}
