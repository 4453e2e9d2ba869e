import { codecOf, defaultTextSettings, findTypeByName } from '../../src/core/index.ts';
import type { Answer } from '../support/slt.ts';
import type { Outcome } from './comparison.ts';
import { mayRaise } from './queries.ts';

export interface Difference {
  readonly sql: string;
  readonly ours: Outcome;
  readonly theirs: Outcome;
  /** Postgres raises its error already when it plans the query */
  readonly failsToPlan: boolean;
  /** where one of the two raises an error: with NULL in the place of what raises, the answer is that of the other */
  readonly errorsChangeNothing: boolean;
}

/** A difference from Postgres that its manual leaves open. At most fifteen of these. */
export interface Disagreement {
  readonly name: string;
  /** the section of Postgres' manual that licenses it */
  readonly manual: string;
  licenses(difference: Difference): boolean;
}

/** Errors of values, which some rows raise: class 22, a subquery with too many rows, and what Postgres says of states that no aggregate has. */
const ofValues = (one: Outcome): boolean => one.kind === 'error' && (one.code.startsWith('22') || one.code === '21000' || one.code === '54000' || one.code === '42601' || one.code === 'XX000' || one.code === '0A000');
/** In other queries no call raises for any row. */
const isDrawnToRaise = (sql: string): boolean => sql.startsWith(mayRaise);

/** Where equal values print differently, which of them stands for a group or a set is open: each value as the one that stands for all its equals. */
function canonical({ types, rows }: Answer): string {
  const codecs = types.map((name) => findTypeByName(name)?.oid).map((oid) => (oid === undefined ? undefined : codecOf(oid)));
  return rows.map((row) => JSON.stringify(row.map((text, column) => {
    const codec = codecs[column];
    if (text === null || codec === undefined) return text;
    if (text === '-0') return '0';
    return codec.canonical === undefined ? text : codec.print(codec.canonical(codec.parse(text, defaultTextSettings, -1)), defaultTextSettings);
  }))).sort().join('\n');
}

const LAST_DIGITS = 1e-14;
function nearly(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= Math.max(Math.abs(x), Math.abs(y)) * LAST_DIGITS || (Math.abs(x) < LAST_DIGITS && Math.abs(y) < LAST_DIGITS);
}
const numbers = /-?\d+(?:\.\d+)?(?:e[-+]?\d+)?/g;
/** What float8send makes of a double. */
const sent = /^\\x([0-9a-f]{16})$/;
/** The same where doubles lie in what is shown: in an array, a row, a document, or as their bytes. Whole numbers differ by more than the last digits of doubles do. */
function nearlyWithin(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  const [x, y] = [sent.exec(a), sent.exec(b)];
  if (x !== null && y !== null) return nearly(...([x, y].map(([, hex]) => String(Buffer.from(hex!, 'hex').readDoubleBE())) as [string, string]));
  const [p, q] = [a.match(numbers) ?? [], b.match(numbers) ?? []];
  return a.replace(numbers, '#') === b.replace(numbers, '#') && p.every((number, at) => nearly(number, q[at]!));
}

