import { expect, test } from 'vitest';
import { appendRow, defaultTextSettings, ManualClock, Oid, rowLayout, RowBatchBuilder, SeededRandom, sqlType } from '../../src/core/index.ts';
import { environmentOf } from '../../src/database/engine/environment.ts';
import type { SourceWrite } from '../../src/database/engine/messages.ts';
import { Relations } from '../../src/database/engine/relations.ts';
import { Timeline } from '../../src/database/engine/timeline.ts';
import type { RelationId } from '../../src/ir/index.ts';
import type { LogRecord } from '../../src/storage/index.ts';
import { Engine } from '../../src/views/index.ts';

const id = 'u1' as RelationId;
const int4 = sqlType(Oid.int4);

function rows(count: number): ArrayBuffer {
  const builder = new RowBatchBuilder(rowLayout([int4]));
  for (let n = 0; n < count; n++) appendRow(builder, [n]);
  return builder.finish().buffer;
}

/** A log that is durable, or fails, when the test says so. */
class HeldLog {
  readonly records: LogRecord[] = [];
  readonly #held: { readonly record: LogRecord; readonly resolve: (sequence: number) => void; readonly reject: (error: Error) => void }[] = [];

  append(record: LogRecord): Promise<number> {
    return new Promise((resolve, reject) => this.#held.push({ record, resolve, reject }));
  }
  keep(): void {
    const { record, resolve } = this.#held.shift()!;
    this.records.push(record);
    resolve(this.records.length);
  }
  fail(): void {
    this.#held.shift()!.reject(new Error('no space left on device'));
  }
  /** sources' positions as a start would find them */
  get positions(): Map<string, string | null> {
    return new Map(this.records.flatMap((record) => record.positions));
  }
}

function begin() {
  const clock = new ManualClock(1_700_000_000_000);
  const environment = environmentOf({
    settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, user: 'u', database: 'd', searchPath: [], backendPid: 0, variables: new Map(),
  }, { clock, random: new SeededRandom(1) });
  const engine = new Engine({ environment, log: { next: () => undefined, rows: () => 0 } });
  const relations = new Relations(engine);
  relations.act({ kind: 'addRelation', id, type: { columns: [{ name: 'n', type: int4, nullable: true }], keys: [] }, options: { held: true, keys: [], enforced: false, name: 'numbers' } });
  const log = new HeldLog();
  const answered = new Map<number, unknown>();
  const failed = new Map<number, unknown>();
  let woken = 0;
  const timeline = new Timeline({
    clock, engine, relations, store: log, wanted: () => false, wake: () => woken++,
    answer: (request, value) => void answered.set(request, value), fail: (request, error) => void failed.set(request, error),
  });
  const turn = (): Promise<boolean> => {
    const settled = timeline.work(() => false, false);
    clock.advance(1);
    return new Promise((resolve) => setImmediate(() => resolve(settled)));
  };
  const stored = (): number => engine.memory().find(({ name }) => name === 'numbers')!.rows;
  let next = 0;
  const write = (count: number, from?: SourceWrite): number => {
    timeline.push(++next, { kind: 'write', changes: [{ relation: id, rows: rows(count) }], check: false, ...(from === undefined ? {} : { from }) });
    return next;
  };
  return { timeline, log, answered, failed, turn, stored, write, woken: () => woken };
}

test('while the disk works the timeline waits to be woken, nothing is visible, and writes gather for one record', async () => {
  const { timeline, log, answered, turn, stored, write, woken } = begin();
  const first = write(1);
  expect(await turn()).toBe(false);
  expect(timeline.blocked).toBe(true);
  const others = [write(2), write(3)];
  for (let i = 0; i < 5; i++) expect(await turn()).toBe(false);
  expect(timeline.isLong).toBe(true);
  expect([stored(), answered.size, woken()]).toEqual([0, 0, 0]);
  log.keep();
  await turn();
  expect([woken(), timeline.blocked]).toEqual([1, false]);
  await turn();
  expect([stored(), [...answered.keys()]]).toEqual([1, [first]]);
  await turn();
  log.keep();
  await turn();
  await turn();
  expect([...answered.keys()]).toEqual([first, ...others]);
  // Those that shared a tick have one time.
  expect(answered.get(others[0]!)).toBe(answered.get(others[1]!));
  expect(log.records.map((record) => record.changes.length)).toEqual([1, 2]);
  expect(stored()).toBe(3);
});

test('a source of which a write failed keeps no later position until it is read anew', async () => {
  const { log, answered, failed, turn, write } = begin();
  const from = (position: string, first = false): SourceWrite => ({ source: '7', first, position });
  const kept = write(1, from('1', true));
  await turn();
  log.keep();
  await turn();
  await turn();
  const lost = write(1, from('2'));
  await turn();
  const behind = write(1, from('3'));
  const other = write(1, { source: '8', first: true, position: '1' });
  log.fail();
  await turn();
  await turn();
  await turn();
  log.keep();
  await turn();
  await turn();
  expect([...answered.keys()]).toEqual([kept, other]);
  expect([...failed.keys()]).toEqual([lost, behind]);
  expect(String(failed.get(lost))).toContain('could not write to the log: no space left on device');
  expect(log.positions).toEqual(new Map([['7', '1'], ['8', '1']]));
  const again = write(2, from('3', true));
  await turn();
  log.keep();
  await turn();
  await turn();
  expect(answered.has(again)).toBe(true);
  expect(log.positions.get('7')).toBe('3');
});
