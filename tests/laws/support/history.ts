import type { Draw } from './random.ts';

export type Kind = 'int' | 'num' | 'text' | 'ts' | 'bool' | 'float';

export interface ColumnSpec {
  readonly name: string;
  readonly kind: Kind;
  readonly type: string;
}
export interface TableSpec {
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
}

/** Values as text, as they are written in SQL; null for NULL. */
export type Row = readonly (string | null)[];
export interface RowChange {
  readonly table: number;
  readonly row: Row;
  readonly weight: number;
}
export interface Tick {
  readonly time: number;
  readonly changes: readonly RowChange[];
}
export interface History {
  readonly tables: readonly TableSpec[];
  readonly ticks: readonly Tick[];
}

/** 2026-01-01 00:00:00 UTC */
export const startMs = 1_767_225_600_000;
const timestamp = (offsetMs: number): string => new Date(startMs + offsetMs).toISOString().replace('T', ' ').replace('Z', '');

/** Few values, so that rows meet, and the ones that go wrong: zero, signs, equal values of different bytes, what sorts last. */
const domains: Record<Kind, readonly string[]> = {
  int: ['-1', '0', '1', '2', '3'],
  num: ['0.00', '1.50', '-2.25', '7.00', '3.10'],
  text: ['', 'a', 'b', 'ab', 'é'],
  ts: [-9000, -2000, -1000, 0, 500, 1000, 1500, 2000, 3000, 4000, 6000].map(timestamp),
  bool: ['t', 'f'],
  float: ['0', '-0', '0.5', '-1.25', '2', 'NaN', 'Infinity'],
};
/** Equal numerics that print differently. */
const mixedScale = ['0', '0.00', '1.5', '1.50', '-2.25', '-2.250', '7', '3.1'];

export const drawTables = (draw: Draw): TableSpec[] =>
  draw.list(draw.int(2, 3), (index) => ({
    name: `t${index}`,
    columns: [
      { name: 'k', kind: 'int', type: 'int4' },
      { name: 'i', kind: 'int', type: draw.of(['int4', 'int8', 'int4']) },
      { name: 's', kind: 'text', type: 'text' },
      { name: 'n', kind: 'num', type: draw.of(['numeric(8,2)', 'numeric']) },
      { name: 'ts', kind: 'ts', type: draw.of(['timestamp', 'timestamptz']) },
      { name: 'b', kind: 'bool', type: 'bool' },
      ...(draw.chance(0.4) ? [{ name: 'f', kind: 'float', type: 'float8' } as const] : []),
    ],
  }));

export function drawValue(draw: Draw, column: ColumnSpec): string | null {
  if (draw.chance(0.15)) return null;
  const value = draw.of(column.type === 'numeric' ? mixedScale : domains[column.kind]);
  return column.type === 'timestamptz' ? `${value}+00` : value;
}

/** Inserts, updates and deletes of rows that are there, gathered in ticks. Never takes back what is not there. */
export function drawHistory(draw: Draw, tables: readonly TableSpec[], sizes: { readonly ticks: number; readonly changes: number } = { ticks: 7, changes: 6 }): Tick[] {
  const stored: Row[][] = tables.map(() => []);
  let time = startMs;
  return draw.list(draw.int(2, sizes.ticks), (index) => {
    time += 500 * draw.int(1, 5);
    const changes: RowChange[] = [];
    for (let left = draw.int(index === 0 ? 3 : 0, sizes.changes); left > 0; left--) {
      const table = draw.int(0, tables.length - 1);
      const rows = stored[table]!;
      const columns = tables[table]!.columns;
      const insert = (row: Row, weight = 1): void => {
        changes.push({ table, row, weight });
        for (let copy = 0; copy < weight; copy++) rows.push(row);
      };
      const take = (at: number): Row => {
        const [row] = rows.splice(at, 1);
        changes.push({ table, row: row!, weight: -1 });
        return row!;
      };
      const fresh = (): Row => columns.map((column) => drawValue(draw, column));
      const kind = rows.length === 0 ? 'insert' : draw.weighted([[4, 'insert'], [2, 'duplicate'], [3, 'update'], [3, 'delete'], [0.3, 'clear'], [1, 'flicker']]);
      if (kind === 'insert') insert(fresh(), draw.weighted([[6, 1], [1, 2], [0.5, 3]]));
      else if (kind === 'duplicate') insert(draw.of(rows));
      else if (kind === 'delete') take(draw.int(0, rows.length - 1));
      else if (kind === 'clear') while (rows.length > 0) take(rows.length - 1);
      else if (kind === 'flicker') insert(take(draw.int(0, rows.length - 1)));
      else {
        const old = take(draw.int(0, rows.length - 1));
        const changed = draw.int(0, columns.length - 1);
        insert(old.map((value, at) => (at === changed || draw.chance(0.15) ? drawValue(draw, columns[at]!) : value)));
      }
    }
    return { time, changes };
  });
}

/** The rows of each table after the ticks. */
export function contents(history: History, ticks = history.ticks.length): Row[][] {
  const tables = history.tables.map(() => new Map<string, number>());
  for (const { changes } of history.ticks.slice(0, ticks)) {
    for (const { table, row, weight } of changes) {
      const key = JSON.stringify(row);
      tables[table]!.set(key, (tables[table]!.get(key) ?? 0) + weight);
    }
  }
  return tables.map((rows) => [...rows].flatMap(([key, weight]) => Array.from({ length: weight }, () => JSON.parse(key) as Row)));
}

/** Whether no row is taken back that is not there: what a shrunk history must still keep to. */
export function isSound(history: History): boolean {
  const weights = new Map<string, number>();
  for (const { table, row, weight } of history.ticks.flatMap((tick) => tick.changes)) {
    const key = `${table} ${JSON.stringify(row)}`;
    const total = (weights.get(key) ?? 0) + weight;
    if (total < 0) return false;
    weights.set(key, total);
  }
  return true;
}

/** The history and then its negation, last change first. */
export function undone(history: History): Tick[] {
  let time = history.ticks.at(-1)!.time;
  return [...history.ticks].reverse().map(({ changes }) => ({ time: (time += 500), changes: [...changes].reverse().map((change) => ({ ...change, weight: -change.weight })) }));
}