/** The same rows but for the last digits of doubles, which are matched to one another in order. */
function alikeInDoubles(ours: Answer, theirs: Answer): boolean {
  const doubles = theirs.types.map((type) => type === 'float8' || type === 'float4');
  const sorted = ({ rows }: Answer): Answer['rows'] => rows.toSorted((a, b) => {
    const [x, y] = [a, b].map((row) => JSON.stringify([row.filter((_, column) => !doubles[column]), row.filter((_, column) => doubles[column]).map((text) => (text === null ? null : Number(text).toPrecision(9)))])) as [string, string];
    return x < y ? -1 : x > y ? 1 : 0;
  });
  const [a, b] = [sorted(ours), sorted(theirs)];
  return a.length === b.length && a.every((row, at) => row.every((text, column) => (doubles[column] ? nearly : nearlyWithin)(text, b[at]![column]!)));
}
/** Where one side does not vary these are NULL; Postgres' sums may keep a residue that varies. */
const ofSlopes = /\b(corr|regr_r2|regr_slope|regr_intercept)\(/;
const withoutSlopes = (ours: Answer, theirs: Answer): Answer => ({ ...theirs, rows: theirs.rows.map((row, at) => row.map((text, column) => (theirs.types[column] === 'float8' && ours.rows[at]?.[column] === null ? null : text))) });
const bothRows = (ours: Outcome, theirs: Outcome, test: (ours: Answer, theirs: Answer) => boolean): boolean =>
  ours.kind === 'rows' && theirs.kind === 'rows' && ours.answer.types.join() === theirs.answer.types.join() && test(ours.answer, theirs.answer);

const groups = /\b(GROUP BY|DISTINCT|UNION|INTERSECT|EXCEPT|ROLLUP|CUBE|min\(|max\()/;
const sumsDoubles = /\b(sum|avg|stddev\w*|var\w*|corr|covar\w*|regr_\w+)\(/;
/** Functions that Postgres answers with the C library's last digit. */
const transcendental = /"(d?cbrt|sin|cos|tan|cot|asin|acos|atan2?|a?sinh|a?cosh|a?tanh|\w+2?d|d?exp|ln|dlog\w*|log10|log|d?pow|power|float8_\w+|erfc?|l?gamma)"\(|\^|\|\|\//;

export const disagreements: readonly Disagreement[] = [
  {
    name: 'which of two errors', manual: '4.2.14 Expression Evaluation Rules: the order of evaluation of subexpressions is not defined',
    licenses: ({ ours, theirs }) => ofValues(ours) && ofValues(theirs),
  },
  {
    name: 'an error of constants that no row reaches', manual: '4.2.14 Expression Evaluation Rules: constant subexpressions are evaluated when a query is planned, even where no row comes to them',
    licenses: ({ sql, ours, theirs, failsToPlan }) => isDrawnToRaise(sql) && ours.kind === 'rows' && ofValues(theirs) && failsToPlan,
  },
  {
    name: 'an error in what is not needed for the answer', manual: '4.2.14 Expression Evaluation Rules: if the result can be determined by evaluating only some parts, other parts might not be evaluated at all',
    licenses: ({ sql, ours, theirs, errorsChangeNothing }) => isDrawnToRaise(sql) && errorsChangeNothing && (ours.kind === 'rows' ? ofValues(theirs) : ofValues(ours)),
  },
  {
    name: 'which of equal values stands for a group', manual: '7.2.3 The GROUP BY and HAVING Clauses, 7.3.3 DISTINCT: rows that are equal count as one, and which of them is shown is not said',
    licenses: ({ sql, ours, theirs }) => groups.test(sql) && bothRows(ours, theirs, (a, b) => canonical(a) === canonical(b)),
  },
  {
    name: 'the last digits of doubles', manual: '8.1.3 Floating-Point Types: inexact; 9.21: results of aggregates over them depend on the order of the rows',
    licenses: ({ sql, ours, theirs }) => (sumsDoubles.test(sql) || transcendental.test(sql)) && bothRows(ours, theirs, (a, b) => alikeInDoubles(a, b) || (ofSlopes.test(sql) && alikeInDoubles(a, withoutSlopes(a, b)))),
  },
  {
    name: 'an overflow on the way to a sum of doubles', manual: '8.1.3 Floating-Point Types: what exceeds the range raises an error; our sums are exact and exceed it only where the result does',
    licenses: ({ sql, ours, theirs }) => sumsDoubles.test(sql) && ours.kind === 'rows' && theirs.kind === 'error' && theirs.code === '22003',
  },
  {
    name: 'collations within the document of JSON_TABLE', manual: '23.2.1 Collation Concepts: a collation can be derived where all inputs have the same one; Postgres derives none for comparisons there',
    licenses: ({ sql, ours, theirs }) => /\bjson_table\(/i.test(sql) && ours.kind === 'rows' && theirs.kind === 'error' && theirs.code === '42P22',
  },
];
