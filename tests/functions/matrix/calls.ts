import { raising, raisingSets } from './fitting.ts';
import { spellNull } from './rows.ts';
import type { MatrixRow, Shape } from './rows.ts';

/** One call of a row, as both are asked for it. For an aggregate `rows` are what it is called over; otherwise there is one row, the arguments. */
export interface Call {
  readonly row: MatrixRow;
  readonly shape: number;
  /** what it was made for; what raises is an error, whatever it was made for */
  readonly aim: 'plain' | 'NULL' | 'boundary' | 'odd';
  readonly rows: readonly (readonly string[])[];
  /** an expression that both evaluate */
  readonly sql: string;
}

const MOST_PLAIN = 6;
const MOST_BOUNDARY = 8;
const MOST_ODD = 10;

/** The lists' items in step and out of step, then one list at a time with the first items of the others. */
function around(base: readonly string[], lists: readonly (readonly string[])[], most: number): string[][] {
  const single = lists.flatMap((list, position) => list.map((sql) => base.with(position, sql)));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const together = lists.length < 2 || lists.some((list) => list.length === 0) ? [] : Array.from({ length: longest * 2 }, (_, k) => lists.map((list, position) => list[(k + (k >= longest ? position : 0)) % list.length]!));
  const step = Math.max(1, single.length / Math.max(1, most - Math.min(together.length, 4)));
  const chosen: string[][] = [];
  for (let at = 0; at < single.length; at += step) chosen.push([...single[Math.floor(at)]!]);
  return [...chosen, ...together.slice(0, 4)];
}

const once = (lists: readonly (readonly string[])[]): string[][] => [...new Map(lists.map((list) => [list.join('\n'), [...list]])).values()];

function argumentLists({ types, values }: Shape): Record<Call['aim'], readonly (readonly string[])[]> {
  const base = values.map(({ plain }, position) => plain[position % plain.length]!);
  const plain = Array.from({ length: types.length === 0 ? 1 : MOST_PLAIN }, (_, k) => values.map((value, position) => value.plain[(k + (k >= MOST_PLAIN / 2 ? 0 : k % 2 === 0 ? position : position * k)) % value.plain.length]!));
  const NULL = types.length === 0 ? [] : [...types.map((type, position) => base.with(position, spellNull(type))), types.map(spellNull)];
  const odd = around(base, values.map((value) => [...value.odd, ...value.boundary]), MOST_ODD);
  return { plain: once([base, ...plain]), NULL: once(NULL), boundary: once(around(base, values.map((value) => value.boundary), MOST_BOUNDARY)), odd: once([...around(base, values.map((value) => value.odd), MOST_ODD), ...odd]).slice(0, MOST_ODD) };
}

export function expressionOf(row: MatrixRow, rows: readonly (readonly string[])[]): string {
  if (row.kind === 'table function') return setOf(row, rows[0]!);
  if (row.kind !== 'aggregate') return row.call(rows[0]!);
  const names = rows[0]!.map((_, position) => `a${position}`);
  return `(select ${row.call(names)} from (values ${rows.map((args, n) => `(${[n, ...args].join(', ')})`).join(', ')}) v(${['n', ...names].join(', ')}))`;
}

/** The rows of a set as one text, in an order of their own: SQL leaves it open. */
function setOf(row: MatrixRow, args: readonly string[]): string {
  const cells = row.columns!.map((name) => `case when "${name}" is null then 'null' else '<' || format('%s', "${name}") || '>' end`);
  return `(select coalesce(string_agg(s.line, ';' order by s.line), '') from (select concat_ws(',', ${cells.join(', ')}) as line from ${row.call(args)}) s)`;
}

const made = (row: MatrixRow, shape: number, aim: Call['aim'], rows: readonly (readonly string[])[]): Call => ({ row, shape, aim, rows, sql: expressionOf(row, rows) });

/** Sets of rows for an aggregate: each list alone, and growing sets of them. */
function setsOf(lists: readonly (readonly string[])[], base: readonly (readonly string[])[]): (readonly (readonly string[])[])[] {
  if (lists.length === 0) return [];
  return [...lists.slice(0, 6).map((list) => [list]), lists, ...lists.slice(0, 3).map((list) => [...base.slice(0, 2), list, list])];
}

export function callsOf(row: MatrixRow): readonly Call[] {
  const own = raising.filter(([pattern]) => pattern.test(row.id)).flatMap(([, calls]) => calls);
  const calls = row.shapes.flatMap((shape, index): Call[] => {
    const lists = argumentLists(shape);
    const aims: readonly Call['aim'][] = ['plain', 'NULL', 'boundary', 'odd'];
    if (row.kind !== 'aggregate') return aims.flatMap((aim) => lists[aim].map((args) => made(row, index, aim, [args])));
    return aims.flatMap((aim) => setsOf(lists[aim], lists.plain).map((rows) => made(row, index, aim, rows)));
  });
  const sets = row.kind === 'aggregate' ? raisingSets.filter(([pattern]) => pattern.test(row.id)).flatMap(([, found]) => found) : [];
  return [...calls, ...own.map((args) => made(row, -1, 'odd', [args])), ...sets.map((rows) => made(row, -1, 'odd', rows))];
}
