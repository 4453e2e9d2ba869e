import { assertNever, typeInfo } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Aggregate, Lookup, Relation, RelationId, Scalar, TemporalInterval } from '../../ir/index.ts';

/** Names a relation as the reader of a plan knows it. */
export type NameRelation = (id: RelationId) => string;

/** A relation as an indented tree, one operator a line, inputs below. Columns are `#index` of the operator's input. */
export function explainRelation(relation: Relation, nameOf: NameRelation): string {
  return lines(relation, nameOf).join('\n');
}

const indent = (inner: readonly string[]): string[] => inner.map((line) => `  ${line}`);
const below = (head: string, nameOf: NameRelation, ...inputs: readonly Relation[]): string[] => [head, ...inputs.flatMap((input) => indent(lines(input, nameOf)))];
const intervalText = ({ when, bounds }: TemporalInterval): string => [...when.map(scalarText), ...bounds.map(({ comparison, value }) => `t ${comparison} ${scalarText(value)}`)].join(' AND ');
const list = (scalars: readonly Scalar[]): string => scalars.map(scalarText).join(', ');

function lines(relation: Relation, nameOf: NameRelation): string[] {
  switch (relation.op) {
    case 'constant': return [`Constant (${relation.rows.length} ${relation.rows.length === 1 ? 'row' : 'rows'})`];
    case 'get': return [relation.lookup === undefined ? `Get ${nameOf(relation.id)}` : `Lookup ${nameOf(relation.id)} on ${relation.lookup.index} (${lookupText(relation.lookup)})`];
    case 'local': return [`Local ${relation.name}`];
    case 'let': return [`Let ${relation.name} =`, ...indent(lines(relation.value, nameOf)), 'In', ...indent(lines(relation.body, nameOf))];
    case 'filter': return below(`Filter ${relation.predicates.map(scalarText).join(' AND ')}`, nameOf, relation.input);
    case 'map': return below(`Map ${relation.columns.map(({ name, value }) => `${name} = ${scalarText(value)}`).join(', ')}`, nameOf, relation.input);
    case 'flatMap': return below(`FlatMap${relation.outer ? ' outer' : ''} ${relation.function}(${list(relation.args)})${relation.ordinality ? ' with ordinality' : ''}`, nameOf, relation.input);
    case 'join': return below(`Join${relation.on.map(edgeText).join('')}`, nameOf, ...relation.inputs);
    case 'reduce': return below(`Reduce by (${list(relation.by)})${relation.aggregates.length > 0 ? ` aggregates (${relation.aggregates.map(aggregateText).join(', ')})` : ''}`, nameOf, relation.input);
    case 'distinct': return below('Distinct', nameOf, relation.input);
    case 'topK': return below(topKText(relation), nameOf, relation.input);
    case 'union': return below('Union', nameOf, ...relation.inputs);
    case 'negate': return below('Negate', nameOf, relation.input);
    case 'threshold': return below('Threshold', nameOf, relation.input);
    case 'temporalFilter': return below(`TemporalFilter ${relation.intervals.map(intervalText).join(' OR ')}`, nameOf, relation.input);
    default: return assertNever(relation);
  }
}

const lookupText = (lookup: Lookup): string => lookup.columns.map((column, i) => {
  const keys = lookup.keys[i]!.map((key) => `${key.elements ? 'any ' : ''}${scalarText(key.value)}`);
  return keys.length === 1 && !lookup.keys[i]![0]!.elements ? `#${column} = ${keys[0]}` : `#${column} in (${keys.join(', ')})`;
}).join(', ');

function edgeText(edge: Extract<Relation, { op: 'join' }>['on'][number], index: number): string {
  const keys = edge.keys.map(({ left, right, nullSafe }) => `${scalarText(left)} ${nullSafe ? 'IS NOT DISTINCT FROM' : '='} ${scalarText(right)}`);
  return ` [${edge.outer ? 'left ' : ''}${edge.parent} ⋈ ${index + 1}${keys.length === 0 ? '' : ` on ${keys.join(' AND ')}`}]`;
}

