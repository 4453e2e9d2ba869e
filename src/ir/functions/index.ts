import { findType } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { AggregateRow, CastRow, FunctionRow, OperatorRow, TableFunctionRow } from './contract.ts';
import { aggregateStepFunctions } from './aggregate-steps.ts';
import { aggregates } from './aggregates.ts';
import { arrayFunctions, arrayOperators } from './array.ts';
import { bitCasts, bitFunctions, bitOperators } from './bit.ts';
import { booleanFunctions } from './boolean.ts';
import { byteaFunctions } from './bytea.ts';
import { casts } from './casts.ts';
import { comparisonFunctions, plainComparisonOperators, xidCasts } from './comparison.ts';
import { catalogFunctions } from './catalog.ts';
import { datetimeCasts, datetimeFunctions, datetimeOperators } from './datetime.ts';
import { enumFunctions, enumOperators } from './enum.ts';
import { floatFunctions } from './float.ts';
import { hashFunctions } from './hash.ts';
import { identifierFunctions } from './identifiers.ts';
import { integerFunctions } from './integer.ts';
import { jsonFunctions } from './json.ts';
import { jsonPopulateFunctions, jsonRecordFunctions } from './json-record.ts';
import { jsonTableFunctions } from './json-table.ts';
import { jsonpathFunctions, jsonpathOperators, jsonpathTableFunctions } from './jsonpath.ts';
import { lengthCastFunctions } from './length-casts.ts';
import { likeFunctions } from './like.ts';
import { moneyCasts, moneyFunctions, moneyOperators } from './money.ts';
import { monotonicTimestampFunctions } from './monotonic-timestamp.ts';
import { networkCasts, networkFunctions, networkOperators } from './network.ts';
import { nullCountFunctions } from './null-count.ts';
import { numericFunctions } from './numeric.ts';
import { operators } from './operators.ts';
import { pgLsnFunctions } from './pg-lsn.ts';
import { rangeCasts, rangeFunctions, rangeOperators, rangeTableFunctions } from './range.ts';
import { regexFunctions, regexTableFunctions } from './regex.ts';
import { sendFunctions } from './send.ts';
import { sqlJsonFunctions } from './sql-json.ts';
import { sqlJsonQueryFunctions } from './sql-json-query.ts';
import { sqlJsonTableFunctions } from './sql-json-table.ts';
import { sequenceFunctions } from './sequences.ts';
import { subscriptFunctions } from './subscript-assignment.ts';
import { tableFunctions } from './table.ts';
import { textFunctions } from './text.ts';
import { toCharFunctions } from './to-char.ts';
import { sizeFunctions } from './sizes.ts';
import { unicodeFunctions } from './unicode.ts';
import { uuidFunctions } from './uuid.ts';

/**
 * Every function, operator, cast and aggregate there is, one table per family; this file joins the families and finds rows in them.
 * Resolution of overloads is the planner's.
 */
export const allFunctions: readonly FunctionRow[] = [
  ...booleanFunctions, ...integerFunctions, ...floatFunctions, ...numericFunctions, ...textFunctions, ...likeFunctions, ...regexFunctions,
  ...byteaFunctions, ...uuidFunctions, ...pgLsnFunctions, ...jsonFunctions, ...jsonPopulateFunctions, ...nullCountFunctions, ...monotonicTimestampFunctions, ...arrayFunctions, ...datetimeFunctions, ...catalogFunctions,
  ...comparisonFunctions, ...rangeFunctions, ...networkFunctions, ...bitFunctions, ...moneyFunctions, ...hashFunctions, ...sendFunctions, ...toCharFunctions, ...jsonpathFunctions, ...sequenceFunctions,
  ...aggregateStepFunctions, ...lengthCastFunctions, ...unicodeFunctions, ...sizeFunctions, ...identifierFunctions, ...enumFunctions,
];
export const allTableFunctions: readonly TableFunctionRow[] = [...jsonTableFunctions, ...jsonRecordFunctions, ...regexTableFunctions, ...tableFunctions, ...rangeTableFunctions, ...jsonpathTableFunctions];
export const allOperators: readonly OperatorRow[] = [...operators, ...arrayOperators, ...datetimeOperators, ...plainComparisonOperators, ...rangeOperators, ...networkOperators, ...bitOperators, ...moneyOperators, ...jsonpathOperators, ...enumOperators];
export const allCasts: readonly CastRow[] = [...casts, ...datetimeCasts, ...rangeCasts, ...networkCasts, ...bitCasts, ...moneyCasts, ...xidCasts];
export const allAggregates: readonly AggregateRow[] = aggregates;

