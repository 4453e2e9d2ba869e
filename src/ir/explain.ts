import type { Datum } from '../core/index.ts';
import { Oid, codecOf, defaultTextSettings, findType } from '../core/index.ts';
import { functionById } from './functions/index.ts';
import type { Query, Relation, SortKey } from './relation.ts';
import type { Scalar } from './scalar.ts';
import { inputsOf } from './visit.ts';

/** What a relation id is called; ids stand for themselves where nobody knows. */
export type NameOf = (id: string) => string;
const sameName: NameOf = (id) => id;

/** A query as text, as EXPLAIN shows it: what is done when it is read, then its relation. */
export function explainQuery(query: Query, nameOf: NameOf = sameName): string {
  const finish = [
    ...(query.order.length > 0 ? [`order=[${sortText(query.order)}]`] : []),
    ...(query.limit === null ? [] : [`limit=${explainScalar(query.limit)}`]),
    ...(query.offset === null ? [] : [`offset=${explainScalar(query.offset)}`]),
  ];
  return finish.length === 0 ? explainRelation(query.relation, nameOf) : `Finish ${finish.join(' ')}\n${explainRelation(query.relation, nameOf, 1)}`;
}

/** A relation as text, one operator a line, inputs indented below it. Columns are `#n`. */
export function explainRelation(relation: Relation, nameOf: NameOf = sameName, depth = 0): string {
  const line = `${'  '.repeat(depth)}${headline(relation, nameOf)}`;
  if (relation.op === 'let') {
    return `${line}\n${explainRelation(relation.value, nameOf, depth + 1)}\n${'  '.repeat(depth)}In\n${explainRelation(relation.body, nameOf, depth + 1)}`;
  }
  return [line, ...inputsOf(relation).map((input) => explainRelation(input, nameOf, depth + 1))].join('\n');
}

function headline(relation: Relation, nameOf: NameOf): string {
  switch (relation.op) {
    case 'constant':
      return `Constant${relation.rows.map(({ values, weight }) => ` (${values.map((value, index) => literal(value, relation.type.columns[index]!.type.oid)).join(', ')})${weight === 1 ? '' : ` x ${weight}`}`).join('')}`;
    case 'get':
      return relation.lookup === undefined ? `Get ${nameOf(relation.id)}` : `Lookup ${nameOf(relation.id)} on ${relation.lookup.index}`;
    case 'local':
      return `Get ${relation.name}`;
    case 'let':
      return `Let ${relation.name}`;
    case 'filter':
      return `Filter ${relation.predicates.map(explainScalar).join(' AND ')}`;
    case 'map':
      return `Map (${relation.columns.map(({ value }) => explainScalar(value)).join(', ')})`;
    case 'flatMap':
      return `FlatMap ${nameOfFunction(relation.function)}(${relation.args.map(explainScalar).join(', ')})${relation.ordinality ? ' with ordinality' : ''}${relation.outer ? ' outer' : ''}${relation.orNull === true ? ' or null' : ''}`;
    case 'join':
      return `Join${relation.on.map((edge, index) => ` [${edge.outer ? 'left ' : ''}${edge.parent}-${index + 1}${edge.keys.length === 0 ? ' cross' : `: ${edge.keys.map((key) => `${explainScalar(key.left)} ${key.nullSafe ? 'is' : '='} ${explainScalar(key.right)}`).join(', ')}`}]`).join('')}`;
    case 'reduce':
      return `Reduce by=[${relation.by.map(explainScalar).join(', ')}] aggregates=[${relation.aggregates.map((aggregate) => {
        const args = aggregate.function.endsWith('(*)') ? '*' : aggregate.args.map(explainScalar).join(', ');
        const order = aggregate.order.length === 0 ? '' : ` order by ${aggregate.order.map((key) => `${key.column + 1}${key.descending ? ' desc' : ''}`).join(', ')}`;
        return `${nameOfFunction(aggregate.function)}(${aggregate.distinct ? 'distinct ' : ''}${args}${order})${aggregate.filter === null ? '' : ` filter ${explainScalar(aggregate.filter)}`}${aggregate.orNull === true ? ' or null' : ''}`;
      }).join(', ')}]`;
    case 'distinct':
      return 'Distinct';
    case 'topK':
      return `TopK by=[${relation.by.map((column) => `#${column}`).join(', ')}] order=[${sortText(relation.order)}]${relation.limit === null ? '' : ` limit=${relation.limit}`}${relation.offset === 0 ? '' : ` offset=${relation.offset}`}${relation.withTies ? ' with ties' : ''}`;
    case 'union':
      return 'Union';
    case 'negate':
      return 'Negate';
    case 'threshold':
      return 'Threshold';
    case 'temporalFilter':
      return `TemporalFilter ${relation.intervals.map(({ when, bounds }) => [...when.map(explainScalar), ...bounds.map((bound) => `now ${bound.comparison} ${explainScalar(bound.value)}`)].join(' AND ')).join(' OR ')}`;
  }
}

