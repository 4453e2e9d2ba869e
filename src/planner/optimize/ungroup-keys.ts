import { Oid, sqlType } from '../../core/index.ts';
import type { Aggregate, Relation, Scalar } from '../../ir/index.ts';
import { castBetween, relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * Groups by a key have one row each, of which min, max, sum and count are expressions: no groups are kept.
 * Without a key there are more rows: `SELECT x, max(y) FROM t GROUP BY x`. And a grouping by nothing has a group even over no rows: `SELECT count(*) FROM t WHERE k = 1`.
 *
 * Example: `SELECT k, max(x) AS x FROM t GROUP BY k`
 */
export const ungroupKeys: Rewrite = {
  name: 'ungroupKeys',
  apply(relation): Relation {
    if (relation.op !== 'reduce' || relation.by.length === 0) return relation;
    const by = new Set(relation.by.flatMap((scalar) => (scalar.op === 'column' ? [scalar.index] : [])));
    if (!relationTypeOf(relation.input).keys.some((key) => key.every((column) => by.has(column)))) return relation;
    const values = relation.aggregates.map(ofOneRow);
    if (values.includes(undefined)) return relation;
    const names = relationTypeOf(relation).columns;
    const columns = [...relation.by, ...values.flatMap((value) => value ?? [])].map((value, index) => ({ name: names[index]!.name, value }));
    return { op: 'map', input: relation.input, columns };
  },
};

const first: ReadonlySet<string> = new Set(['min', 'max', 'bool_and', 'bool_or', 'every', 'bit_and', 'bit_or']);
const bool = sqlType(Oid.bool);

/** The aggregate over just one row; undefined where it is none of those that are simple then. */
function ofOneRow({ function: id, args, filter, type, orNull }: Aggregate): Scalar | undefined {
  const name = id.slice(0, id.indexOf('('));
  const value = orNull === true ? undefined : name === 'count' ? counted(args, type) : first.has(name) ? sameType(args[0]!, type) : name === 'sum' ? summed(args[0]!, type) : undefined;
  if (value === undefined || filter === null) return value;
  return { op: 'case', branches: [{ when: filter, then: value }], otherwise: { op: 'literal', value: name === 'count' ? 0 : null, type }, type };
}

function counted(args: readonly Scalar[], type: Aggregate['type']): Scalar | undefined {
  const [one, none] = [1, 0].map((value): Scalar => ({ op: 'literal', value, type }));
  if (args.length === 0) return one;
  return args.length === 1 ? { op: 'case', branches: [{ when: { op: 'isNull', arg: args[0]!, type: bool }, then: none! }], otherwise: one!, type } : undefined;
}

const sameType = (arg: Scalar, type: Aggregate['type']): Scalar | undefined => (arg.type.oid === type.oid ? arg : undefined);

/** A sum of integers or numerics; one of floats may write -0 as 0. */
function summed(arg: Scalar, type: Aggregate['type']): Scalar | undefined {
  if (arg.type.oid === Oid.numeric) return sameType(arg, type);
  const wider = (arg.type.oid === Oid.int2 || arg.type.oid === Oid.int4) && type.oid === Oid.int8 || arg.type.oid === Oid.int8 && type.oid === Oid.numeric;
  const cast = wider ? castBetween(arg.type.oid, type.oid) : undefined;
  return cast && cast.function !== 'binary' ? { op: 'call', function: cast.function, args: [arg], type } : undefined;
}
