import type { GroupingFunc, Node } from '@pgsql/types';
import { Oid, notSupported, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import type { Expr } from './typed.ts';
import { forEachColumn } from './walk.ts';

/** Keys of one grouping, as places in the list of all keys. */
export type KeySet = readonly number[];

const MAX_SETS = 4096;
const MAX_CUBE = 12;

/**
 * The groupings a GROUP BY clause asks for: its elements' sets, each combined with each (transformGroupClause, expand_grouping_sets).
 * `keys` takes an expression, or a row of them, into the list of keys.
 */
export function groupingSets(planning: Planning, clause: readonly Node[], distinct: boolean, keys: (node: Node) => KeySet): readonly KeySet[] {
  let sets: readonly KeySet[] = [[]];
  for (const node of clause) {
    const own = setsOf(planning, node, keys);
    if (sets.length * own.length > MAX_SETS) throw planning.error('54001', `too many grouping sets present (maximum ${MAX_SETS})`, undefined);
    sets = sets.flatMap((left) => own.map((right) => union(left, right)));
  }
  if (!distinct) return sets;
  return sets.filter((set, at) => sets.findIndex((other) => sameSet(other, set)) === at);
}

function setsOf(planning: Planning, node: Node, keys: (node: Node) => KeySet): readonly KeySet[] {
  if (!('GroupingSet' in node)) return [keys(node)];
  const { kind, content = [], location } = node.GroupingSet;
  switch (kind) {
    case 'GROUPING_SET_ROLLUP': {
      const parts = content.map(keys);
      return [...parts.map((_, index) => parts.slice(0, parts.length - index)), []].map((prefix) => prefix.reduce(union, []));
    }
    case 'GROUPING_SET_CUBE': {
      if (content.length > MAX_CUBE) throw planning.error('54011', `CUBE is limited to ${MAX_CUBE} elements`, planning.at(location));
      return content.map(keys).reduce<readonly KeySet[]>((sets, part) => [...sets.map((set) => union(set, part)), ...sets], [[]]);
    }
    case 'GROUPING_SET_SETS':
      return content.flatMap((inner) => setsOf(planning, inner, keys));
    default:
      return [[]];
  }
}

const union = (left: KeySet, right: KeySet): KeySet => [...new Set([...left, ...right])];
const sameSet = (left: KeySet, right: KeySet): boolean => left.length === right.length && left.every((key) => right.includes(key));

/** `GROUPING(a, b)`: stands for itself until the groups are known. */
export function groupingFunction(level: Level, node: GroupingFunc): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  const args = (node.args ?? []).map((arg) => resolveExpression({ ...level, functions: null }, arg));
  if (level.inAggregate) throw planning.error('42803', 'aggregate function calls cannot be nested', position);
  if (level.aggregates === null) throw planning.error('42803', `grouping operations are not allowed in ${level.clause}`, position);
  if (args.length > 31) throw planning.error('54023', 'GROUPING must have fewer than 32 arguments', position);
  const own = new Set(level.scope.items.flatMap((item) => item.columns.map((column) => column.id)));
  for (const arg of args) {
    forEachColumn(arg, (id) => {
      if (!own.has(id)) throw notSupported('GROUPING of an outer query inside a subquery', 'Compute it in the outer query.', position);
    });
  }
  return { op: 'grouping', args, type: sqlType(Oid.int4), position };
}
