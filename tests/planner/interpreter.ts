import type { Datum } from '../../src/core/index.ts';
import { codecOf, defaultTextSettings as settings, numericAdd, numericCompare, numericDiv, numericFromInteger, numericToBigint, normalLong, Oid, POSTGRES_EPOCH_MS, SqlError } from '../../src/core/index.ts';
import type { Aggregate, Environment, Query, Relation, Scalar, SortKey, TemporalBound } from '../../src/ir/index.ts';
import { arrayOf, evaluateScalar, relationTypeOf, tableFunctionById } from '../../src/ir/index.ts';

type Row = readonly Datum[];
interface Weighted {
  readonly row: Row;
  readonly weight: number;
}

/**
 * The plainest reading of the IR: bags of rows, nested loops. Slow and obvious, it says what a plan means, so that plans can be compared with Postgres
 * without an engine. Only the aggregates that the tests use.
 */
export class Interpreter {
  readonly #environment: Environment;
  readonly #stored: ReadonlyMap<string, readonly Row[]>;
  readonly #timeMs: number | undefined;

  /** `timeMs`: the logical time, for temporal filters */
  constructor(environment: Environment, stored: ReadonlyMap<string, readonly Row[]>, timeMs?: number) {
    this.#environment = environment;
    this.#stored = stored;
    this.#timeMs = timeMs;
  }

