import { expect, test } from 'vitest';
import { appendRow, ManualClock, Oid, rowLayout, RowBatchBuilder, sqlType, SqlError, TransientError } from '../../src/core/index.ts';
import type { RowBatch } from '../../src/core/index.ts';
import type { WireChange } from '../../src/database/engine/messages.ts';
import { SourceCounters } from '../../src/database/ingest/counters.ts';
import type { SourceNews } from '../../src/database/ingest/messages.ts';
import { SourceReader } from '../../src/database/ingest/reader.ts';
import type { Source, SourceEvent } from '../../src/ingest/index.ts';
import type { RelationId } from '../../src/ir/index.ts';
import { pause } from './support.ts';

function rows(count: number, bytes = 1): RowBatch {
  const builder = new RowBatchBuilder(rowLayout([sqlType(Oid.bytea)]));
  for (let i = 0; i < count; i++) appendRow(builder, [new Uint8Array(bytes)]);
  return builder.finish();
}

type Script = readonly (SourceEvent<number> | 'breaks')[];

/** A source that says what is written, one script a read; then it waits to be stopped. */
class Scripted implements Source<number> {
  readonly resumed: (number | undefined)[] = [];
  readonly acknowledged: number[] = [];
  taken = 0;
  readonly #scripts: Script[];
  constructor(...scripts: Script[]) {
    this.#scripts = scripts;
  }
  async *read(resumeAfter: number | undefined, signal: AbortSignal): AsyncGenerator<SourceEvent<number>> {
    this.resumed.push(resumeAfter);
    for (const event of this.#scripts.shift() ?? []) {
      if (event === 'breaks') throw new TransientError('broken');
      this.taken++;
      yield event;
    }
    await new Promise<void>((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true })));
  }
  acknowledge(position: number): void {
    this.acknowledged.push(position);
  }
}

/** A reader over the source, with an engine that makes durable what it is told to. */
function begin(source: Scripted, hold = false) {
  const clock = new ManualClock(0);
  const written: { changes: readonly WireChange[]; position: string | null | undefined; first: boolean }[] = [];
  const waiting: { resolve(): void; reject(error: Error): void }[] = [];
  const news: SourceNews[] = [];
  const counters = new SourceCounters();
  const reader = new SourceReader(source as Source<unknown>, { source: 7, relations: ['u1' as RelationId], position: undefined, types: [], counters: counters.buffer }, {
    clock,
    write: (changes, { position, first }) => {
      written.push({ changes, position, first });
      return hold ? new Promise<void>((resolve, reject) => waiting.push({ resolve, reject })) : Promise.resolve();
    },
    report: async (report) => void news.push(report.news),
  });
  return { reader, clock, written, waiting, news, counters };
}

test('a snapshot that is interrupted is begun again: the position before it is void', async () => {
  const source = new Scripted(
    [{ kind: 'changes', relation: 0, rows: rows(1) }, { kind: 'commit', position: 1 }, 'breaks'],
    [{ kind: 'snapshotBegin', rowsKnown: 2 }, { kind: 'snapshotChunk', relation: 0, rows: rows(1) }, 'breaks'],
    [{ kind: 'snapshotBegin', rowsKnown: 2 }, { kind: 'snapshotChunk', relation: 0, rows: rows(2) }, { kind: 'snapshotEnd', position: 2 }],
  );
  const { reader, clock, written, news, counters } = begin(source);
  for (let i = 0; i < 3; i++) {
    await pause(5);
    clock.advance(10_000);
  }
  await pause(5);
  expect(source.resumed).toEqual([undefined, 1, undefined]);
  expect(written.map(({ position }) => position)).toEqual(['1', null, undefined, null, undefined, '2']);
  expect(news).toEqual([
    { kind: 'running' }, { kind: 'stalled', error: 'broken' }, { kind: 'running' }, { kind: 'snapshot', complete: false }, { kind: 'stalled', error: 'broken' },
    { kind: 'running' }, { kind: 'snapshot', complete: false }, { kind: 'snapshot', complete: true },
  ]);
  expect(source.acknowledged).toEqual([1, 2]);
  expect(counters.read()).toMatchObject({ messagesReceived: 4, rowsInserted: 4, rowsDeleted: 0, messagesFailed: 0, snapshotRows: 2, snapshotKnown: 2 });
  expect(await reader.stop()).toBe('2');
});

