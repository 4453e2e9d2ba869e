import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { appendRow, defaultTextSettings, Oid, readRow, rowLayout, RowBatch, RowBatchBuilder, sqlType, SystemClock, SystemRandom } from '../../src/core/index.ts';
import type { QueryReady, Request } from '../../src/database/engine/messages.ts';
import { EngineService } from '../../src/database/engine/service.ts';
import type { Reply } from '../../src/database/thread.ts';
import type { RelationId } from '../../src/ir/index.ts';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

/** What crosses from thread to thread, and what does not. */

interface Posted {
  readonly request: Request;
  readonly transfer: readonly unknown[];
  /** buffers in the message, and how many other values there are in it */
  readonly buffers: readonly ArrayBuffer[];
  readonly values: number;
}

/** All that a message is made of. */
function* parts(value: unknown): Iterable<unknown> {
  yield value;
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer || ArrayBuffer.isView(value)) return;
  if (value instanceof Map || value instanceof Set) for (const each of value) yield* parts(each);
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) yield* parts(each);
}
const buffersIn = (value: unknown): ArrayBuffer[] => [...parts(value)].filter((part) => part instanceof ArrayBuffer);

describe('what the main thread sends', () => {
  let opened: Opened;
  let client: Client;
  let posted: Posted[];
  beforeEach(async () => {
    opened = await open();
    client = await opened.connect();
    posted = [];
    const post = Worker.prototype.postMessage;
    vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message: { readonly request: Request }, transfer) {
      const { request } = message;
      posted.push({ request, transfer: Array.isArray(transfer) ? transfer : [], buffers: buffersIn(message), values: [...parts(message)].length });
      post.call(this, message, transfer as readonly ArrayBuffer[]);
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await opened.close();
  });

  test('rows cross as whole buffers that are given away, however many rows there are', async () => {
    await client.query('create table few (n int, t text); create table many (n int, t text)');
    posted.length = 0;
    await client.query("insert into few values (1, 'x')");
    await client.copyIn('copy many from stdin', Array.from({ length: 20_000 }, (_, n) => `${n}\ttext ${n}\n`).join(''));
    const [few, many] = posted.filter(({ request }) => request.kind === 'write');
    for (const { buffers, transfer } of [few!, many!]) {
      expect(buffers.length).toBeGreaterThan(0);
      expect(transfer).toEqual(expect.arrayContaining([...buffers]));
      expect(buffers.map(({ byteLength }) => byteLength)).toEqual(buffers.map(() => 0));
    }
    // What is beside the buffers grows with their number, not with the rows.
    expect(many!.values - few!.values).toBeLessThan(10 * many!.buffers.length);
    expect(many!.buffers.length).toBeLessThan(20);
    expect(await client.query('select count(*), min(t) from many')).toEqual([['20000', 'text 0']]);
  });

  test('a query over the catalog alone asks no other thread, also in a transaction that has changed it', async () => {
    await client.query('begin; create table fresh (n int)');
    posted.length = 0;
    expect(await client.query("select relname from pg_class where relname = 'fresh'")).toEqual([['fresh']]);
    expect(await client.query("select count(*) from pg_class c join pg_attribute a on a.attrelid = c.oid where relname = 'fresh' and attnum > 0")).toEqual([['1']]);
    expect(posted).toEqual([]);
    await client.query('rollback');
  });

  test('a query over the catalog and rows takes the rows of the catalog along, as this transaction sees them', async () => {
    await client.query("create table wanted (name text); insert into wanted values ('wanted'), ('fresh'), ('nowhere')");
    await client.query('begin; create table fresh (n int)');
    posted.length = 0;
    expect(await client.query('select relname from pg_class join wanted on relname = name order by 1')).toEqual([['fresh'], ['wanted']]);
    const [query, ...others] = posted.flatMap(({ request }) => (request.kind === 'query' ? [request] : []));
    expect(others).toEqual([]);
    const nodes = [...parts(query!.request.relation)].filter((part): part is { readonly op: string; readonly id?: string } => typeof part === 'object' && part !== null && 'op' in part);
    const wanted = await client.query("select id from mz_catalog.mz_tables where name = 'wanted'");
    expect(new Set(nodes.filter(({ op }) => op === 'get').map(({ id }) => id))).toEqual(new Set(wanted.flat()));
    expect(nodes.some(({ op }) => op === 'constant')).toBe(true);
    await client.query('rollback');
  });
});

test('an answer is batches in buffers that are given away, with the text of their rows in them', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-threads-'));
  const replies: { readonly reply: Reply; readonly transfer: readonly ArrayBuffer[] }[] = [];
  let heard = (): void => {};
  const service = new EngineService({ directory, clock: new SystemClock(), random: new SystemRandom(), tell: () => {}, reply: (reply, transfer) => {
    replies.push({ reply, transfer });
    heard();
  } });
  let last = 0;
  const ask = async (request: Request): Promise<{ readonly value: unknown; readonly transfer: readonly ArrayBuffer[] }> => {
    const id = ++last;
    service.handle(id, request);
    for (;;) {
      const found = replies.find(({ reply }) => reply.id === id);
      if (found !== undefined && 'value' in found.reply) return { value: found.reply.value, transfer: found.transfer };
      if (found !== undefined) throw new Error(JSON.stringify(found.reply));
      await new Promise<void>((resolve) => (heard = resolve));
    }
  };
  try {
    const id = 'u1' as RelationId;
    const types = [sqlType(Oid.int4), sqlType(Oid.text)];
    const type = { columns: types.map((of, column) => ({ name: `c${column}`, type: of, nullable: true })), keys: [] };
    const ROWS = 5000;
    const builder = new RowBatchBuilder(rowLayout(types));
    for (let n = 0; n < ROWS; n++) appendRow(builder, [n, `text ${n}`]);
    await ask({ kind: 'recover' });
    await ask({ kind: 'start', actions: [{ kind: 'addRelation', id, type, options: { held: true, keys: [], enforced: false, name: 't' } }] });
    await ask({ kind: 'write', changes: [{ relation: id, rows: builder.finish().buffer }], check: false });
    const environment = { settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, user: 'u', database: 'd', searchPath: [], backendPid: 0, variables: new Map<string, string>() };
    const { value, transfer } = await ask({ kind: 'query', query: 1, maxRows: ROWS, request: {
      relation: { op: 'get', id, type }, type, read: { order: [], offset: 0, limit: null, width: 2 }, environment, cancel: new SharedArrayBuffer(4), memoryBytes: 1 << 30,
    } });
    const seen = new Map<number, string>();
    let answer = { value: (value as QueryReady).first, transfer };
    for (;;) {
      const buffers = buffersIn(answer.value);
      expect(buffers.length).toBe(1);
      expect(answer.transfer).toEqual(buffers);
      expect([...parts(answer.value)].length).toBeLessThan(10);
      const batch = new RowBatch(buffers[0]!, rowLayout(types));
      for (let row = 0; row < batch.rowCount; row++) {
        const [n, text] = readRow(batch, row);
        seen.set(Number(n), String(text));
      }
      if (answer.value.done) break;
      const next = await ask({ kind: 'fetch', query: 1, maxRows: ROWS });
      answer = { value: next.value as QueryReady['first'], transfer: next.transfer };
    }
    expect(seen.size).toBe(ROWS);
    for (const [n, text] of seen) expect(text).toBe(`text ${n}`);
  } finally {
    await ask({ kind: 'close' });
    await rm(directory, { recursive: true, force: true });
  }
});
