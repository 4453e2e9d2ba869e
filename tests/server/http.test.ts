import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { RawClient, frontend as f } from './support/raw.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

let served: Served;
let base: string;
beforeAll(async () => {
  served = await serve();
  base = `http://127.0.0.1:${served.port}`;
});
afterAll(async () => {
  await served.server.close();
  expect(served.errors).toEqual([]);
});
beforeEach(() => {
  served.database.webhookAnswer = async () => ({ status: 200, message: 'accepted' });
});

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Promise<Response> => fetch(`${base}${path}`, { method: 'POST', body, headers });
const hook = '/api/webhook/materialize/public/leads';

test.each(['/', '/health'])('health at %s, on the port of SQL', async (path) => {
  const answer = await fetch(base + path);
  expect([answer.status, await answer.json()]).toEqual([200, { status: 'ready' }]);
  served.database.ready = false;
  const starting = await fetch(base + path);
  expect([starting.status, await starting.json()]).toEqual([503, { status: 'starting' }]);
  served.database.ready = true;
});

test('metrics', async () => {
  const client = await RawClient.start(served.port);
  expect(await (await fetch(`${base}/metrics`)).text()).toContain('millrace_connections 1\n');
  client.end();
});

test('a webhook gets the body as it is, and its headers', async () => {
  const answer = await post('/api/webhook/materialize/public/weird%20name', '{"a": 1,\n"b":"é"}', { 'X-Signature': 'abc', 'content-type': 'application/json' });
  expect([answer.status, await answer.json()]).toEqual([200, { message: 'accepted' }]);
  const { body, headers, ...names } = served.database.webhooks.at(-1)!;
  expect(names).toEqual({ database: 'materialize', schema: 'public', name: 'weird name' });
  expect(Buffer.from(body).toString()).toBe('{"a": 1,\n"b":"é"}');
  expect(headers).toContainEqual(['x-signature', 'abc']);
});

test('bodies of any type, none, and bytes', async () => {
  await post(hook, Buffer.from([0, 255, 10]), { 'content-type': 'application/octet-stream' });
  expect([...served.database.webhooks.at(-1)!.body]).toEqual([0, 255, 10]);
  await fetch(base + hook, { method: 'POST' });
  expect(served.database.webhooks.at(-1)!.body).toHaveLength(0);
});

test('200 comes only after the row is durable', async () => {
  let durable: (() => void) | undefined;
  served.database.webhookAnswer = () => new Promise((resolve) => (durable = () => resolve({ status: 200, message: 'accepted' })));
  let answered = false;
  const answer = post(hook, 'x').then((response) => {
    answered = true;
    return response;
  });
  while (!durable) await new Promise((resolve) => setTimeout(resolve, 5));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(answered).toBe(false);
  durable();
  expect((await answer).status).toBe(200);
});

test.each([[400, 'invalid JSON'], [401, 'failed to satisfy the check'], [404, 'no such source'], [503, 'not now']] as const)('status %i of the database', async (status, message) => {
  served.database.webhookAnswer = async () => ({ status, message });
  const answer = await post(hook, 'x');
  expect([answer.status, await answer.json()]).toEqual([status, { error: message }]);
});

test('2 MB are taken, one byte more is not', async () => {
  const limit = 2 * 1024 * 1024;
  expect((await post(hook, Buffer.alloc(limit))).status).toBe(200);
  expect(served.database.webhooks.at(-1)!.body).toHaveLength(limit);
  const refused = await post(hook, Buffer.alloc(limit + 1));
  expect([refused.status, await refused.json()]).toEqual([413, { error: 'request body too large', detail: `A webhook body may have at most ${limit} bytes.` }]);
});

test('a header given twice', async () => {
  const status = await new Promise((resolve, reject) => {
    const sent = request({ port: served.port, host: '127.0.0.1', method: 'POST', path: hook }, (response) => resolve(response.resume().statusCode));
    sent.setHeader('X-Twice', ['a', 'b']);
    sent.on('error', reject);
    sent.end('x');
  });
  expect(status).toBe(401);
});

test('at most 500 at a time', async () => {
  const waiting: (() => void)[] = [];
  served.database.webhookAnswer = () => new Promise((resolve) => waiting.push(() => resolve({ status: 200, message: 'accepted' })));
  const statuses: number[] = [];
  const under = Array.from({ length: 500 }, () => post(hook, 'x').then(({ status }) => statuses.push(status)));
  while (waiting.length < 500) await new Promise((resolve) => setTimeout(resolve, 10));
  expect((await post(hook, 'x')).status).toBe(429);
  waiting.forEach((answer) => answer());
  await Promise.all(under);
  expect(new Set(statuses)).toEqual(new Set([200]));
  served.database.webhookAnswer = async () => ({ status: 200, message: 'accepted' });
  expect((await post(hook, 'x')).status).toBe(200);
});

test('a failure of ours says nothing of itself, and is logged', async () => {
  served.database.webhookAnswer = () => Promise.reject(new Error('secret'));
  const answer = await post(hook, 'x');
  expect([answer.status, await answer.json()]).toEqual([500, { error: 'internal error' }]);
  expect(served.errors.splice(0)).toHaveLength(1);
});

test('other paths and methods', async () => {
  const answer = await fetch(`${base}/nothing`);
  expect([answer.status, await answer.json()]).toEqual([404, { error: 'not found', detail: 'There is nothing at GET /nothing.' }]);
  expect((await fetch(base + hook)).status).toBe(404);
  const bad = await fetch(`${base}/api/webhook/materialize/public/%ff`, { method: 'POST' });
  expect(bad.status).toBe(400);
});

test('a request cut at any byte, and several on one connection', async () => {
  const socket = connect({ port: served.port, host: '127.0.0.1' });
  for (const byte of 'GET /health HTTP/1.1\r\nHost: x\r\n\r\n') {
    socket.write(byte);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const next = (): Promise<string> => new Promise((resolve) => socket.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  expect(await next()).toMatch(/^HTTP\/1\.1 200 OK/);
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
  expect(await next()).toMatch(/^HTTP\/1\.1 200 OK/);
  socket.destroy();
});

test('a request under way ends before the server closes', async () => {
  const own = await serve();
  let answer: (() => void) | undefined;
  own.database.webhookAnswer = () => new Promise((resolve) => (answer = () => resolve({ status: 200, message: 'accepted' })));
  const response = fetch(`http://127.0.0.1:${own.port}${hook}`, { method: 'POST', body: 'x' });
  while (!answer) await new Promise((resolve) => setTimeout(resolve, 5));
  const closing = own.server.close();
  answer();
  expect((await response).status).toBe(200);
  await closing;
});

test('SQL and HTTP at once', async () => {
  const client = await RawClient.start(served.port);
  const [health, lines] = await Promise.all([fetch(base), client.ask(f.query('rows 1'))]);
  expect(health.status).toBe(200);
  expect(lines.at(-1)).toBe('ReadyForQuery(I)');
  client.end();
});
