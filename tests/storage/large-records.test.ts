import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendRow, Oid, RowBatch, rowLayout, RowBatchBuilder, sqlType } from '../../src/core/index.ts';
import { Store } from '../../src/storage/index.ts';
import type { LogRecord } from '../../src/storage/index.ts';

const layout = rowLayout([sqlType(Oid.int4)]);
function rows(first: number, count: number): Uint8Array {
  const builder = new RowBatchBuilder(layout);
  for (let n = first; n < first + count; n++) appendRow(builder, [n]);
  return new Uint8Array(builder.finish().buffer);
}
const record = (time: number, changes: LogRecord['changes']): LogRecord => ({ time, changes, positions: [['7', String(time)]], catalog: [] });

let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'millrace-store-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a record of many parts is one record, read batch by batch, and counted', async () => {
  const store = new Store(directory);
  const batches = Array.from({ length: 24 }, (_, batch) => rows(batch * 50_000, 50_000)); // 19 MiB: three parts
  await store.append(record(1, [{ relation: 'u1', rows: rows(0, 3) }, ...batches.map((bytes) => ({ relation: 'u2', rows: bytes })), { relation: 'u1', truncate: true }]));
  await store.append(record(2, [{ relation: 'u2', rows: rows(0, 5) }]));
  await store.close();

  const again = new Store(directory);
  const [first, second] = [...again.records()];
  expect([first!.sequence, second!.sequence, first!.changes.length]).toEqual([1, 2, 26]);
  expect(first!.changes.slice(1, 25).map((change) => Buffer.compare(change.rows!, batches[first!.changes.indexOf(change) - 1]!))).toEqual(Array(24).fill(0));
  expect(new RowBatch(first!.changes[1]!.rows!.buffer as ArrayBuffer, layout).rowCount).toBe(50_000);
  expect(first!.changes.at(-1)).toEqual({ relation: 'u1', truncate: true });
  expect(again.next('u2', 0)!.changes.map((change) => change.relation)).toEqual(Array(24).fill('u2'));
  expect(again.next('u2', 1)!.sequence).toBe(2);
  expect([again.rows('u1'), again.rows('u2'), again.rows('u3')]).toEqual([3, 1_200_005, 0]);
  await again.close();
});

test('a process killed between the parts of a record leaves nothing of it to be seen', async () => {
  // Writes one small record, then one of 256 MiB.
  const script = `
    const { Store } = await import(${JSON.stringify(new URL('../../src/storage/index.ts', import.meta.url).href)});
    const store = new Store(${JSON.stringify(directory)});
    const rows = new Uint8Array(1 << 20);
    await store.append({ time: 1, changes: [{ relation: 'u1', rows: new Uint8Array(64) }], positions: [['7', '1']], catalog: [] });
    console.log('begun');
    await store.append({ time: 2, changes: Array.from({ length: 256 }, () => ({ relation: 'u1', rows })), positions: [['7', '2']], catalog: [] });
    console.log('ended');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const file = join(directory, 'log', 'data.mdb');
  const size = (): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  while (size() < 64 << 20 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 1));
  child.kill('SIGKILL');
  await exited;
  expect(said).toBe('begun\n');

  const store = new Store(directory);
  expect([...store.records()].map(({ sequence, changes }) => [sequence, changes.length])).toEqual([[1, 1]]);
  expect(store.positions()).toEqual(new Map([['7', '1']]));
  // What was written of it is gone, and its number is free.
  await store.append(record(2, Array.from({ length: 4 }, (_, batch) => ({ relation: 'u2', rows: rows(batch, 20_000) }))));
  const last = [...store.records()].at(-1)!;
  expect([last.sequence, last.changes.map((change) => new RowBatch(change.rows!.buffer as ArrayBuffer, layout).word(0, 0))]).toEqual([2, [0, 1, 2, 3]]);
  expect(size()).toBeLessThan(128 << 20);
  await store.close();
}, 60_000);
