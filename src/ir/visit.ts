import type { Datum } from '../core/index.ts';
import type { Aggregate } from './aggregate.ts';
import type { Lookup, Query, Relation } from './relation.ts';
import type { Scalar } from './scalar.ts';

/** The same scalar over changed operands. */
export function mapOperands(scalar: Scalar, map: (operand: Scalar) => Scalar): Scalar {
  const all = (list: readonly Scalar[]): readonly Scalar[] => list.map(map);
  const optional = (list: readonly (Scalar | null)[]): readonly (Scalar | null)[] => list.map((operand) => operand && map(operand));
  switch (scalar.op) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'currentTime':
    case 'raise':
      return scalar;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
      return { ...scalar, args: all(scalar.args) };
    case 'not':
    case 'isNull':
    case 'isTrue':
    case 'isFalse':
    case 'coerceTypmod':
    case 'fromText':
    case 'toText':
    case 'relabel':
    case 'field':
    case 'orNull':
      return { ...scalar, arg: map(scalar.arg) };
    case 'same':
    case 'nullIf':
      return { ...scalar, left: map(scalar.left), right: map(scalar.right) };
    case 'anyOf':
    case 'allOf':
      return { ...scalar, left: map(scalar.left), array: map(scalar.array) };
    case 'case':
      return { ...scalar, branches: scalar.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })), otherwise: map(scalar.otherwise) };
    case 'array':
      return { ...scalar, elements: all(scalar.elements) };
    case 'row':
      return { ...scalar, fields: all(scalar.fields) };
    case 'subscript':
      return { ...scalar, arg: map(scalar.arg), lower: optional(scalar.lower), ...(scalar.upper && { upper: optional(scalar.upper) }) };
  }
}

/** The direct operands of a scalar. */
export function operandsOf(scalar: Scalar): readonly Scalar[] {
  const operands: Scalar[] = [];
  mapOperands(scalar, (operand) => (operands.push(operand), operand));
  return operands;
}

/** Rewrites a scalar from its leaves up. */
export const mapScalar = (scalar: Scalar, map: (node: Scalar) => Scalar): Scalar => map(mapOperands(scalar, (operand) => mapScalar(operand, map)));

/** Whether `test` holds for the scalar or anything in it. */
export const someScalar = (scalar: Scalar, test: (node: Scalar) => boolean): boolean => test(scalar) || operandsOf(scalar).some((operand) => someScalar(operand, test));

/** The columns a scalar reads. */
export function columnsOf(scalar: Scalar): ReadonlySet<number> {
  const found = new Set<number>();
  someScalar(scalar, (node) => (node.op === 'column' && found.add(node.index), false));
  return found;
}

/** The scalar over renumbered columns. */
export const renumber = (scalar: Scalar, to: (index: number) => number): Scalar =>
  mapScalar(scalar, (node) => (node.op === 'column' ? { ...node, index: to(node.index) } : node));

/** The scalar with each column replaced by what it is computed as. */
export const substitute = (scalar: Scalar, values: readonly Scalar[]): Scalar =>
  mapScalar(scalar, (node) => (node.op === 'column' ? values[node.index]! : node));

export function mapAggregate(aggregate: Aggregate, map: (scalar: Scalar) => Scalar): Aggregate {
  return { ...aggregate, args: aggregate.args.map(map), filter: aggregate.filter && map(aggregate.filter) };
}

/** The same relation over changed inputs; the identical object when none changed. */
export function mapInputs(relation: Relation, map: (input: Relation) => Relation): Relation {
  switch (relation.op) {
    case 'constant':
    case 'get':
    case 'local':
      return relation;
    case 'let': {
      const value = map(relation.value);
      const body = map(relation.body);
      return value === relation.value && body === relation.body ? relation : { ...relation, value, body };
    }
    case 'join':
    case 'union': {
      const inputs = relation.inputs.map(map);
      return inputs.every((input, index) => input === relation.inputs[index]) ? relation : { ...relation, inputs };
    }
    case 'filter':
    case 'map':
    case 'flatMap':
    case 'reduce':
    case 'distinct':
    case 'topK':
    case 'negate':
    case 'threshold':
    case 'temporalFilter': {
      const input = map(relation.input);
      return input === relation.input ? relation : { ...relation, input };
    }
  }
}

/** The relations a relation is directly made of. */
export function inputsOf(relation: Relation): readonly Relation[] {
  const inputs: Relation[] = [];
  mapInputs(relation, (input) => (inputs.push(input), input));
  return inputs;
}

/** Whether `test` holds for the relation or anything below it. */
export const someRelation = (relation: Relation, test: (node: Relation) => boolean): boolean =>
  test(relation) || inputsOf(relation).some((input) => someRelation(input, test));

/** The same relation with its own scalars (not those of its inputs) changed. */
export function mapOwnScalars(relation: Relation, map: (scalar: Scalar) => Scalar): Relation {
  switch (relation.op) {
    case 'filter':
      return { ...relation, predicates: relation.predicates.map(map) };
    case 'map':
      return { ...relation, columns: relation.columns.map((column) => ({ ...column, value: map(column.value) })) };
    case 'flatMap':
      return { ...relation, args: relation.args.map(map) };
    case 'join':
      return { ...relation, on: relation.on.map((edge) => ({ ...edge, keys: edge.keys.map((key) => ({ ...key, left: map(key.left), right: map(key.right) })) })) };
    case 'reduce':
      return { ...relation, by: relation.by.map(map), aggregates: relation.aggregates.map((aggregate) => mapAggregate(aggregate, map)) };
    case 'temporalFilter':
      return {
        ...relation,
        intervals: relation.intervals.map(({ when, bounds }) => ({ when: when.map(map), bounds: bounds.map((bound) => ({ ...bound, value: map(bound.value) })) })),
      };
    case 'get':
      return relation.lookup === undefined ? relation : { ...relation, lookup: mapLookup(relation.lookup, map) };
    case 'constant':
    case 'local':
    case 'let':
    case 'distinct':
    case 'topK':
    case 'union':
    case 'negate':
    case 'threshold':
      return relation;
  }
}

const mapLookup = (lookup: Lookup, map: (scalar: Scalar) => Scalar): Lookup =>
  ({ ...lookup, keys: lookup.keys.map((column) => column.map((key) => ({ ...key, value: map(key.value) }))) });

/** Every scalar of a relation and all below it, rewritten whole by `map`. */
export const mapScalars = (relation: Relation, map: (scalar: Scalar) => Scalar): Relation =>
  mapOwnScalars(mapInputs(relation, (input) => mapScalars(input, map)), map);

/** The query with every scalar rewritten. */
export const mapQueryScalars = (query: Query, map: (scalar: Scalar) => Scalar): Query =>
  ({ ...query, relation: mapScalars(query.relation, map), limit: query.limit && map(query.limit), offset: query.offset && map(query.offset) });

/** The query with `$1` as `datums[0]` and so on. */
export function bindParameters(query: Query, datums: readonly Datum[]): Query {
  return mapQueryScalars(query, (scalar) => bindScalar(scalar, datums));
}

export const bindScalar = (scalar: Scalar, datums: readonly Datum[]): Scalar =>
  mapScalar(scalar, (node) => (node.op === 'parameter' ? { op: 'literal', value: datums[node.index - 1] ?? null, type: node.type } : node));
