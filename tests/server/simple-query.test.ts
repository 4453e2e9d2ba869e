import { afterAll, beforeAll, expect, test } from 'vitest';
import { message, RawClient, frontend as f } from './support/raw.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

let served: Served;
let client: RawClient;

beforeAll(async () => {
  served = await serve();
  client = await RawClient.start(served.port);
});
afterAll(async () => {
  client.end();
  await served.server.close();
  expect(served.errors).toEqual([]);
});

test('several statements, one ReadyForQuery', async () => {
  expect(await client.ask(f.query('set application_name to y; rows 1; insert 5'))).toEqual([
    'CommandComplete(SET)', 'RowDescription(i:23,t:25)', 'DataRow(1|row 1)', 'CommandComplete(SELECT 1)', 'CommandComplete(INSERT 0 1)',
    'ParameterStatus(application_name=y)', 'ReadyForQuery(I)',
  ]);
  expect(served.database.committed).toEqual([5]);
});

test('they succeed or fail together', async () => {
  expect(await client.ask(f.query('insert 6; fail; insert 7'))).toEqual(['CommandComplete(INSERT 0 1)', 'ErrorResponse(ERROR 22012 division by zero)', 'ReadyForQuery(I)']);
  expect(served.database.committed).not.toContain(6);
});

test('the last tag waits for the commit', async () => {
  expect(await client.ask(f.query('insert 8; commit fails'))).toEqual(['CommandComplete(INSERT 0 1)', 'ErrorResponse(ERROR 40001 could not serialize access)', 'ReadyForQuery(I)']);
  expect(served.database.committed).not.toContain(8);
});

test('a position counts characters of the whole message', async () => {
  expect(await client.ask(f.query("rows 0; /* é😀 */ fail 3"))).toEqual([
    'RowDescription(i:23,t:25)', 'CommandComplete(SELECT 0)', 'ErrorResponse(ERROR 22012 division by zero P=11)', 'ReadyForQuery(I)',
  ]);
  expect(await client.ask(f.query('rows 1; selct'))).toEqual(['ErrorResponse(ERROR 42601 syntax error at or near "selct" P=9)', 'ReadyForQuery(I)']);
});

test.each(['', ';', ' ; ', '/* nothing */', '-- nothing'])('the empty query %j', async (sql) => {
  expect(await client.ask(f.query(sql))).toEqual(['EmptyQueryResponse', 'ReadyForQuery(I)']);
});

test('a parameter has no meaning here', async () => {
  expect(await client.ask(f.query('echo int4'))).toEqual(['ErrorResponse(ERROR 42P02 there is no parameter $1)', 'ReadyForQuery(I)']);
});

test('notices come in their place', async () => {
  expect(await client.ask(f.query('notice hello there; rows 0'))).toEqual([
    'NoticeResponse(NOTICE 00000 hello there)', 'CommandComplete(NOTICE)', 'RowDescription(i:23,t:25)', 'CommandComplete(SELECT 0)', 'ReadyForQuery(I)',
  ]);
});

test('the function call message is refused', async () => {
  expect(await client.ask(message('F', Buffer.alloc(8)))).toEqual([
    'ErrorResponse(ERROR 0A000 the function call message is not supported H=Call the function in a SELECT.)', 'ReadyForQuery(I)',
  ]);
});

test('COPY out', async () => {
  expect(await client.ask(f.query('copy out 2'))).toEqual(['CopyOutResponse(0,2)', 'CopyData("1\\tx\\n")', 'CopyData("2\\tx\\n")', 'CopyDone', 'CommandComplete(COPY 2)', 'ReadyForQuery(I)']);
});

test('COPY in', async () => {
  client.send(f.query('copy in'));
  expect(await client.until('CopyInResponse')).toEqual(['CopyInResponse(0,2)']);
  expect(await client.ask(f.copyData('1\tx\n2'), f.flush(), f.sync(), f.copyData('\ty\n'), f.copyDone())).toEqual(['CommandComplete(COPY 2)', 'ReadyForQuery(I)']);
  expect(served.database.copied.at(-1)).toBe('1\tx\n2\ty\n');
});

test.each([
  ['in one piece', ['3\tz\n\\.\n']],
  ['in pieces', ['3\tz', '\n', '\\', '.', '\n', 'ignored\n']],
  ['with CR LF', ['3\tz\n\\.', '\r\n']],
])('COPY data may hold its end, %s', async (_name, pieces) => {
  client.send(f.query('copy in'));
  expect(await client.ask(...pieces.map(f.copyData), f.copyDone())).toEqual(['CopyInResponse(0,2)', 'CommandComplete(COPY 1)', 'ReadyForQuery(I)']);
  expect(served.database.copied.at(-1)).toBe('3\tz\n');
});

test('what only looks like the end is data', async () => {
  client.send(f.query('copy in'));
  await client.ask(...['a\\.\n', '\\', 'N\n\\', '.x\n', '\\'].map(f.copyData), f.copyDone());
  expect(served.database.copied.at(-1)).toBe('a\\.\n\\N\n\\.x\n\\');
});

test('an end without its line end', async () => {
  client.send(f.query('copy in'));
  expect((await client.ask(f.copyData('3\tz\n\\.'), f.copyDone()))[1]).toBe('ErrorResponse(ERROR 22P04 end-of-copy marker is not alone on its line)');
});

test('binary COPY data is not looked into', async () => {
  client.send(f.query('copy in binary'));
  expect((await client.ask(f.copyData('\n\\.\n'), f.copyDone()))[0]).toBe('CopyInResponse(1,2)');
  expect(served.database.copied.at(-1)).toBe('\n\\.\n');
});

test('CopyFail', async () => {
  client.send(f.query('copy in'));
  expect(await client.ask(f.copyData('1\tx\n'), f.copyFail('changed my mind'))).toEqual([
    'CopyInResponse(0,2)', 'ErrorResponse(ERROR 57014 COPY from stdin failed: changed my mind)', 'ReadyForQuery(I)',
  ]);
});

test('what follows a failed COPY is swallowed', async () => {
  client.send(f.query('copy in'));
  expect(await client.ask(f.copyData('bad\n'), f.copyData('more\n'), f.copyDone())).toEqual([
    'CopyInResponse(0,2)', 'ErrorResponse(ERROR 22P02 invalid input syntax for type integer: "bad")', 'ReadyForQuery(I)',
  ]);
  expect(await client.ask(f.query('rows 0'))).toEqual(['RowDescription(i:23,t:25)', 'CommandComplete(SELECT 0)', 'ReadyForQuery(I)']);
});

test('a query in the middle of COPY data ends the connection', async () => {
  const other = await RawClient.start(served.port);
  other.send(f.query('copy in'), f.query('rows 1'));
  expect((await other.rest()).slice(1)).toEqual([
    'ErrorResponse(ERROR 08P01 unexpected message type 0x51 during COPY from stdin)',
    'ErrorResponse(FATAL 08P01 terminating connection because protocol synchronization was lost)',
  ]);
  other.end();
});

test('COPY by the extended protocol', async () => {
  client.send(f.parse('', 'copy in'), f.bind('', ''), f.describe('P'), f.execute(), f.sync());
  await client.until('CopyInResponse');
  expect(await client.ask(f.copyData('1\tx\n'), f.copyDone(), f.sync())).toEqual(['CommandComplete(COPY 1)', 'ReadyForQuery(I)']);
});
