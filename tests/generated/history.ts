import { Oid } from '../../src/core/index.ts';
import type { Draw } from '../laws/support/random.ts';
import { aggregates, callables, tableFunctions } from './calls.ts';
import { raisesForRows } from './expressions.ts';
import { Changes, mayIndex } from './changes.ts';
import type { Table } from './changes.ts';
import { QueryDraw } from './queries.ts';
import type { Column, Duty } from './queries.ts';
import type { SqlNode } from './tree.ts';
import { castTo, columnTypes, domainOf } from './values.ts';

/** Text to run and to compare: tables, queries over them, and what happens to the rows. */
export interface Case {
  readonly setup: readonly string[];
  readonly queries: readonly SqlNode[];
  readonly batches: readonly (readonly string[])[];
}

/** Queries of a case: more of them share one history than would be read at once, since to make tables and change rows costs as much for one. */
export const QUERIES = 16;
const DUTIES = 5;
/** A third of the queries may raise an error in some row; in the others no call does. */
const RISK = [0, 0, 0.05] as const;

const duties: readonly Duty[] = [...callables.map((callable): Duty => ({ kind: 'call', callable })), ...aggregates.map((row): Duty => ({ kind: 'aggregate', row })), ...tableFunctions.map((row): Duty => ({ kind: 'table', row }))];
/** Whose turn it is in the query of this number: each after the other, neighbours far from one another. */
const STRIDE = 997;
export const dutiesOf = (query: number): Duty[] => Array.from({ length: DUTIES }, (_, index) => duties[((query * DUTIES + index) * STRIDE) % duties.length]!);
export const allCalls: readonly string[] = duties.map((duty) => (duty.kind === 'call' ? duty.callable.id : duty.row.id));

export function drawCase(draw: Draw, seed: number): Case {
  const owed = Array.from({ length: QUERIES }, (_, index) => dutiesOf(seed * QUERIES + index));
  const tables = drawTables(draw, owed.flat());
  const queries = draw.list(QUERIES, (index) => {
    const risk = owed[index]!.some((duty) => duty.kind === 'aggregate' && raisesForRows(duty.row.id)) ? Math.max(...RISK) : RISK[index % RISK.length]!;
    return new QueryDraw(draw, tables, risk).query(owed[index]!).node;
  });
  return { setup: [...tables.map(createTable), ...(draw.chance(0.3) ? [`CREATE INDEX i0 ON ${tables[0]!.name} (${draw.of(tables[0]!.columns.filter(mayIndex)).name})`] : [])], queries, batches: new Changes(draw, tables).batches() };
}

/** Half of the columns have types that the functions whose turn it is take, so that they are called with columns. */
function drawTables(draw: Draw, owed: readonly Duty[]): Table[] {
  const asked = owed.flatMap((duty) => (duty.kind === 'call' ? duty.callable.row.args : duty.row.args)).filter((oid) => columnTypes.includes(oid));
  return draw.list(draw.int(2, 3), (at) => {
    const hasKey = draw.chance(0.5);
    const column = (name: string, oid: number): Column => ({ name, oid, values: [...domainOf(oid), null] });
    const key: Column = { name: 'id', oid: Oid.int4, values: Array.from({ length: 12 }, (_, index) => index + 1) };
    return { name: `t${at}`, hasKey, columns: [...(hasKey ? [key] : []), column('k', Oid.int4), column('j', draw.of([Oid.int4, Oid.int8, Oid.text])), ...draw.list(draw.int(3, 5), (index) => column(`x${index}`, asked.length > 0 && draw.chance(0.6) ? draw.of(asked) : draw.of(columnTypes)))] };
  });
}
const createTable = ({ name, columns, hasKey }: Table): string =>
  `CREATE TABLE ${name} (${columns.map((column) => `${column.name} ${castTo(column.oid).slice(2)}${hasKey && column.name === 'id' ? ' PRIMARY KEY' : ''}`).join(', ')})`;
