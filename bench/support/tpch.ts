import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { appendRow, codecOf, defaultTextSettings, RowBatchBuilder, rowLayout, SeededRandom } from '../../src/core/index.ts';
import type { Datum, RowBatch, RowLayout, SqlType } from '../../src/core/index.ts';
import type { RelationId } from '../../src/ir/index.ts';
import { queriesOf } from '../../tests/benchmarks/queries.ts';
import { drawHistory } from '../../tests/benchmarks/tpch/data.ts';
import { startPostgres } from '../../tests/support/postgres.ts';
import { BenchEngine } from './engine.ts';

/** About 10,000 orders with 35,000 lines. */
const ROUNDS = 50;
const ORDERS = 200;
const CHANGES = 600;
const TICK_ROWS = 10;
const RECOMPUTATIONS = 3;
/** What takes that long is computed once. */
const LONG_MICROS = 1e6;

/** The rows of a table as they are on the judge, and what changes them. */
interface Table {
  readonly name: string;
  readonly id: RelationId;
  readonly types: readonly SqlType[];
  readonly layout: RowLayout;
  readonly rows: Datum[][];
}

async function copied(bench: BenchEngine, client: pg.Client, sql: string): Promise<Table> {
  const name = /create table (\w+)/.exec(sql)![1]!;
  const { id, type } = bench.createTable(sql);
  const types = type.columns.map((column) => column.type);
  const answer = await client.query<(string | null)[]>({ text: `SELECT * FROM ${name}`, rowMode: 'array', types: { getTypeParser: () => (value: string) => value } });
  const rows = answer.rows.map((row) => row.map((text, i) => (text === null ? null : codecOf(types[i]!.oid).parse(text, defaultTextSettings, types[i]!.typmod))));
  return { name, id, types, layout: rowLayout(types), rows };
}

const batch = ({ layout }: Table, rows: readonly (readonly [readonly Datum[], number])[]): RowBatch => {
  const builder = new RowBatchBuilder(layout, rows.length);
  for (const [row, weight] of rows) appendRow(builder, row, weight);
  return builder.finish();
};

/** Which column of a table changes, and how far it may go. */
const changing = [{ table: 'lineitem', column: 4, values: 50 }, { table: 'orders', column: 1, values: 40 }] as const;

class Changes {
  readonly #tables: readonly Table[];
  #random = 7;

  constructor(tables: readonly Table[]) {
    this.#tables = tables;
  }
  #next(below: number): number {
    this.#random = (this.#random * 48271) % 2147483647;
    return this.#random % below;
  }
  /** Some rows get another quantity, or customer. */
  tick(turn: number): { readonly relation: RelationId; readonly rows: RowBatch } {
    const { table: name, column, values } = changing[turn % changing.length]!;
    const table = this.#tables.find((each) => each.name === name)!;
    const rows = Array.from({ length: TICK_ROWS }, (): readonly (readonly [readonly Datum[], number])[] => {
      const index = this.#next(table.rows.length);
      const old = table.rows[index]!;
      const row = [...old];
      row[column] = codecOf(table.types[column]!.oid).parse(String(1 + this.#next(values)), defaultTextSettings, table.types[column]!.typmod);
      table.rows[index] = row;
      return [[old, -1], [row, 1]];
    });
    return { relation: table.id, rows: batch(table, rows.flat()) };
  }
}

/** Prints for each query what a change costs in its view, and what computing it anew costs the judge; returns the second as a multiple of the first. */
export async function readTpch(): Promise<Record<string, number>> {
  const folder = join(import.meta.dirname, '..', '..', 'tests', 'benchmarks', 'tpch');
  const schema = readFileSync(join(folder, 'schema.sql'), 'utf8').split(';').map((text) => text.replace(/^\s*--.*$/gm, '').trim()).filter((text) => text !== '');
  const history = drawHistory(new SeededRandom(1), ROUNDS, ORDERS);
  const judge = await startPostgres();
  const client = new pg.Client({ host: judge.host, port: judge.port, user: judge.user, password: judge.password, database: judge.database });
  await client.connect();
  try {
    for (const statement of [...schema, ...history.fixed, ...history.rounds.flat(), 'ANALYZE']) await client.query(statement);
    const bench = await BenchEngine.create();
    const tables: Table[] = [];
    for (const sql of schema) tables.push(await copied(bench, client, sql));
    let time = 1;
    for (const table of tables) bench.engine.tick(time++, [{ relation: table.id, rows: batch(table, table.rows.map((row) => [row, 1] as const)) }]);
    const changes = new Changes(tables);
    const ratios: Record<string, number> = {};
    for (const { name, title, sql } of queriesOf(readFileSync(join(folder, 'queries.sql'), 'utf8'))) {
      const view = bench.createView(`create materialized view ${name} as ${sql}`);
      const ticks = Array.from({ length: (CHANGES * 1.5) / TICK_ROWS }, (_, turn) => changes.tick(turn));
      const warm = ticks.splice(0, CHANGES / 2 / TICK_ROWS);
      for (const change of warm) bench.engine.tick(time++, [change]);
      const begin = performance.now();
      for (const change of ticks) bench.engine.tick(time++, [change]);
      const own = ((performance.now() - begin) * 1000) / CHANGES;
      bench.engine.remove(view.id);
      while (bench.engine.work(() => false));
      const times: number[] = [];
      for (let i = 0; i < RECOMPUTATIONS && (times[0] ?? 0) < LONG_MICROS; i++) {
        const from = performance.now();
        await client.query(sql);
        times.push((performance.now() - from) * 1000);
      }
      const theirs = times.sort((a, b) => a - b)[times.length >> 1]!;
      ratios[name] = Math.round(theirs / own);
      console.log(`${name}, ${title}: ${own.toFixed(1)} µs a change, ${(theirs / 1000).toFixed(1)} ms to compute it anew on Postgres: ${ratios[name]} changes`);
    }
    return ratios;
  } finally {
    await client.end();
    await judge.stop();
  }
}
