import { exactWords, SqlError } from '../../core/index.ts';
import type { Datum, SqlType } from '../../core/index.ts';
import { evaluateScalar, evaluatorOf, functionById, mapOperands, operandsOf, relationTypeOf } from '../../ir/index.ts';
import type { Environment, JoinEdge, Relation, Scalar } from '../../ir/index.ts';
import { plainColumn } from '../scalar/compile.ts';

/** What is known of the rows that an error keeps from being right: the value of a column, the same in all of them, or undefined. Asked for while the error is at hand. */
export type KnownRow = (column: number) => Datum | undefined;

/** Carries what is known of rows at one place of a dataflow to what is then known at another: nothing where no row there can be concerned. */
export type Carry = (row: KnownRow) => readonly KnownRow[];

/** First `below`, then `above`. */
export const carried = (below: Carry, above: Carry): Carry => (row) => {
  const rows = below(row);
  return rows.length === 1 ? above(rows[0]!) : rows.flatMap(above);
};

/** Ways that one error is carried along at most. Relations that are read in several places, by others that are, multiply them. */
const MOST_WAYS = 256;
/** Any row may be concerned. */
const anyRow: readonly KnownRow[] = [() => undefined];

/** The ways from relations that are read in several places to the output of a dataflow. An error with more than it is worth to follow may concern any row there. */
export class Ways {
  /** how many the error at hand has taken; 0: none is at hand */
  #taken = 0;

  toAll(carries: readonly Carry[]): Carry {
    return (row) => {
      const first = this.#taken === 0;
      try {
        return ++this.#taken > MOST_WAYS ? anyRow : carries.flatMap((carry) => carry(row));
      } finally {
        if (first) this.#taken = 0;
      }
    };
  }
}

/** A scalar's value as far as the known columns decide it: what would raise is not known. */
type KnownScalar = (row: KnownRow) => Datum | undefined;

/** The reading of a scalar that errors want; closures, since errors are few. */
function knownScalar(scalar: Scalar, environment: Environment): KnownScalar {
  switch (scalar.op) {
    case 'column':
      return (row) => row(scalar.index);
    case 'literal':
      return () => scalar.value;
    case 'currentTime':
      return () => undefined;
    case 'and':
    case 'or':
      return knownLogic(scalar.args.map((arg) => knownScalar(arg, environment)), scalar.op === 'or');
    case 'case': {
      const branches = scalar.branches.map(({ when, then }) => ({ when: knownScalar(when, environment), then: knownScalar(then, environment) }));
      const otherwise = knownScalar(scalar.otherwise, environment);
      return (row) => {
        for (const { when, then } of branches) {
          const taken = when(row);
          if (taken === undefined) return undefined;
          if (taken === true) return then(row);
        }
        return otherwise(row);
      };
    }
    case 'coalesce': {
      const args = scalar.args.map((arg) => knownScalar(arg, environment));
      return (row) => {
        for (const arg of args) {
          const value = arg(row);
          if (value !== null) return value;
        }
        return null;
      };
    }
    case 'call': {
      const found = functionById(scalar.function);
      if (found === undefined || found.volatility === 'volatile') return () => undefined;
      const evaluate = evaluatorOf(found, scalar.args);
      return overKnown(scalar, environment, (values) => (found.strict && values.includes(null) ? null : evaluate(...values, environment)));
    }
    default:
      return overKnown(scalar, environment, (values) => {
        let at = 0;
        return evaluateScalar(mapOperands(scalar, (operand) => ({ op: 'literal', value: values[at++]!, type: operand.type })), [], environment);
      });
  }
}

/** Known where all operands are, unless it raises. */
function overKnown(scalar: Scalar, environment: Environment, evaluate: (values: readonly Datum[]) => Datum): KnownScalar {
  const operands = operandsOf(scalar).map((operand) => knownScalar(operand, environment));
  return (row) => {
    const values: Datum[] = [];
    for (const operand of operands) {
      const value = operand(row);
      if (value === undefined) return undefined;
      values.push(value);
    }
    try {
      return evaluate(values);
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      throw error;
    }
  };
}

/** AND and OR are decided by one operand that is `deciding`, whatever the others are. */
const knownLogic = (args: readonly KnownScalar[], deciding: boolean): KnownScalar => (row) => {
  let result: Datum | undefined = !deciding;
  for (const arg of args) {
    const value = arg(row);
    if (value === deciding) return value;
    if (value === undefined) result = undefined;
    else if (value === null && result !== undefined) result = null;
  }
  return result;
};

/** Made when the first error comes: most dataflows see none. */
function knownScalars(scalars: readonly Scalar[], environment: Environment): (index: number) => KnownScalar {
  const made: KnownScalar[] = [];
  return (index) => (made[index] ??= knownScalar(scalars[index]!, environment));
}

export function throughFilter(predicates: readonly Scalar[], environment: Environment): Carry {
  const known = knownScalars(predicates, environment);
  return (row) => {
    for (let i = 0; i < predicates.length; i++) {
      const value = known(i)(row);
      if (value === false || value === null) return [];
    }
    return [row];
  };
}

