import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient, frontend as f, message, packet } from './support/raw.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

let served: Served;
beforeAll(async () => {
  served = await serve({ maxConnections: 20 });
});
afterAll(async () => {
  await served.server.close();
  expect(served.errors).toEqual([]);
});

const raw = (): Promise<RawClient> => RawClient.open(served.port);
const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('start-up: all parameters, the key, ready', async () => {
  const client = await raw();
  client.send(f.startup({ application_name: 'probe' }));
  const lines = await client.until('ReadyForQuery');
  expect(lines[0]).toBe('Authentication(0)');
  expect(lines.slice(1, 14).map((line) => /\((\w+)=/.exec(line)?.[1])).toEqual([
    'application_name', 'client_encoding', 'DateStyle', 'default_transaction_read_only', 'in_hot_standby', 'integer_datetimes', 'IntervalStyle',
    'is_superuser', 'server_encoding', 'server_version', 'session_authorization', 'standard_conforming_strings', 'TimeZone',
  ]);
  expect(lines[1]).toBe('ParameterStatus(application_name=probe)');
  expect(lines.slice(14)).toEqual(['BackendKeyData', 'ReadyForQuery(I)']);
  client.send(f.terminate());
  expect(await client.rest()).toEqual([]);
  await until(() => served.database.sessions.at(-1)!.closed);
});

test('encryption is not offered, and the conversation goes on', async () => {
  const client = await raw();
  for (const request of [f.gssenc(), f.ssl()]) {
    client.send(request);
    expect(await client.byte()).toBe('N');
  }
  client.send(f.startup());
  expect((await client.until('ReadyForQuery')).at(-1)).toBe('ReadyForQuery(I)');
  client.end();
});

test('a later protocol version is negotiated down', async () => {
  const client = await raw();
  client.send(f.startup({ '_pq_.fancy': 'on' }, 196610));
  expect((await client.until('ReadyForQuery'))[0]).toBe('NegotiateProtocolVersion(196608 _pq_.fancy)');
  client.end();
});

test.each([
  ['protocol 2.0', f.startup({}, 131072), '0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.0'],
  ['no user', f.startup({ user: '' }), '28000 no PostgreSQL user name specified in startup packet'],
  ['replication', f.startup({ replication: 'database' }), '0A000 the replication protocol is not supported'],
  ['no terminator', packet(196608, Buffer.from('user\0x\0')), '08P01 invalid startup packet layout: expected terminator as last byte'],
  ['a bad option', f.startup({ options: '-q' }), '42601 invalid command-line argument for server process: -q'],
  ['a bad setting', f.startup({ bad: '1' }), '42704 unrecognized configuration parameter "bad"'],
  ['garbage', Buffer.from([0, 0, 0xff, 0xff, 1, 2, 3, 4]), '08P01 invalid length of startup packet'],
  ['a length of 3 GB', Buffer.from([0xc0, 0, 0, 0, 0]), '08P01 invalid length of startup packet'],
])('refused at start-up: %s', async (_name, bytes, error) => {
  const client = await raw();
  client.send(bytes);
  expect((await client.rest()).at(-1)).toContain(`ErrorResponse(FATAL ${error}`);
});

test.each([
  ['an unknown type', message('!'), '08P01 invalid frontend message type 33'],
  ['a length below 4', Buffer.from([0x51, 0, 0, 0, 3]), '08P01 invalid message length'],
  ['a negative length', Buffer.from([0x51, 0xff, 0xff, 0xff, 0xff]), '08P01 invalid message length'],
  ['a long Sync', Buffer.from([0x53, 0, 1, 0, 0]), '08P01 invalid message length'],
  ['a query of 2 GB', Buffer.from([0x51, 0x7f, 0xff, 0xff, 0xff]), '54000 message of 2147483647 bytes is too long'],
])('ends the connection: %s', async (_name, bytes, error) => {
  const client = await RawClient.start(served.port);
  client.send(bytes);
  expect((await client.rest()).at(-1)).toContain(`ErrorResponse(FATAL ${error}`);
  await until(() => served.database.sessions.at(-1)!.closed);
});

test('a length that is announced and never sent costs nothing', async () => {
  const client = await RawClient.start(served.port);
  const before = process.memoryUsage().arrayBuffers;
  client.send(Buffer.from([0x51, 0x03, 0xff, 0xff, 0xff]), Buffer.from('select'));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024);
  client.end();
});

