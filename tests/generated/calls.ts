import { findType, isMultirangeType, isRangeType, multirangeTypeOf, Oid, SqlError, typeInfo } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { allAggregates, allCasts, allFunctions, allOperators, allTableFunctions, evaluateScalar } from '../../src/ir/index.ts';
import type { AggregateRow, CastRow, FunctionRow, OperatorRow, Scalar, TableFunctionRow } from '../../src/ir/index.ts';
import { catalogFunctions } from '../../src/ir/functions/catalog.ts';
import { privilegeFunctions } from '../../src/ir/functions/privileges.ts';
import { sequenceFunctions } from '../../src/ir/functions/sequences.ts';
import { environment } from '../functions/judged.ts';
import type { Draw } from '../laws/support/random.ts';
import { isOrdered, literalsOf } from './values.ts';

/** What a polymorphic signature stands for in one call. */
export type Binding = (declared: number) => number;

const families = { element: new Set<number>([Oid.anyelement, Oid.anynonarray, Oid.anycompatible, Oid.anycompatiblenonarray]), array: new Set<number>([Oid.anyarray, Oid.anycompatiblearray]), range: new Set<number>([Oid.anyrange, Oid.anycompatiblerange]), multirange: new Set<number>([Oid.anymultirange, Oid.anycompatiblemultirange]) };
const elementTypes = [Oid.int4, Oid.text, Oid.numeric, Oid.date, Oid.bool, Oid.uuid, Oid.jsonb, Oid.timestamptz, Oid.int8] as const;
const rangeElements = [[Oid.int4, 3904], [Oid.numeric, 3906], [Oid.timestamp, 3908], [Oid.date, 3912], [Oid.int8, 3926]] as const;
const anyTypes = [Oid.int4, Oid.text, Oid.numeric, Oid.bool, Oid.date, Oid.jsonb, Oid.int4Array, Oid.float8] as const;

/** Chooses what the polymorphic types mean; with `result` so that the signature gives that type, undefined where it cannot. */
export function bind(draw: Draw, args: readonly number[], result: number, wanted?: number): Binding | undefined {
  const declared = [...args, result];
  const overRange = declared.some((oid) => families.range.has(oid) || families.multirange.has(oid));
  let element: number;
  let range = 0;
  if (overRange) {
    const fitting = rangeElements.filter(([of, type]) => wanted === undefined || concreteOf(result, of, type) === wanted);
    if (fitting.length === 0) return undefined;
    [element, range] = draw.of(fitting);
  } else {
    const fitting = elementTypes.filter((of) => wanted === undefined || concreteOf(result, of, 0) === wanted);
    if (fitting.length === 0) return undefined;
    element = draw.of(fitting);
  }
  return (type) => (type === Oid.any ? draw.of(anyTypes) : concreteOf(type, element, range));
}

function concreteOf(declared: number, element: number, range: number): number {
  if (families.element.has(declared)) return element;
  if (families.array.has(declared)) return findType(element)?.array ?? 0;
  if (families.range.has(declared)) return range;
  if (families.multirange.has(declared)) return range === 0 ? 0 : multirangeTypeOf(range);
  return declared;
}
export const isPolymorphic = (oid: number): boolean => Object.values(families).some((family) => family.has(oid));

/** The ways to write a call of a function. */
export interface Callable {
  readonly id: string;
  readonly row: FunctionRow;
  readonly operator?: OperatorRow;
  readonly cast?: CastRow;
}

const ofTheCatalog = new Set([...catalogFunctions, ...privilegeFunctions, ...sequenceFunctions].map(({ id }) => id));
/** reg* types are the catalog's. */
const named = (oid: number): boolean => findType(oid)?.name.startsWith('reg') === true;
const writable = (oid: number): boolean => oid === Oid.any || isPolymorphic(oid) || literalsOf(oid).length > 0;