export function throughMap(columns: readonly Scalar[], environment: Environment): Carry {
  const known = knownScalars(columns, environment);
  return (row) => [(column) => known(column)(row)];
}

/**
 * Only these columns stay known: those by which an operator keeps rows apart. An error concerns every row of its group; of values that are equal without having the same bytes
 * another may be shown, so of such a column nothing is known.
 */
export const throughGroups = (by: readonly { readonly column: number; readonly type: SqlType }[]): Carry => {
  const kept = new Set(by.filter(({ type }) => exactWords(type)).map(({ column }) => column));
  return (row) => [(column) => (kept.has(column) ? row(column) : undefined)];
};

/** From the output of input `input` of a relation to the relation's own. */
export function carryThrough(relation: Relation, input: number, environment: Environment): Carry {
  switch (relation.op) {
    case 'filter':
      return throughFilter(relation.predicates, environment);
    case 'map':
      return throughMap(relation.columns.map(({ value }) => value), environment);
    case 'flatMap': {
      const width = relationTypeOf(relation.input).columns.length;
      return (row) => [(column) => (column < width ? row(column) : undefined)];
    }
    case 'join':
      return throughJoin(relation, input, environment);
    case 'distinct':
    case 'threshold':
      return throughGroups(relationTypeOf(relation).columns.map(({ type }, column) => ({ type, column })));
    case 'topK':
      if (relation.limit === null && relation.offset === 0) return (row) => [row];
      return throughGroups(relation.by.map((column) => ({ column, type: relationTypeOf(relation).columns[column]!.type })));
    case 'reduce': {
      const keys = throughGroups(relation.by.map((scalar, column) => ({ column, type: scalar.type })));
      return carried(throughMap(relation.by, environment), (row) => keys((column) => (column < relation.by.length ? row(column) : undefined)));
    }
    case 'constant':
    case 'get':
    case 'local':
    case 'let':
    case 'union':
    case 'negate':
    // The bounds depend on the clock, and what was raised must be taken back alike at any time.
    case 'temporalFilter':
      return (row) => [row];
  }
}

/**
 * From one input of a join to the joined rows. Of the other inputs the columns are known that a chain of equal keys ties to known ones. An input that hangs by an outer edge may be NULL
 * in the rows concerned, since a row of NULLs stands where the erroneous one should; its keys still say with which rows of its parent it belongs.
 * Where a filter of another input has no such row, no joined row is concerned.
 */
function throughJoin(join: Relation & { op: 'join' }, input: number, environment: Environment): Carry {
  const places = join.inputs.flatMap((each, index) => relationTypeOf(each).columns.map((_, column) => ({ input: index, column })));
  const others = join.inputs.map((other) => admitting(other, environment));
  const edgeOf = (child: number): JoinEdge => join.on[child - 1]!;
  const hangsOn = (child: number, ancestor: number): boolean => child === ancestor || (child > 0 && hangsOn(edgeOf(child).parent, ancestor));
  const maybeNull = (child: number): boolean => child > 0 && edgeOf(child).outer;

  return (row) => {
    /** the value of a column in the rows of `at` that match the erroneous row */
    const tied = (at: number, column: number): Datum | undefined => {
      if (at === input) return row(column);
      const up = !hangsOn(input, at);
      // The neighbour of `at` on the way to `input`, and the edge between them.
      const child = up ? at : join.inputs.findIndex((_, index) => index > 0 && edgeOf(index).parent === at && hangsOn(input, index));
      const edge = edgeOf(child);
      if (up && edge.outer) return undefined;
      for (const { left, right } of edge.keys) {
        const [own, other] = up ? [right, left] : [left, right];
        const from = plainColumn(other);
        if (plainColumn(own) !== column || from === undefined || own.type.oid !== other.type.oid || !exactWords(own.type)) continue;
        const value = tied(up ? edge.parent : child, from);
        // A NULL may be that of a row of NULLs, which ties nothing.
        if (value === undefined || (value === null && child !== input)) continue;
        return value;
      }
      return undefined;
    };
    if (others.some((admits, at) => at !== input && !admits((column) => tied(at, column)))) return [];
    return [(index) => {
      const place = places[index]!;
      return maybeNull(input) && hangsOn(place.input, input) ? undefined : tied(place.input, place.column);
    }];
  };
}

/** False where the relation's own filters say that it has no row of which this is known. */
function admitting(relation: Relation, environment: Environment): (row: KnownRow) => boolean {
  if (relation.op === 'filter') {
    const filter = throughFilter(relation.predicates, environment);
    const below = admitting(relation.input, environment);
    return (row) => filter(row).length > 0 && below(row);
  }
  if (relation.op !== 'map') return () => true;
  const places = relation.columns.map(({ value }) => plainColumn(value));
  const below = admitting(relation.input, environment);
  return (row) => below((column) => {
    const at = places.indexOf(column);
    return at < 0 ? undefined : row(at);
  });
}
