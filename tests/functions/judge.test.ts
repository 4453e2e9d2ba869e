import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAggregates, allCasts, allFunctions, allOperators } from '../../src/ir/index.ts';
import type { FunctionRow, TableFunctionRow } from '../../src/ir/index.ts';
import { Oid, typeInfo } from '../../src/core/index.ts';
import { aggregateStepFunctions } from '../../src/ir/functions/aggregate-steps.ts';
import { bitFunctions } from '../../src/ir/functions/bit.ts';
import { booleanFunctions } from '../../src/ir/functions/boolean.ts';
import { byteaFunctions } from '../../src/ir/functions/bytea.ts';
import { comparisonFunctions } from '../../src/ir/functions/comparison.ts';
import { floatFunctions } from '../../src/ir/functions/float.ts';
import { hashFunctions } from '../../src/ir/functions/hash.ts';
import { integerFunctions } from '../../src/ir/functions/integer.ts';
import { jsonFunctions } from '../../src/ir/functions/json.ts';
import { jsonTableFunctions } from '../../src/ir/functions/json-table.ts';
import { lengthCastFunctions } from '../../src/ir/functions/length-casts.ts';
import { likeFunctions } from '../../src/ir/functions/like.ts';
import { moneyFunctions } from '../../src/ir/functions/money.ts';
import { networkFunctions } from '../../src/ir/functions/network.ts';
import { nullCountFunctions } from '../../src/ir/functions/null-count.ts';
import { numericFunctions } from '../../src/ir/functions/numeric.ts';
import { rangeFunctions, rangeTableFunctions } from '../../src/ir/functions/range.ts';
import { regexFunctions, regexTableFunctions } from '../../src/ir/functions/regex.ts';
import { sendFunctions } from '../../src/ir/functions/send.ts';
import { textFunctions } from '../../src/ir/functions/text.ts';
import { unicodeFunctions } from '../../src/ir/functions/unicode.ts';
import { identifierFunctions } from '../../src/ir/functions/identifiers.ts';
import { sizeFunctions } from '../../src/ir/functions/sizes.ts';
import { uuidFunctions } from '../../src/ir/functions/uuid.ts';
import { startJudge } from '../support/judge.ts';
import type { Judge } from '../support/judge.ts';
import type { Argument } from './judged.ts';
import { answer, callsOf, judged, judgedRows, prepareJudge, sqlOf, tableAnswer } from './judged.ts';

/** Every function of these families, called with the sample values: the same text form, or the same SQLSTATE and message. */
const families: Record<string, readonly FunctionRow[]> = {
  boolean: booleanFunctions, integer: integerFunctions, float: floatFunctions, numeric: numericFunctions, text: textFunctions, like: likeFunctions,
  regex: regexFunctions, bytea: byteaFunctions, uuid: uuidFunctions, json: jsonFunctions, nulls: nullCountFunctions,
  comparison: comparisonFunctions, range: rangeFunctions, network: networkFunctions, bit: bitFunctions, money: moneyFunctions,
  'steps of aggregates': aggregateStepFunctions, 'casts to a length': lengthCastFunctions, unicode: unicodeFunctions, sizes: sizeFunctions, identifiers: identifierFunctions, hash: hashFunctions, send: sendFunctions,
};
const tables: readonly TableFunctionRow[] = [...jsonTableFunctions, ...regexTableFunctions, ...rangeTableFunctions];

const MOST_CALLS = 40;