/** Functions that random queries do not call, by the reason. */
const leftOut: readonly (readonly [reason: string, test: (row: Pick<FunctionRow, 'id' | 'args' | 'result' | 'volatility'>) => boolean])[] = [
  ['Postgres has no such function', ({ id }) => /mz_|iso8601|^date_bin_hopping|^inet\(cidr/.test(id)],
  ['the catalog answers', ({ id, args, result }) => ofTheCatalog.has(id) || [...args, result].some(named) || /^(aclexplode|pg_(options_to_table|get_keywords|timezone_names|partition_ancestors|listening_channels))\(/.test(id)],
  ['the clock answers', ({ id }) => /^(now|transaction_timestamp|statement_timestamp|clock_timestamp|timeofday)\(|^age\(timestamp(tz)?\)/.test(id)],
  ['it answers something else each time', ({ volatility }) => volatility === 'volatile'],
  ['records have no literals, and their types come from where they stand', ({ id, args, result }) => [...args, result].includes(Oid.record) || id.startsWith('_pg_expandarray') || /^jsonb?_populate_record/.test(id) || /^(min|max)\(anyenum/.test(id)],
  ['the function may choose any of the values', ({ id }) => /^any_value\(/.test(id)],
  ['how values are stored is told', ({ id }) => /^pg_(column_size|column_compression)|^pg_input/.test(id)],
  ['values of its types are not written', ({ args, result }) => !args.every(writable) || result === Oid.void || findType(result) === undefined],
];
/** Why random queries do not call it; undefined where they do. */
export const whyLeftOut = (row: Pick<FunctionRow, 'id' | 'args' | 'result' | 'volatility'>): string | undefined => leftOut.find(([, test]) => test(row))?.[0];
const askable = (row: FunctionRow): boolean => whyLeftOut(row) === undefined;

const rows = new Map(allFunctions.filter(askable).map((row) => [row.id, row]));
const called = [...rows.values()].map((row): Callable => ({ id: row.id, row }));
const byOperator = allOperators.flatMap((operator): Callable[] => (rows.has(operator.function) ? [{ id: `operator ${operator.name}(${operator.left === 0 ? '' : `${typeInfo(operator.left).name},`}${typeInfo(operator.right).name})`, row: rows.get(operator.function)!, operator }] : []));
const byCast = allCasts.flatMap((cast): Callable[] => (rows.has(cast.function) && rows.get(cast.function)!.args.length === 1 && !named(cast.source) && !named(cast.target) ? [{ id: `cast ${typeInfo(cast.source).name} as ${typeInfo(cast.target).name}`, row: rows.get(cast.function)!, cast }] : []));
/** In this order, which decides whose turn it is. */
export const callables: readonly Callable[] = [...called, ...byOperator, ...byCast];
export const aggregates: readonly AggregateRow[] = allAggregates.filter((row) => whyLeftOut({ ...row, volatility: 'immutable' }) === undefined);
export const tableFunctions: readonly TableFunctionRow[] = allTableFunctions.filter((row) => row.columns.length > 0 && whyLeftOut({ ...row, result: row.columns[0]!.type }) === undefined);

const byResult = new Map<number, Callable[]>();
const polymorphicResults = callables.filter(({ row }) => isPolymorphic(row.result));
for (const callable of callables) byResult.set(callable.row.result, [...(byResult.get(callable.row.result) ?? []), callable]);
/** What may give a value of this type. */
export const producersOf = (oid: number): readonly Callable[] => [...(byResult.get(oid) ?? []), ...(isRangeType(oid) || isMultirangeType(oid) || typeInfo(oid).category === 'A' || elementTypes.some((type) => type === oid) ? polymorphicResults : [])];

export const mayGroup = (oid: number): boolean => isOrdered(oid) || oid === Oid.varchar || oid === Oid.cidr;

/** Results over all combinations of the arguments' values; undefined where one raises, or there are too many. */
export function resultsOf({ row }: Callable, oids: readonly number[], result: number, args: readonly (readonly Datum[])[]): readonly Datum[] | undefined {
  if (args.reduce((product, values) => product * values.length, 1) > MOST_COMBINATIONS) return undefined;
  const found: Datum[] = [];
  const seen = new Set<string>();
  for (const values of combinations(args)) {
    const literals = values.map((value, index): Scalar => ({ op: 'literal', value, type: { oid: oids[index]!, typmod: -1 } }));
    let value: Datum;
    try {
      value = evaluateScalar({ op: 'call', function: row.id, args: literals, type: { oid: result, typmod: -1 } }, [], environment);
    } catch (error) {
      if (error instanceof SqlError) return undefined;
      // A fault of ours: the comparison shall meet it.
      value = null;
    }
    const key = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : Number.isNaN(part) ? 'NaN' : Object.is(part, -0) ? '-0' : part));
    if (!seen.has(key)) found.push(value);
    seen.add(key);
  }
  return found;
}
const MOST_COMBINATIONS = 150;

function combinations(lists: readonly (readonly Datum[])[]): Datum[][] {
  return lists.reduce<Datum[][]>((made, values) => made.flatMap((before) => values.map((value) => [...before, value])), [[]]);
}
