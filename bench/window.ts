/**
 * Memory under a temporal filter: rows pass through a window that keeps them for a while; what is resident after ten window lengths is compared with what was after two.
 * Two million rows by default.
 *
 *     npm run bench window [rows]
 */
import { Oid, rowLayout, RowBatchBuilder, sqlType } from '../src/core/index.ts';
import { BenchEngine } from './support/engine.ts';

const rows = Number(process.argv[2] ?? 2_000_000);
const WINDOW_MS = 30_000;
const WINDOWS = 10;
const TICK_MS = 10;
const START_MS = 1_700_000_000_000;

if (globalThis.gc === undefined) throw new Error('run with --expose-gc: npm run bench does');
const bench = await BenchEngine.create();
const events = bench.createTable('CREATE TABLE events (id bigint NOT NULL, at bigint NOT NULL, bucket int NOT NULL, value float8 NOT NULL)', false);
bench.createView(`CREATE MATERIALIZED VIEW recent AS SELECT bucket, count(*) AS n, sum(value) AS total, max(value) AS most FROM events WHERE mz_now() < at + ${WINDOW_MS} GROUP BY bucket`);
const layout = rowLayout([sqlType(Oid.int8), sqlType(Oid.int8), sqlType(Oid.int4), sqlType(Oid.float8)]);
const ticks = (WINDOW_MS * WINDOWS) / TICK_MS;
const perTick = Math.ceil(rows / ticks);
const builder = new RowBatchBuilder(layout, perTick);
const resident = (): number => {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  return process.memoryUsage().rss;
};
let id = 0;
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
    builder.end();
  }
  // Time passes between ticks too: what expires at its own millisecond leaves at it.
  for (let due = bench.engine.nextChange(); due !== undefined && due < now; due = bench.engine.nextChange()) bench.engine.tick(due, []);
  bench.engine.tick(now, [{ relation: events.id, rows: builder.finish() }]);
  const elapsed = tick * TICK_MS;
  if (elapsed % WINDOW_MS === 0) marks.set(elapsed / WINDOW_MS, resident());
}
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
const mib = (bytes: number): number => Number((bytes / 1048576).toFixed(1));
for (const [windows, bytes] of marks) console.log(`after ${windows} window lengths: ${mib(bytes)} MiB resident`);
const growth = marks.get(WINDOWS)! / marks.get(2)! - 1;
console.log(JSON.stringify({ bench: 'window', rows: id, rowsPerSecond: Math.round(id / seconds), mibAfter2: mib(marks.get(2)!), mibAfter10: mib(marks.get(WINDOWS)!), growth: Number(growth.toFixed(3)) }));