test('what is not durable is bounded, is not acknowledged, and is waited for at the end', async () => {
  const events = Array.from({ length: 100 }, (_, i): Script => [{ kind: 'changes', relation: 0, rows: rows(1, 1 << 20) }, { kind: 'commit', position: i + 1 }]).flat();
  const source = new Scripted(events);
  const { reader, written, waiting } = begin(source, true);
  await pause(20);
  expect(written.length).toBeGreaterThan(10);
  expect(written.length).toBeLessThan(20);
  const taken = source.taken;
  await pause(20);
  expect(source.taken).toBe(taken);
  expect(source.acknowledged).toEqual([]);
  let stopped: string | undefined;
  const stopping = reader.stop().then((position) => (stopped = position));
  await pause(5);
  expect(stopped).toBeUndefined();
  for (let i = 0; i < 100 && stopped === undefined; i++) {
    for (const write of waiting.splice(0)) write.resolve();
    await pause(1);
  }
  await stopping;
  expect(stopped).toBe(String(written.length));
  expect(source.acknowledged.at(-1)).toBe(written.length);
});

test('a write that failed is never acknowledged, nor what came after it', async () => {
  const source = new Scripted([{ kind: 'commit', position: 1 }, { kind: 'commit', position: 2 }, { kind: 'commit', position: 3 }, { kind: 'progress', position: 4 }]);
  const { reader, waiting, news } = begin(source, true);
  await pause(5);
  waiting[0]!.resolve();
  waiting[1]!.reject(new Error('the disk is full'));
  waiting[2]!.resolve();
  await pause(5);
  expect(source.acknowledged).toEqual([1]);
  expect(news.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'XX000', message: 'internal error: the disk is full' } });
  expect(await reader.stop()).toBe('1');
});

test('a write that the log could not take is tried again, from the durable position', async () => {
  const source = new Scripted([{ kind: 'commit', position: 1 }, { kind: 'commit', position: 2 }, { kind: 'commit', position: 3 }], [{ kind: 'commit', position: 2 }, { kind: 'commit', position: 3 }]);
  const { reader, clock, waiting, written, news } = begin(source, true);
  await pause(5);
  const [first, second, third] = waiting.splice(0);
  first!.resolve();
  second!.reject(new SqlError('58000', 'could not write to the log: no space left on device'));
  third!.reject(new SqlError('58000', 'an earlier write of the source failed'));
  await pause(5);
  expect(news.at(-1)).toEqual({ kind: 'stalled', error: 'could not write to the log: no space left on device' });
  clock.advance(10_000);
  await pause(5);
  for (const write of waiting.splice(0)) write.resolve();
  await pause(5);
  expect(source.resumed).toEqual([undefined, 1]);
  expect(written.map(({ first: begins, position }) => [begins, position])).toEqual([[true, '1'], [false, '2'], [false, '3'], [true, '2'], [false, '3']]);
  expect(source.acknowledged).toEqual([1, 2, 3]);
  expect(await reader.stop()).toBe('3');
});

test('a relation that has failed gets nothing more, is kept failed with the position, and is filled anew by a snapshot alone', async () => {
  const change: SourceEvent<number> = { kind: 'changes', relation: 0, rows: rows(1) };
  const failed: SourceEvent<number> = { kind: 'failed', relation: 0, error: new SqlError('55000', 'it changed', { hint: 'Make it anew.' }) };
  const stored = '{"position":2,"failed":[["u1",{"code":"55000","message":"it changed","fields":{"hint":"Make it anew."}}]]}';
  const source = new Scripted(
    [change, { kind: 'commit', position: 1 }, change, failed, change, { kind: 'commit', position: 2 }, 'breaks'],
    [change, { kind: 'truncate', relation: 0 }, { kind: 'commit', position: 3 }, 'breaks'],
    [{ kind: 'snapshotBegin', rowsKnown: 1 }, { kind: 'snapshotChunk', relation: 0, rows: rows(1) }, { kind: 'snapshotEnd', position: 4 }],
  );
  const { reader, clock, written, news } = begin(source);
  for (let i = 0; i < 3; i++) {
    await pause(5);
    clock.advance(10_000);
  }
  await pause(5);
  expect(written.map(({ changes, position }) => [changes.length, position])).toEqual([[1, '1'], [0, stored], [0, stored.replace('2', '3')], [1, null], [1, undefined], [0, '4']]);
  expect(source.resumed).toEqual([undefined, 2, 3]);
  expect(news.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
  await reader.stop();
});

test('what was there when a source was made is counted as it comes', async () => {
  const source = new Scripted([
    { kind: 'progress', position: 0, rowsKnown: 3 }, { kind: 'changes', relation: 0, rows: rows(2) }, { kind: 'commit', position: 1 }, { kind: 'changes', relation: 0, rows: rows(1) }, { kind: 'commit', position: 2 },
    { kind: 'snapshotEnd', position: 2 }, { kind: 'changes', relation: 0, rows: rows(5) }, { kind: 'commit', position: 3 },
  ]);
  const { reader, news, written, counters } = begin(source);
  await pause(5);
  expect(counters.read()).toMatchObject({ messagesReceived: 8, snapshotRows: 3, snapshotKnown: 3 });
  expect(news).toEqual([{ kind: 'running' }, { kind: 'snapshot', complete: true }]);
  expect(written.map(({ position }) => position)).toEqual(['1', '2', '2', '3']);
  await reader.stop();
});