/** Repeating nothing two thousand million times is something Postgres does, one by one. */
const tooSlow = /"repeat"\(''.*'2147483647'|"bpchar"\(.*'2147483647'/;

/** Arguments of anyelement are of one type. */
const sameElements = (row: FunctionRow, call: readonly Argument[]): boolean => new Set(call.filter((_, i) => row.args[i] === Oid.anyelement).map(({ oid }) => oid)).size <= 1 || row.args.some((oid) => oid === Oid.anyrange || oid === Oid.anymultirange);

/** Ours alone, so the judge cannot be asked. */
const notPostgres = (row: FunctionRow): boolean => /mz_timestamp|iso8601|^inet\(cidr/.test(row.id);

/** Functions that Postgres answers with the C library's last digit, which no standard fixes: compared to 15 digits. */
const transcendental = /^(d?cbrt|sin|cos|tan|cot|asin|acos|atan2?|a?sinh|a?cosh|a?tanh|\w+2?d|d?exp|ln|dlog\w*|log10|log|d?pow|power)\(float8/;

const near = (ours: string | null, theirs: string | null): boolean => {
  if (ours === theirs) return true;
  const [a, b] = [ours, theirs].map((text) => (text?.startsWith('= ') ? Number(text.slice(2)) : NaN)) as [number, number];
  return Math.abs(a - b) <= Math.abs(b) * 1e-15;
};

/** Of a three-way comparison Postgres promises the sign alone. */
const threeWay = /^\w+cmp(_\w+)?\(/;
const signOf = (printed: string | null): string | null => (printed?.startsWith('= ') ? String(Math.sign(Number(printed.slice(2)))) : printed);

let judge: Judge;
beforeAll(async () => {
  judge = await startJudge();
  await prepareJudge(judge);
});
afterAll(() => judge?.close());

describe.each(Object.entries(families))('%s', (_, rows) => {
  const asked = rows.filter((row) => row.volatility !== 'volatile' && !notPostgres(row));
  it.each(asked.flatMap((row) => (callsOf(row, MOST_CALLS) === undefined ? [] : [[row.id, row] as const])))('%s', async (id, row) => {
    const calls = callsOf(row, MOST_CALLS)!.filter((call) => sameElements(row, call) && !tooSlow.test(sqlOf(row, call)));
    const theirs = await judged(judge, calls.map((call) => sqlOf(row, call)));
    const wrong = calls.flatMap((call, i) => {
      const ours = answer(row, call);
      const agrees = transcendental.test(id) ? near(ours, theirs[i]!) : threeWay.test(id) ? signOf(ours) === signOf(theirs[i]!) : ours === theirs[i];
      return agrees ? [] : [{ call: sqlOf(row, call), ours, theirs: theirs[i] }];
    });
    expect(wrong).toEqual([]);
  });
});

describe('functions that return sets', () => {
  it.each(tables.map((row) => [row.id, row] as const))('%s', async (_, row) => {
    const calls = callsOf(row, MOST_CALLS)!;
    const theirs = await judgedRows(judge, calls.map((call) => ({ sql: sqlOf(row, call), columns: row.columns.map((column) => column.name) })));
    expect(calls.map((call) => tableAnswer(row, call))).toEqual(theirs);
  });
});

/** What the registry says of a function is what `pg_proc`, `pg_operator` and `pg_cast` say. */
describe('the registry', () => {
  const signature = `p.proname || '(' || coalesce((select string_agg(t.typname, ',' order by n) from unnest(p.proargtypes) with ordinality u(x, n) join pg_type t on t.oid = x), '') || ')'`;
  const mine = Object.values(families).flat().filter((row) => !notPostgres(row));

  it('has each id once', () => {
    const ids = allFunctions.map((row) => row.id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('agrees with pg_proc', async () => {
    const { rows } = await judge.query(`select ${signature}, r.typname, p.proisstrict, p.provolatile, p.provariadic <> 0, p.pronargdefaults from pg_proc p join pg_type r on r.oid = p.prorettype where p.pronamespace = 11 and p.prokind = 'f'`);
    const theirs = new Map(rows.map(([id, ...facts]) => [id, facts.join(' ')]));
    const wrong = mine.flatMap((row) => {
      const facts = [typeInfo(row.result).name, row.strict ? 't' : 'f', row.volatility[0], row.variadic ? 't' : 'f', row.defaults ?? 0].join(' ');
      return theirs.get(row.id) === facts ? [] : [`${row.id}: ${facts} / ${theirs.get(row.id)}`];
    });
    expect(wrong).toEqual([]);
  });

  it('agrees with pg_operator', async () => {
    const { rows } = await judge.query(`select o.oprname, o.oprleft::oid, o.oprright::oid, o.oprresult::oid, ${signature} from pg_operator o join pg_proc p on p.oid = o.oprcode`);
    const theirs = new Set(rows.map((cells) => cells.join(' ')));
    const ours = allOperators.filter((row) => !/mz_/.test(row.function)).map((row) => [row.name, row.left, row.right, row.result, row.function].join(' '));
    expect(ours.filter((operator) => !theirs.has(operator))).toEqual([]);
  });

  it('has a function for each operator and cast', () => {
    const ids = new Set(allFunctions.map((row) => row.id));
    expect(allOperators.filter((row) => !ids.has(row.function))).toEqual([]);
    expect(allCasts.filter((row) => row.function !== 'binary' && row.function !== 'inout' && !ids.has(row.function))).toEqual([]);
  });

  it('agrees with the aggregates of pg_proc', async () => {
    const { rows } = await judge.query(`select ${signature}, r.typname from pg_proc p join pg_type r on r.oid = p.prorettype where p.prokind = 'a'`);
    const theirs = new Map(rows.map(([id, result]) => [id === 'count()' ? 'count(*)' : id, result]));
    expect(allAggregates.filter((row) => !row.id.includes('mz_timestamp') && theirs.get(row.id) !== typeInfo(row.result).name)).toEqual([]);
  });
});