function topKText(relation: Extract<Relation, { op: 'topK' }>): string {
  const order = relation.order.map(({ column, descending, nullsFirst }) => `#${column}${descending ? ' desc' : ''}${nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last'}`);
  const parts = [
    relation.by.length > 0 ? `by (${relation.by.map((column) => `#${column}`).join(', ')})` : '', order.length > 0 ? `order (${order.join(', ')})` : '',
    relation.limit === null ? '' : `limit ${relation.limit}${relation.withTies ? ' with ties' : ''}`, relation.offset > 0 ? `offset ${relation.offset}` : '',
  ];
  return ['TopK', ...parts.filter((part) => part !== '')].join(' ');
}

const functionName = (id: string): string => id.replace(/\(.*$/, '');

function aggregateText(aggregate: Aggregate): string {
  const distinct = aggregate.distinct ? 'DISTINCT ' : '';
  return `${functionName(aggregate.function)}(${distinct}${list(aggregate.args)})${aggregate.filter === null ? '' : ` FILTER (${scalarText(aggregate.filter)})`}`;
}

export function scalarText(scalar: Scalar): string {
  switch (scalar.op) {
    case 'column': return `#${scalar.index}`;
    case 'literal': return literalText(scalar.value, scalar.type.oid);
    case 'parameter': return `$${scalar.index}`;
    case 'currentTime': return 't';
    case 'call': return `${functionName(scalar.function)}(${list(scalar.args)})`;
    case 'and': case 'or': return `(${scalar.args.map(scalarText).join(scalar.op === 'and' ? ' AND ' : ' OR ')})`;
    case 'not': return `NOT ${scalarText(scalar.arg)}`;
    case 'isNull': return `${scalarText(scalar.arg)} IS NULL`;
    case 'isTrue': return `${scalarText(scalar.arg)} IS TRUE`;
    case 'isFalse': return `${scalarText(scalar.arg)} IS FALSE`;
    case 'same': return `${scalarText(scalar.left)} IS NOT DISTINCT FROM ${scalarText(scalar.right)}`;
    case 'case': return `CASE ${scalar.branches.map(({ when, then }) => `WHEN ${scalarText(when)} THEN ${scalarText(then)}`).join(' ')} ELSE ${scalarText(scalar.otherwise)} END`;
    case 'coalesce': case 'greatest': case 'least': return `${scalar.op}(${list(scalar.args)})`;
    case 'nullIf': return `nullif(${scalarText(scalar.left)}, ${scalarText(scalar.right)})`;
    case 'array': return `ARRAY[${list(scalar.elements)}]`;
    case 'row': return `ROW(${list(scalar.fields)})`;
    case 'field': return `${scalarText(scalar.arg)}.${scalar.index}`;
    case 'subscript': return `${scalarText(scalar.arg)}[${scalar.lower.map((bound) => (bound === null ? '' : scalarText(bound))).join('][')}]`;
    case 'anyOf': return `${scalarText(scalar.left)} ${functionName(scalar.function)} ANY (${scalarText(scalar.array)})`;
    case 'allOf': return `${scalarText(scalar.left)} ${functionName(scalar.function)} ALL (${scalarText(scalar.array)})`;
    case 'coerceTypmod': case 'fromText': case 'relabel': return `${scalarText(scalar.arg)}::${typeInfo(scalar.type.oid).name}`;
    case 'toText': return `${scalarText(scalar.arg)}::text`;
    case 'orNull': return `${scalarText(scalar.arg)} OR NULL`;
    case 'raise': return `raise ${scalar.code}`;
    default: return assertNever(scalar);
  }
}

function literalText(value: Datum, type: number): string {
  if (value === null) return `null::${typeInfo(type).name}`;
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  if (value.kind === 'numeric') return value.special ?? decimalText(value.coefficient, value.scale);
  return `<${typeInfo(type).name}>`;
}

function decimalText(coefficient: bigint, scale: number): string {
  const digits = (coefficient < 0n ? -coefficient : coefficient).toString().padStart(scale + 1, '0');
  return `${coefficient < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale > 0 ? `.${digits.slice(-scale)}` : ''}`;
}
