/**
 * Maintenance of the coupon view: changes per second, as a ratio to a hand-written native program of the same algorithm on the same events, in one run.
 * The native program and its events lie beside the project (../shared/bench/coupons); without them, or without rustc, there is no ratio and the bench says so.
 *
 *     npm run bench coupons [leads]        default 200000
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { codecOf, defaultTextSettings, readDatum } from '../src/core/index.ts';
import { relationTypeOf } from '../src/ir/index.ts';
import { BenchEngine } from './support/engine.ts';
import { changesOf, couponTables, couponView, readEvents } from './support/coupon-events.ts';
import type { CouponEvents } from './support/coupon-events.ts';

const BATCH = 100;
const COLD = 150_000;
const leads = Number(process.argv[2] ?? 200_000);
const runs = Number(process.argv[3] ?? 3);

const native = join(import.meta.dirname, '..', '..', 'shared', 'bench', 'coupons');
if (!existsSync(join(native, 'limit.rs'))) throw new Error(`the native program is not there: ${native}`);
const work = join(import.meta.dirname, '..', '.cache', 'bench');
mkdirSync(work, { recursive: true });
const eventFile = join(work, `coupons-${leads}.bin`);
if (!existsSync(eventFile)) execFileSync(process.execPath, [join(native, 'dump.mjs'), String(leads), String(COLD), eventFile]);
const limit = join(work, 'limit');
if (!existsSync(limit)) execFileSync('rustc', ['--edition', '2021', '-C', 'opt-level=3', '-C', 'target-cpu=native', '-C', 'panic=abort', '-C', 'lto=fat', '-C', 'codegen-units=1', '-o', limit, join(native, 'limit.rs')]);
const events = readEvents(eventFile);

interface Run {
  readonly rate: number;
  readonly bench: BenchEngine;
  readonly rows: Map<string, string>;
}

/** Feeds the stream and, for the comparison of contents, everything behind it. */
async function maintain(input: CouponEvents): Promise<Run> {
  const bench = await BenchEngine.create();
  const ids = { leads: bench.createTable(couponTables.leads).id, predictions: bench.createTable(couponTables.predictions).id, coupons: bench.createTable(couponTables.coupons).id };
  const view = bench.createView(couponView);
  const measured = input.stream - 50_000;
  const ticks = [];
  for (let from = 0; from < measured; from += BATCH) ticks.push(changesOf(input, from, Math.min(measured, from + BATCH), ids));
  let time = 1;
  const start = process.hrtime.bigint();
  for (const changes of ticks) bench.engine.tick(time++, changes);
  const rate = measured / (Number(process.hrtime.bigint() - start) / 1e9);
  for (let from = measured; from < input.total; from += BATCH) bench.engine.tick(time++, changesOf(input, from, Math.min(input.total, from + BATCH), ids));
  const rows = new Map<string, string>();
  const relation = { op: 'get' as const, id: view.id, type: view.type };
  const query = bench.engine.query(relation, relationTypeOf(relation), { order: [], offset: 0, limit: null, width: view.type.columns.length }, bench.environment, { interrupt: () => {}, memoryBytes: Infinity });
  while (!query.ready) bench.engine.work(() => false);
  if (query.failure !== undefined) throw query.failure;
  for (let batch = query.next(10_000); batch !== null; batch = query.next(10_000)) {
    for (let row = 0; row < batch.rowCount; row++) {
      const values = view.type.columns.map(({ type }, column) => {
        const value = readDatum(batch, row, column);
        return value === null ? '' : codecOf(type.oid).print(value, defaultTextSettings);
      });
      const second = (Number(readDatum(batch, row, 0)) / 1e6 + 946_684_800).toString();
      rows.set(`${second}|${values[1] === '' ? 'null' : values[1]}`, values.slice(2).join());
    }
  }
  return { rate, bench, rows };
}

/** Compares the view with what the native program says of the same events. */
function compare(rows: ReadonlyMap<string, string>): number {
  const dump = join(work, 'native.txt');
  execFileSync(limit, [eventFile, String(BATCH), 'delta', dump]);
  const expected = readFileSync(dump, 'utf8').trimEnd().split('\n').map((line) => line.split('\t') as [string, string]);
  let different = 0;
  for (const [key, values] of expected) {
    const own = rows.get(key)?.split(',');
    const theirs = values.split(',');
    const equal = own !== undefined && theirs.every((value, i) => value === own[i] || Number(value) === Number(own[i]));
    if (!equal && different++ < 5) console.log(`different: ${key}: native ${values}, view ${own?.join() ?? 'no row'}`);
  }
  return different + Math.abs(expected.length - rows.size);
}

const ratios: number[] = [];
let last: Run | undefined;
for (let run = 0; run < runs; run++) {
  const { rate: nativeRate } = JSON.parse(execFileSync(limit, [eventFile, String(BATCH), 'delta'], { encoding: 'utf8' })) as { rate: number };
  last = await maintain(events);
  ratios.push(last.rate / nativeRate);
  console.log(`run ${run + 1}: ${Math.round(last.rate).toLocaleString('en')} changes/s, native ${Math.round(nativeRate).toLocaleString('en')}, ratio ${(last.rate / nativeRate).toFixed(3)}`);
}
const different = compare(last!.rows);
const sorted = ratios.toSorted((a, b) => a - b);
console.log(JSON.stringify({ bench: 'coupons', leads, ratio: Number(sorted[sorted.length >> 1]!.toFixed(3)), changesPerSecond: Math.round(last!.rate), groups: last!.rows.size, different }));
if (different > 0) process.exitCode = 1;