  /** The answer of a query: its visible columns, in its order. */
  answer(query: Query): readonly Row[] {
    const rows = this.run(query.relation, new Map()).flatMap(({ row, weight }) => {
      if (weight < 0) throw new Error('a negative weight in an answer');
      return Array.from({ length: weight }, () => row);
    });
    const types = relationTypeOf(query.relation).columns.map((column) => column.type.oid);
    const sorted = query.order.length === 0 ? rows : [...rows].sort((a, b) => compareBy(query.order, types, a, b));
    const count = (scalar: Scalar | null): number | undefined => (scalar === null ? undefined : Number(this.#value(scalar, []) ?? Number.MAX_SAFE_INTEGER));
    const from = count(query.offset) ?? 0;
    const limit = count(query.limit);
    return sorted.slice(from, limit === undefined ? undefined : from + limit).map((row) => row.slice(0, query.columns.length));
  }

  #value(scalar: Scalar, row: Row): Datum {
    return evaluateScalar(scalar, row, this.#environment);
  }

  run(relation: Relation, locals: ReadonlyMap<string, readonly Weighted[]>): readonly Weighted[] {
    const input = (inner: Relation): readonly Weighted[] => this.run(inner, locals);
    switch (relation.op) {
      case 'constant':
        return relation.rows.map(({ values, weight }) => ({ row: values, weight }));
      case 'get':
        return (this.#stored.get(relation.id) ?? []).map((row) => ({ row, weight: 1 }));
      case 'local':
        return locals.get(relation.name)!;
      case 'let':
        return this.run(relation.body, new Map([...locals, [relation.name, input(relation.value)]]));
      case 'filter':
        return input(relation.input).filter(({ row }) => relation.predicates.every((predicate) => this.#value(predicate, row) === true));
      case 'map':
        return input(relation.input).map(({ row, weight }) => ({ weight, row: relation.columns.map(({ value }) => this.#value(value, row)) }));
      case 'flatMap':
        return input(relation.input).flatMap((weighted) => this.#expand(relation, weighted));
      case 'join':
        return this.#join(relation, locals);
      case 'reduce':
        return this.#reduce(relation, input(relation.input));
      case 'distinct':
        return consolidate(relation.input, input(relation.input)).filter(({ weight }) => weight > 0).map(({ row }) => ({ row, weight: 1 }));
      case 'topK':
        return this.#topK(relation, input(relation.input));
      case 'union':
        return relation.inputs.flatMap(input);
      case 'negate':
        return input(relation.input).map(({ row, weight }) => ({ row, weight: -weight }));
      case 'threshold':
        return consolidate(relation.input, input(relation.input)).filter(({ weight }) => weight > 0);
      case 'temporalFilter':
        return input(relation.input).filter(({ row }) => relation.intervals.some(({ when, bounds }) =>
          when.every((condition) => this.#value(condition, row) === true) && bounds.every(({ comparison, value }) => this.#isWithin(comparison, this.#value(value, row), value.type.oid))));
    }
  }

  #isWithin(comparison: TemporalBound['comparison'], bound: Datum, oid: number): boolean {
    if (this.#timeMs === undefined) throw new Error('a temporal filter in a one-shot query');
    if (bound === null) return false;
    const isTimestamp = oid === Oid.timestamp || oid === Oid.timestamptz;
    if (!isTimestamp && oid !== Oid.numeric) throw new Error(`a temporal bound of type ${oid}`);
    const sign = isTimestamp ? Math.sign(this.#timeMs - (Math.floor(Number(bound) / 1000) + POSTGRES_EPOCH_MS)) : numericCompare(numericFromInteger(this.#timeMs), bound as never);
    switch (comparison) {
      case '<':
        return sign < 0;
      case '<=':
        return sign <= 0;
      case '=':
        return sign === 0;
      case '>=':
        return sign >= 0;
      case '>':
        return sign > 0;
    }
  }

  #expand(relation: Extract<Relation, { op: 'flatMap' }>, { row, weight }: Weighted): readonly Weighted[] {
    const made = tableFunctionById(relation.function)!;
    const args = relation.args.map((arg) => this.#value(arg, row));
    const missing = Array.from({ length: relation.produces.columns.length }, () => null);
    const call = (): readonly Row[] => [...made.evaluate(...args, this.#environment)];
    const rows = made.strict && args.includes(null) ? [] : relation.orNull ? unlessRaised(call) : call();
    if (rows === undefined) return [{ weight, row: [...row, ...missing, ...(relation.ordinality ? [null] : [])] }];
    const added = rows.map((produced, index) => [...produced, ...(relation.ordinality ? [index + 1] : [])]);
    const width = relation.produces.columns.length + (relation.ordinality ? 1 : 0);
    const all = added.length === 0 && relation.outer ? [Array.from({ length: width }, () => null)] : added;
    return all.map((produced) => ({ weight, row: [...row, ...produced] }));
  }

  #join(relation: Extract<Relation, { op: 'join' }>, locals: ReadonlyMap<string, readonly Weighted[]>): readonly Weighted[] {
    const widths = relation.inputs.map((input) => relationTypeOf(input).columns.length);
    const offset = (index: number): number => widths.slice(0, index).reduce((sum, width) => sum + width, 0);
    const nulls = (width: number): Row => Array.from({ length: width }, () => null);
    // a row that is missing has no match, not even one of NULLs
    let rows = this.run(relation.inputs[0]!, locals).map((driver) => ({ ...driver, missing: new Set<number>() }));
    for (const [index, edge] of relation.on.entries()) {
      const right = this.run(relation.inputs[index + 1]!, locals);
      const start = offset(edge.parent);
      rows = rows.flatMap(({ row, weight, missing }) => {
        const parent = row.slice(start, start + widths[edge.parent]!);
        const matches = missing.has(edge.parent) ? [] : right.filter((candidate) => edge.keys.every((key) => {
          const [a, b] = [this.#value(key.left, parent), this.#value(key.right, candidate.row)];
          if (a === null || b === null) return key.nullSafe && a === b;
          return codecOf(key.left.type.oid).compare(a, b) === 0;
        }));
        if (matches.length === 0 && edge.outer) return [{ weight, row: [...row, ...nulls(widths[index + 1]!)], missing: new Set([...missing, index + 1]) }];
        return matches.map((match) => ({ weight: weight * match.weight, row: [...row, ...match.row], missing }));
      });
    }
    return rows;
  }

  #reduce(relation: Extract<Relation, { op: 'reduce' }>, rows: readonly Weighted[]): readonly Weighted[] {
    const groups = new Map<string, { readonly key: Row; readonly rows: Weighted[] }>();
    if (relation.by.length === 0) groups.set('[]', { key: [], rows: [] });
    for (const weighted of rows) {
      const key = relation.by.map((scalar) => this.#value(scalar, weighted.row));
      const text = keyText(key, relation.by.map((scalar) => scalar.type.oid));
      const group = groups.get(text) ?? { key, rows: [] };
      group.rows.push(weighted);
      groups.set(text, group);
    }
    return [...groups.values()].map((group) => ({ weight: 1, row: [...group.key, ...relation.aggregates.map((aggregate) => (aggregate.orNull ? unlessRaised(() => this.#aggregate(aggregate, group.rows)) ?? null : this.#aggregate(aggregate, group.rows)))] }));
  }

  #aggregate(aggregate: Aggregate, rows: readonly Weighted[]): Datum {
    const kept = rows.filter(({ row }) => aggregate.filter === null || this.#value(aggregate.filter, row) === true);
    let values = kept.flatMap(({ row, weight }) => Array.from({ length: weight }, () => aggregate.args.map((arg) => this.#value(arg, row))));
    const types = aggregate.args.map((arg) => arg.type.oid);
    if (aggregate.distinct) values = [...new Map(values.map((value) => [keyText(value, types), value])).values()];
    if (aggregate.order.length > 0) values.sort((a, b) => compareBy(aggregate.order, types, a, b));
    const first = values.map((value) => value[0] ?? null).filter((value) => value !== null);
    const compare = (a: Datum, b: Datum): number => codecOf(types[0]!).compare(a, b);
    switch (aggregate.function.slice(0, aggregate.function.indexOf('('))) {
      case 'count':
        return aggregate.args.length === 0 ? values.length : first.length;
      case 'sum': {
        if (first.length === 0) return null;
        const total = first.map((value) => (typeof value === 'number' || typeof value === 'bigint' ? numericFromInteger(value) : value)).reduce((a, b) => numericAdd(a as never, b as never));
        return aggregate.type.oid === 20 ? normalLong(numericToBigint(total as never)) : total;
      }
      case 'avg': {
        if (first.length === 0) return null;
        const total = first.map((value) => (typeof value === 'number' || typeof value === 'bigint' ? numericFromInteger(value) : value)).reduce((a, b) => numericAdd(a as never, b as never));
        return numericDiv(total as never, numericFromInteger(first.length));
      }
      case 'min':
        return first.length === 0 ? null : first.reduce((a, b) => (compare(b, a) < 0 ? b : a));
      case 'max':
        return first.length === 0 ? null : first.reduce((a, b) => (compare(b, a) > 0 ? b : a));
      case 'bool_and':
      case 'every':
        return first.length === 0 ? null : !first.includes(false);
      case 'bool_or':
        return first.length === 0 ? null : first.includes(true);
      case 'array_agg':
        return values.length === 0 ? null : arrayOf(values.map((value) => value[0]!), false, types[0]!);
      case 'string_agg':
        return first.length === 0 ? null : values.filter((value) => value[0] !== null).map((value) => value[0]).join(String(values[0]![1]));
      case 'jsonb_object_agg': {
        if (values.some(([key]) => key === null)) throw new SqlError('22023', 'field name must not be null');
        const object = Object.fromEntries(values.map(([key, value]) => [String(key), value]));
        return values.length === 0 ? null : codecOf(Oid.jsonb).parse(JSON.stringify(object), settings, -1);
      }
      default:
        throw new Error(`no aggregate ${aggregate.function}`);
    }
  }

  #topK(relation: Extract<Relation, { op: 'topK' }>, rows: readonly Weighted[]): readonly Weighted[] {
    const types = relationTypeOf(relation.input).columns.map((column) => column.type.oid);
    const groups = new Map<string, Row[]>();
    for (const row of rows.flatMap(({ row: one, weight }) => Array.from({ length: weight }, () => one))) {
      const key = keyText(relation.by.map((column) => row[column] ?? null), relation.by.map((column) => types[column]!));
      groups.set(key, [...groups.get(key) ?? [], row]);
    }
    const whole = types.map((_, column): SortKey => ({ column, descending: false, nullsFirst: false }));
    return [...groups.values()].flatMap((group) => {
      const sorted = [...group].sort((a, b) => compareBy([...relation.order, ...whole], types, a, b));
      const end = relation.limit === null ? sorted.length : relation.offset + relation.limit;
      const last = sorted[end - 1];
      const peers = relation.withTies && last !== undefined ? sorted.slice(end).filter((row) => compareBy(relation.order, types, row, last) === 0) : [];
      return [...sorted.slice(relation.offset, end), ...peers].map((row) => ({ row, weight: 1 }));
    });
  }
}

function unlessRaised<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

const keyText = (key: Row, types: readonly number[]): string => JSON.stringify(key.map((value, index) => (value === null ? null : codecOf(types[index]!).print(codecOf(types[index]!).canonical?.(value) ?? value, settings))));

function consolidate(relation: Relation, rows: readonly Weighted[]): readonly Weighted[] {
  const types = relationTypeOf(relation).columns.map((column) => column.type.oid);
  const sums = new Map<string, { row: Row; weight: number }>();
  for (const { row, weight } of rows) {
    const key = keyText(row, types);
    const known = sums.get(key);
    if (known === undefined) sums.set(key, { row, weight });
    else known.weight += weight;
  }
  return [...sums.values()];
}

function compareBy(order: readonly SortKey[], types: readonly number[], a: Row, b: Row): number {
  for (const { column, descending, nullsFirst } of order) {
    const [x, y] = [a[column] ?? null, b[column] ?? null];
    if (x === null || y === null) {
      if (x === y) continue;
      return (x === null) === nullsFirst ? -1 : 1;
    }
    const sign = codecOf(types[column]!).compare(x, y);
    if (sign !== 0) return descending ? -sign : sign;
  }
  return 0;
}

