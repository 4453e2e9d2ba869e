import { Oid } from '../../src/core/index.ts';
import type { Draw } from '../laws/support/random.ts';
import { aggregates, callables, tableFunctions } from './calls.ts';
import { Expressions } from './expressions.ts';
import { QueryDraw } from './queries.ts';
import type { Column, Duty, Relation } from './queries.ts';
import { print } from './tree.ts';
import type { SqlNode } from './tree.ts';
import { castTo, columnTypes, domainOf, printDatum } from './values.ts';

/** Text to run and to compare: tables, queries over them, and what happens to the rows. */
export interface Case {
  readonly setup: readonly string[];
  readonly queries: readonly SqlNode[];
  readonly batches: readonly (readonly string[])[];
}

interface Table extends Relation {
  readonly hasKey: boolean;
}

const QUERIES = 8;
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
  const queries = draw.list(QUERIES, (index) => new QueryDraw(draw, tables, RISK[index % RISK.length]!).query(owed[index]!).node);
  return { setup: [...tables.map(createTable), ...(draw.chance(0.3) ? [`CREATE INDEX i0 ON ${tables[0]!.name} (${draw.of(['k', 'j'])})`] : [])], queries, batches: drawBatches(draw, tables) };
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

function drawBatches(draw: Draw, tables: readonly Table[]): string[][] {
  const next = new Map(tables.map(({ name }) => [name, 1]));
  const value = ({ name, oid }: Column, table: Table): string => {
    if (table.hasKey && name === 'id') {
      const id = next.get(table.name)!;
      next.set(table.name, id + 1);
      return String(id);
    }
    return draw.chance(0.12) ? 'NULL' : printDatum(draw.of(name === 'k' ? domainOf(oid).slice(0, 5) : domainOf(oid)), oid);
  };
  const insert = (table: Table, rows: number): string => `INSERT INTO ${table.name} VALUES ${draw.list(rows, () => `(${table.columns.map((column) => value(column, table)).join(', ')})`).join(', ')}`;
  const statement = (): string => {
    const table = draw.of(tables);
    const free = table.columns.filter(({ name }) => name !== 'id');
    const target = draw.of(free);
    const fields = free.map((column) => ({ oid: column.oid, values: column.values, column: true, node: { kind: 'expression', shape: String(column.oid), parts: [column.name] } as const }));
    const conditions = new Expressions(draw, { scalar: (oid) => ({ kind: 'text', shape: '', parts: [`SELECT NULL${castTo(oid)}`] }), rows: (oids) => ({ kind: 'text', shape: '', parts: [`SELECT ${oids.map((oid) => `NULL${castTo(oid)}`).join(', ')}`] }) }, 0);
    const where = `${print(conditions.condition({ fields, outer: [] }, 0).node)}`;
    // few ids are used at a time, so that none is used twice
    return draw.weighted<() => string>([
      [table.hasKey && next.get(table.name)! > 9 ? 0 : 4, () => insert(table, draw.int(1, 2))],
      [3, () => `UPDATE ${table.name} SET ${target.name} = ${draw.chance(0.2) ? 'NULL' : `${printDatum(draw.of(domainOf(target.oid)), target.oid)}${castTo(target.oid)}`} WHERE ${where}`],
      [2, () => `DELETE FROM ${table.name} WHERE ${where}`],
      [table.hasKey ? 0 : 1, () => `INSERT INTO ${table.name} SELECT * FROM ${table.name} WHERE ${where} LIMIT 0`],
      [table.hasKey ? 0 : 0.7, () => `INSERT INTO ${table.name} SELECT * FROM ${table.name} WHERE ${where}`],
    ])();
  };
  return [tables.map((table) => insert(table, draw.int(3, 6))), ...draw.list(2, () => draw.list(draw.int(1, 3), statement))];
}
