/**
 * Memory under a temporal filter: rows pass through a window that keeps them for a while; what is resident after ten window lengths is compared with what was after two.
 * Left out of it is V8's young generation, whose pages stay when it has been emptied: it doubles once, from 32 to 64 MiB, whenever enough objects have outlived a collection.
 * Two million rows by default. With `text` each row has a text that no other has, which the view keeps: the dictionary of symbols has to forget as much as it learns.
 *
 *     npm run bench window [text] [rows]
 */
import { getHeapSpaceStatistics } from 'node:v8';
import { Oid, rowLayout, RowBatchBuilder, sqlType } from '../src/core/index.ts';
import { BenchEngine } from './support/engine.ts';

const withText = process.argv[2] === 'text';
const rows = Number(process.argv[withText ? 3 : 2] ?? 2_000_000);
const WINDOW_MS = 30_000;
const WINDOWS = 10;
const TICK_MS = 10;
const START_MS = 1_700_000_000_000;

if (globalThis.gc === undefined) throw new Error('run with --expose-gc: npm run bench does');
const bench = await BenchEngine.create();
const events = bench.createTable('CREATE TABLE events (id bigint NOT NULL, at bigint NOT NULL, bucket int NOT NULL, value float8 NOT NULL, label text NOT NULL)', false);
bench.createView(`CREATE MATERIALIZED VIEW recent AS SELECT bucket, count(*) AS n, sum(value) AS total, max(value) AS most FROM events WHERE mz_now() < at + ${WINDOW_MS} GROUP BY bucket`);
if (withText) bench.createView(`CREATE MATERIALIZED VIEW labels AS SELECT id, label FROM events WHERE mz_now() < at + ${WINDOW_MS}`);
const layout = rowLayout([sqlType(Oid.int8), sqlType(Oid.int8), sqlType(Oid.int4), sqlType(Oid.float8), sqlType(Oid.text)]);
const ticks = (WINDOW_MS * WINDOWS) / TICK_MS;
const perTick = Math.ceil(rows / ticks);
const builder = new RowBatchBuilder(layout, perTick);
const young = (): number => getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')!.physical_space_size;
const resident = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  return process.memoryUsage().rss - young();
};
const text = new TextEncoder();
const nothing = new Uint8Array(0);
let id = 0;
let slowestMs = 0;
const mib = (bytes: number): number => Number((bytes / 1048576).toFixed(1));
const timed = (action: () => void): void => {
  const from = performance.now();
  action();
  slowestMs = Math.max(slowestMs, performance.now() - from);
};
const marks = new Map<number, number>();
const start = process.hrtime.bigint();
for (let tick = 1; tick <= ticks; tick++) {
  const now = START_MS + tick * TICK_MS;
  for (let i = 0; i < perTick; i++, id++) {
    builder.begin(1);
    builder.setLong(0, id);
    builder.setLong(1, now);
    builder.setWord(2, id % 50);
    builder.setDouble(3, (id * 7919) % 10_007);
    builder.setBytes(4, withText ? text.encode(`label of event ${id}`) : nothing);
    builder.end();
  }
  // Time passes between ticks too: what expires at its own millisecond leaves at it.
  for (let due = bench.engine.nextChange(); due !== undefined && due < now; due = bench.engine.nextChange()) bench.engine.tick(due, []);
  bench.engine.tick(now, [{ relation: events.id, rows: builder.finish() }]);
  // As a server's turn does: slices of work between ticks.
  timed(() => bench.engine.work(() => true));
  const elapsed = tick * TICK_MS;
  if (elapsed % WINDOW_MS !== 0) continue;
  marks.set(elapsed / WINDOW_MS, resident());
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  console.log(`after ${elapsed / WINDOW_MS} window lengths: ${mib(marks.get(elapsed / WINDOW_MS)!)} MiB resident beside ${mib(young())} of the young generation, ${mib(heapUsed)} of objects, ${mib(arrayBuffers)} of buffers`);
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const growth = marks.get(WINDOWS)! / marks.get(2)! - 1;
const symbols = bench.engine.memory().find(({ name }) => name === 'symbols')!;
console.log(JSON.stringify({ bench: withText ? 'window text' : 'window', rows: id, symbols: symbols.rows, symbolMib: mib(symbols.bytes), slowestSliceMs: Number(slowestMs.toFixed(1)), rowsPerSecond: Math.round(id / seconds), mibAfter2: mib(marks.get(2)!), mibAfter10: mib(marks.get(WINDOWS)!), growth: Number(growth.toFixed(3)) }));
