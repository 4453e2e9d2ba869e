import { expect, test } from 'vitest';
import { ManualClock, Oid, sqlType } from '../../src/core/index.ts';
import { emptyCatalog } from '../../src/catalog/index.ts';
import type { SourceItem } from '../../src/catalog/index.ts';
import type { IngestListener } from '../../src/database/ingest/host.ts';
import type { SourceNews } from '../../src/database/ingest/messages.ts';
import { Sources } from '../../src/database/sources.ts';
import type { RelationId } from '../../src/ir/index.ts';
import { pause } from './support.ts';

const columns = [{ name: 'text', type: sqlType(Oid.text), nullable: true }];
const topic = (endOffsets: readonly number[], startOffsets?: readonly number[]): SourceItem => ({
  kind: 'source', oid: 20_000, id: 'u20000' as RelationId, rowType: 20_001, name: 'events', schema: 2200, sql: '', dependsOn: [], columns, type: { columns, keys: [] },
  origin: { kind: 'kafka', connection: { kind: 'kafka', brokers: ['b:1'], securityProtocol: 'plaintext' }, topic: 't', format: { kind: 'text' }, included: [], endOffsets, ...(startOffsets && { startOffsets }) },
});

/** Sources over a reader of which the test tells the news. */
function begin(item: SourceItem, position?: string) {
  const clock = new ManualClock(0);
  const log = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const positions = new Map(position === undefined ? [] : [[String(item.oid), position]]);
  let listener: IngestListener | undefined;
  const sources = new Sources({
    ingest: (given) => {
      listener = given;
      return { open: async () => positions, request: async <T>() => undefined as T, close: async () => {} };
    },
    clock, log, positions, onUnknownLabel: () => {},
  });
  sources.start(item, emptyCatalog(), (value) => String(value));
  const waits: string[] = [];
  const stop = new AbortController();
  const read = (): Promise<string> => sources.whenReadable([item], stop.signal, (source) => void waits.push(source)).then(() => 'read', (error: Error) => error.message);
  return { clock, sources, waits, stop, read, tell: (news: SourceNews) => listener!.report({ source: item.oid, news }) };
}

test('a read of a topic waits until what it held at CREATE is there', async () => {
  const { sources, waits, read, tell } = begin(topic([5, 0]));
  const reading = read();
  let done = false;
  void reading.then(() => (done = true));
  tell({ kind: 'running' });
  await pause(5);
  expect([done, waits, sources.states[0]!.snapshotDone]).toEqual([false, ['events'], false]);
  tell({ kind: 'snapshot', complete: true });
  expect(await reading).toBe('read');
  expect(await read()).toBe('read');
  expect([waits, sources.states[0]!.snapshotDone]).toEqual([['events'], true]);
});

test.each([
  ['nothing was there', topic([0, 0]), undefined, true],
  ['all of it is durable', topic([5, 3]), '{"offsets":{"0":5,"1":4}}', true],
  ['some of it is durable', topic([5, 3]), '{"offsets":{"0":5,"1":2}}', false],
  ['a partition has not been read', topic([5, 3]), '{"offsets":{"0":9}}', false],
  ['reading begins behind it', topic([5, 3], [5, 7]), undefined, true],
])('%s', async (_what, item, position, readable) => {
  const { sources, waits, read, stop } = begin(item, position);
  expect(sources.areReadable([item])).toBe(readable);
  const reading = read();
  stop.abort();
  expect(await reading).toBe(readable ? 'read' : 'canceling statement due to user request');
  expect(waits).toEqual(readable ? [] : ['events']);
});

test('a relation that had failed by what is durable is failed from the start, until it is filled anew', async () => {
  const { read, tell } = begin(topic([5]), '{"position":{"offsets":{"0":7}},"failed":[["u20000",{"code":"55000","message":"it changed","fields":{}}]]}');
  expect(await read()).toBe('source "events" cannot be read: it changed');
  tell({ kind: 'snapshot', complete: false });
  const reading = read();
  tell({ kind: 'snapshot', complete: true });
  expect(await reading).toBe('read');
});

test('it does not wait for long where the broker stays away', async () => {
  const { clock, read, tell } = begin(topic([5]));
  const reading = read();
  tell({ kind: 'stalled', error: 'Kafka at "b:1" is away' });
  clock.advance(20_000);
  tell({ kind: 'stalled', error: 'Kafka at "b:1" is still away' });
  clock.advance(9_000);
  let done = false;
  void reading.then(() => (done = true));
  await pause(5);
  expect(done).toBe(false);
  clock.advance(1_000);
  expect(await reading).toBe('source "events" cannot be read yet: Kafka at "b:1" is still away');
  expect(await read()).toContain('still away');
  // One that is back has all its time again.
  tell({ kind: 'running' });
  const again = read();
  clock.advance(60_000);
  tell({ kind: 'stalled', error: 'gone' });
  clock.advance(10_000);
  tell({ kind: 'snapshot', complete: true });
  expect(await again).toBe('read');
});