const sortText = (order: readonly SortKey[]): string =>
  order.map((key) => `#${key.column} ${key.descending ? 'desc' : 'asc'} nulls ${key.nullsFirst ? 'first' : 'last'}`).join(', ');

const nameOfFunction = (id: string): string => id.slice(0, id.indexOf('('));

/** A scalar as text: columns are `#n`, functions go by the names of pg_proc. */
export function explainScalar(scalar: Scalar): string {
  const list = (scalars: readonly Scalar[]): string => scalars.map(explainScalar).join(', ');
  switch (scalar.op) {
    case 'column':
      return `#${scalar.index}`;
    case 'literal':
      return literal(scalar.value, scalar.type.oid);
    case 'parameter':
      return `$${scalar.index}`;
    case 'currentTime':
      return 'now()';
    case 'call':
      return `${functionById(scalar.function)?.name ?? scalar.function}(${list(scalar.args)})`;
    case 'and':
    case 'or':
      return `(${scalar.args.map(explainScalar).join(` ${scalar.op.toUpperCase()} `)})`;
    case 'not':
      return `NOT ${explainScalar(scalar.arg)}`;
    case 'isNull':
      return `${explainScalar(scalar.arg)} IS NULL`;
    case 'isTrue':
      return `${explainScalar(scalar.arg)} IS TRUE`;
    case 'isFalse':
      return `${explainScalar(scalar.arg)} IS FALSE`;
    case 'same':
      return `(${explainScalar(scalar.left)} IS NOT DISTINCT FROM ${explainScalar(scalar.right)})`;
    case 'case':
      return `CASE ${scalar.branches.map((branch) => `WHEN ${explainScalar(branch.when)} THEN ${explainScalar(branch.then)}`).join(' ')} ELSE ${explainScalar(scalar.otherwise)} END`;
    case 'coalesce':
    case 'greatest':
    case 'least':
      return `${scalar.op}(${list(scalar.args)})`;
    case 'nullIf':
      return `nullif(${explainScalar(scalar.left)}, ${explainScalar(scalar.right)})`;
    case 'array':
      return `ARRAY[${list(scalar.elements)}]`;
    case 'row':
      return `ROW(${list(scalar.fields)})`;
    case 'field':
      return `${explainScalar(scalar.arg)}.${scalar.index + 1}`;
    case 'subscript': {
      const bound = (value: Scalar | null | undefined): string => (value == null ? '' : explainScalar(value));
      return `${explainScalar(scalar.arg)}${scalar.lower.map((lower, index) => `[${bound(lower)}${scalar.upper === undefined ? '' : `:${bound(scalar.upper[index])}`}]`).join('')}`;
    }
    case 'anyOf':
    case 'allOf':
      return `${functionById(scalar.function)?.name ?? scalar.function}(${explainScalar(scalar.left)}, ${scalar.op === 'anyOf' ? 'any' : 'all'} ${explainScalar(scalar.array)})`;
    case 'coerceTypmod':
    case 'fromText':
    case 'relabel':
      return `${explainScalar(scalar.arg)}::${typeText(scalar.type.oid)}`;
    case 'toText':
      return `${explainScalar(scalar.arg)}::text`;
    case 'orNull':
      return `${explainScalar(scalar.arg)} OR NULL`;
    case 'raise':
      return `raise(${scalar.code})`;
  }
}

const typeText = (oid: number): string => findType(oid)?.sqlName ?? String(oid);
const bare = new Set<number>([Oid.int2, Oid.int4, Oid.int8, Oid.oid, Oid.float4, Oid.float8, Oid.numeric]);

function literal(value: Datum, oid: number): string {
  if (value === null) return 'NULL';
  if (typeof value === 'boolean') return String(value);
  if (oid === Oid.record || typeof value === 'object' && 'kind' in value && value.kind === 'record') return 'ROW(...)';
  const text = codecOf(oid).print(value, defaultTextSettings);
  return bare.has(oid) ? text : `'${text.replaceAll("'", "''")}'`;
}