function groupBy<Row, Key>(rows: readonly Row[], keyOf: (row: Row) => Key): ReadonlyMap<Key, readonly Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group === undefined) groups.set(keyOf(row), [row]);
    else group.push(row);
  }
  return groups;
}

/** What constructs of the grammar are made of: no name calls it. */
const constructFunctions: readonly FunctionRow[] = [...subscriptFunctions, ...sqlJsonFunctions, ...sqlJsonQueryFunctions];

const functionIds = new Map([...allFunctions, ...constructFunctions].map((row) => [row.id, row]));
const functionNames = groupBy(allFunctions, (row) => row.name);
const tableFunctionIds = new Map([...allTableFunctions, ...sqlJsonTableFunctions].map((row) => [row.id, row]));
const tableFunctionNames = groupBy(allTableFunctions, (row) => row.name);
const operatorNames = groupBy(allOperators, (row) => row.name);
const castSources = groupBy(allCasts, (row) => row.source);
const castPairs = new Map(allCasts.map((row) => [`${row.source}>${row.target}`, row]));
const aggregateIds = new Map(allAggregates.map((row) => [row.id, row]));
const aggregateNames = groupBy(allAggregates, (row) => row.name);

export const functionById = (id: string): FunctionRow | undefined => functionIds.get(id);
export const functionsNamed = (name: string): readonly FunctionRow[] => functionNames.get(name) ?? [];
export const constructFunctionsNamed = (name: string): readonly FunctionRow[] => constructFunctions.filter((row) => row.name === name);
export const tableFunctionById = (id: string): TableFunctionRow | undefined => tableFunctionIds.get(id);
export const tableFunctionsNamed = (name: string): readonly TableFunctionRow[] => tableFunctionNames.get(name) ?? [];
export const operatorsNamed = (name: string): readonly OperatorRow[] => operatorNames.get(name) ?? [];
export const aggregateById = (id: string): AggregateRow | undefined => aggregateIds.get(id);
export const aggregatesNamed = (name: string): readonly AggregateRow[] => aggregateNames.get(name) ?? [];

/** The casts of `pg_cast` from this type; those through text, which every type has, are not listed. */
export const castsFrom = (source: number): readonly CastRow[] => castSources.get(source) ?? [];

/**
 * The cast from one type to another: the row of `pg_cast`, or, where there is none, the cast through the text form that Postgres then allows:
 * to the string types on assignment, from them explicitly.
 */
export function castBetween(source: number, target: number): CastRow | undefined {
  const listed = castPairs.get(`${source}>${target}`);
  if (listed !== undefined || source === target) return listed;
  if (findType(target)?.category === 'S') return { source, target, context: 'assignment', function: 'inout' };
  if (findType(source)?.category === 'S') return { source, target, context: 'explicit', function: 'inout' };
  return undefined;
}

const catalogIds: ReadonlySet<string> = new Set(catalogFunctions.map(({ id }) => id));
/** Whether a function may ask the catalog, which only the thread that has one can answer. */
export const asksCatalog = (id: string): boolean => catalogIds.has(id);

/** What to call for a call of `row` with these arguments: see `FunctionRow.bind`. */
export const evaluatorOf = (row: FunctionRow, args: readonly Scalar[]): ((...args: any[]) => Datum) => row.bind?.(args) ?? row.evaluate;