test('messages cut anywhere', async () => {
  const client = await RawClient.start(served.port);
  for (const byte of Buffer.concat([f.parse('', 'rows 1'), f.bind('', ''), f.execute(), f.sync()])) {
    client.socket.write(Buffer.from([byte]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await client.until('ReadyForQuery')).at(-2)).toBe('CommandComplete(SELECT 1)');
  client.end();
});

test('cancel by the right key only', async () => {
  const client = await RawClient.start(served.port);
  client.send(f.query('wait'));
  await until(() => served.database.sessions.at(-1)!.openPortals === 1);
  const cancel = async (pid: number, secret: Buffer): Promise<void> => {
    const other = await raw();
    other.send(f.cancel(pid, secret));
    expect(await other.rest()).toEqual([]);
  };
  await cancel(client.pid, Buffer.from([1, 2, 3, 4]));
  await cancel(client.pid + 1, client.secret);
  await cancel(client.pid, Buffer.concat([client.secret, client.secret]));
  expect(client.pending()).not.toContain('ReadyForQuery(I)');
  await cancel(client.pid, client.secret);
  expect((await client.until('ReadyForQuery')).slice(-2)).toEqual(['ErrorResponse(ERROR 57014 canceling statement due to user request)', 'ReadyForQuery(I)']);
  await cancel(client.pid, client.secret); // nothing runs: no effect
  expect((await client.ask(f.query('rows 0'))).at(-1)).toBe('ReadyForQuery(I)');
  client.send(f.query('copy in'));
  await client.until('CopyInResponse');
  await cancel(client.pid, client.secret);
  expect((await client.until('ReadyForQuery'))[0]).toBe('ErrorResponse(ERROR 57014 canceling statement due to user request)');
  client.end();
});

test('a client that vanishes stops what runs for it', async () => {
  const client = await RawClient.start(served.port);
  const session = served.database.sessions.at(-1)!;
  client.send(f.parse('', 'wait'), f.bind('', ''), f.execute(), f.sync());
  await until(() => session.openPortals === 1);
  client.socket.resetAndDestroy();
  await until(() => session.closed);
  expect(session.openPortals).toBe(0);
});

test('a client that closes its side still gets its answers; what never answers is stopped', async () => {
  const client = await RawClient.start(served.port);
  client.socket.end(f.query('rows 2'));
  expect((await client.until('ReadyForQuery')).at(-2)).toBe('CommandComplete(SELECT 2)');
  expect(await client.rest()).toEqual([]);

  const waiting = await RawClient.start(served.port);
  const session = served.database.sessions.at(-1)!;
  waiting.socket.end(f.query('wait'));
  await until(() => session.closed);
  expect(session.openPortals).toBe(0);
});

test('a client that does not read stops its portal, not the server', async () => {
  const slow = await RawClient.start(served.port);
  slow.socket.pause();
  slow.send(f.query('endless'));
  const before = served.database.fetches;
  await until(() => served.database.fetches > before + 10);
  let fetches = 0;
  while (fetches !== served.database.fetches) {
    fetches = served.database.fetches;
    const other = await RawClient.start(served.port);
    expect((await other.ask(f.query('rows 1'))).at(-2)).toBe('CommandComplete(SELECT 1)');
    fetches += 1; // the other's own
    other.end();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const session = served.database.sessions.find(({ openPortals }) => openPortals > 0)!;
  slow.socket.destroy();
  await until(() => session.closed);
});

test('a client that asks on without reading the answers is not read on', async () => {
  const slow = await RawClient.start(served.port);
  slow.socket.pause();
  const before = process.memoryUsage().arrayBuffers;
  const question = f.query('rows 2000');
  for (let i = 0; i < 20; i++) slow.socket.write(Buffer.concat(Array.from({ length: 100 }, () => question)));
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024);
  slow.end();
});

test('too many clients', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.start(served.port)));
  const late = await raw();
  late.send(f.startup());
  expect(await late.rest()).toEqual(['ErrorResponse(FATAL 53300 sorry, too many clients already)']);
  clients.forEach((client) => client.end());
  await until(() => served.database.sessions.every(({ closed }) => closed));
});

test('before recovery is finished', async () => {
  served.database.ready = false;
  const client = await raw();
  client.send(f.startup());
  expect((await client.rest()).at(-1)).toBe('ErrorResponse(FATAL 57P03 the database system is starting up)');
  served.database.ready = true;
});

test('random bytes never hurt the server', async () => {
  let seed = 7;
  const random = (): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
  for (let round = 0; round < 60; round++) {
    const socket = connect({ port: served.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    const junk = Buffer.from(Array.from({ length: 1 + Math.floor(random() * 400) }, () => Math.floor(random() * 256)));
    socket.end(round % 2 ? junk : Buffer.concat([f.startup(), junk]));
    await new Promise((resolve) => socket.once('close', resolve).resume());
  }
  const client = await RawClient.start(served.port);
  expect((await client.ask(f.query('rows 1'))).at(-2)).toBe('CommandComplete(SELECT 1)');
  client.end();
});

test('shutdown tells every session', async () => {
  const own = await serve();
  const idle = await RawClient.start(own.port);
  const busy = await RawClient.start(own.port);
  busy.send(f.query('wait'));
  await until(() => own.database.sessions.at(-1)!.openPortals === 1);
  const closing = own.server.close();
  for (const client of [idle, busy]) {
    expect((await client.rest()).at(-1)).toBe('ErrorResponse(FATAL 57P01 terminating connection due to administrator command)');
    client.end();
  }
  await closing;
  expect(own.database.sessions.every(({ closed, openPortals }) => closed && openPortals === 0)).toBe(true);
  await expect(raw.call(null).then(() => RawClient.open(own.port))).rejects.toThrow(/ECONNREFUSED/);
  expect(own.errors).toEqual([]);
});
