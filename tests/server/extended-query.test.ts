import { afterAll, beforeAll, expect, test } from 'vitest';
import { Oid } from '../../src/core/index.ts';
import { column } from './support/fake-database.ts';
import { RawClient, frontend as f } from './support/raw.ts';
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

const rowsOf = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `DataRow(${from + i}|row ${from + i})`);
const description = 'RowDescription(i:23,t:25)';

test('a statement in one packet', async () => {
  expect(await client.ask(f.parse('', 'rows 2'), f.bind('', ''), f.describe('P'), f.execute(), f.sync())).toEqual([
    'ParseComplete', 'BindComplete', description, ...rowsOf(1, 2), 'CommandComplete(SELECT 2)', 'ReadyForQuery(I)',
  ]);
});

test('the unnamed statement survives Sync', async () => {
  await client.ask(f.parse('', 'rows 1'), f.describe('S'), f.sync());
  expect(await client.ask(f.bind('', ''), f.execute(), f.sync())).toEqual(['BindComplete', 'DataRow(1|row 1)', 'CommandComplete(SELECT 1)', 'ReadyForQuery(I)']);
});

test('a portal is suspended after exactly the rows asked for, even where nothing is left', async () => {
  expect(
    await client.ask(f.parse('', 'begin'), f.bind('', ''), f.execute(), f.parse('', 'rows 4'), f.bind('c', ''), f.describe('P', 'c'), f.execute('c', 2), f.sync()),
  ).toEqual(['ParseComplete', 'BindComplete', 'CommandComplete(BEGIN)', 'ParseComplete', 'BindComplete', description, ...rowsOf(1, 2), 'PortalSuspended', 'ReadyForQuery(T)']);
  expect(await client.ask(f.execute('c', 2), f.sync())).toEqual([...rowsOf(3, 4), 'PortalSuspended', 'ReadyForQuery(T)']);
  expect(await client.ask(f.execute('c', 2), f.sync())).toEqual(['CommandComplete(SELECT 0)', 'ReadyForQuery(T)']);
  expect(await client.ask(f.query('commit'))).toEqual(['CommandComplete(COMMIT)', 'ReadyForQuery(I)']);
});

test('a tag counts the rows since the portal was last suspended', async () => {
  expect(await client.ask(f.parse('', 'rows 5'), f.bind('', ''), f.execute('', 3), f.execute('', 3), f.execute('', 3), f.sync())).toEqual([
    'ParseComplete', 'BindComplete', ...rowsOf(1, 3), 'PortalSuspended', ...rowsOf(4, 5), 'CommandComplete(SELECT 2)', 'CommandComplete(SELECT 0)', 'ReadyForQuery(I)',
  ]);
});

test('outside a block a suspended portal dies with Sync', async () => {
  await client.ask(f.parse('', 'rows 9'), f.bind('dies', ''), f.execute('dies', 3), f.sync());
  expect(served.database.sessions[0]!.openPortals).toBe(0);
  expect(await client.ask(f.execute('dies', 3), f.sync())).toEqual(['ErrorResponse(ERROR 34000 portal "dies" does not exist)', 'ReadyForQuery(I)']);
});

test('a row limit does not suspend a command without rows', async () => {
  expect(await client.ask(f.parse('', 'set application_name to x'), f.bind('', ''), f.execute('', 1), f.sync())).toEqual([
    'ParseComplete', 'BindComplete', 'CommandComplete(SET)', 'ParameterStatus(application_name=x)', 'ReadyForQuery(I)',
  ]);
});

test('a command without rows runs once', async () => {
  expect(await client.ask(f.parse('', 'insert 77'), f.bind('', ''), f.execute(), f.execute(), f.sync())).toEqual([
    'ParseComplete', 'BindComplete', 'CommandComplete(INSERT 0 1)', 'ErrorResponse(ERROR 55000 portal "" cannot be run)', 'ReadyForQuery(I)',
  ]);
  expect(served.database.committed).not.toContain(77);
});

test.each(['', '/* ping */', ' ;'])('the empty query %j', async (sql) => {
  expect(await client.ask(f.parse('', sql), f.bind('', ''), f.describe('P'), f.execute(), f.sync())).toEqual([
    'ParseComplete', 'BindComplete', 'NoData', 'EmptyQueryResponse', 'ReadyForQuery(I)',
  ]);
});

test('Flush brings the answers without ReadyForQuery', async () => {
  client.send(f.parse('', 'rows 3'), f.bind('C_1', ''), f.describe('P', 'C_1'), f.flush());
  expect(await client.until('RowDescription')).toEqual(['ParseComplete', 'BindComplete', description]);
  client.send(f.execute('C_1', 2), f.flush());
  expect(await client.until('PortalSuspended')).toEqual([...rowsOf(1, 2), 'PortalSuspended']);
  client.send(f.execute('C_1', 100), f.flush());
  expect(await client.until('CommandComplete')).toEqual(['DataRow(3|row 3)', 'CommandComplete(SELECT 1)']);
  expect(await client.ask(f.close('P', 'C_1'), f.sync())).toEqual(['CloseComplete', 'ReadyForQuery(I)']);
});

test('after an error all is skipped up to Sync, and nothing of the pipeline is kept', async () => {
  expect(
    await client.ask(f.parse('', 'insert 1'), f.bind('', ''), f.execute(), f.parse('', 'fail'), f.bind('', ''), f.execute(), f.parse('', 'insert 2'), f.bind('', ''), f.execute(), f.sync()),
  ).toEqual(['ParseComplete', 'BindComplete', 'CommandComplete(INSERT 0 1)', 'ParseComplete', 'BindComplete', 'ErrorResponse(ERROR 22012 division by zero)', 'ReadyForQuery(I)']);
  await client.ask(f.parse('s', 'insert 3'), f.bind('', 's'), f.execute(), f.bind('', 's'), f.execute(), f.close('S', 's'), f.sync());
  expect(served.database.committed.slice(-2)).toEqual([3, 3]);
});

test('an error shows before Sync', async () => {
  client.send(f.parse('', 'rows 1'), f.bind('', 'nowhere'));
  expect(await client.until('ErrorResponse')).toEqual(['ParseComplete', 'ErrorResponse(ERROR 26000 prepared statement "nowhere" does not exist)']);
  expect(await client.ask(f.sync())).toEqual(['ReadyForQuery(I)']);
});

test('a commit that fails at Sync', async () => {
  expect((await client.ask(f.parse('', 'commit fails'), f.bind('', ''), f.execute(), f.sync())).slice(-3)).toEqual([
    'CommandComplete(COMMIT FAILS)', 'ErrorResponse(ERROR 40001 could not serialize access)', 'ReadyForQuery(I)',
  ]);
});

test('names', async () => {
  await client.ask(f.parse('s', 'rows 1'), f.sync());
  expect(await client.ask(f.parse('s', 'rows 1'), f.sync())).toEqual(['ErrorResponse(ERROR 42P05 prepared statement "s" already exists)', 'ReadyForQuery(I)']);
  expect(await client.ask(f.bind('p', 's'), f.bind('p', 's'), f.sync())).toEqual(['BindComplete', 'ErrorResponse(ERROR 42P03 cursor "p" already exists)', 'ReadyForQuery(I)']);
  expect(await client.ask(f.close('S', 's'), f.close('S', 'never'), f.close('P', 'never'), f.sync())).toEqual(['CloseComplete', 'CloseComplete', 'CloseComplete', 'ReadyForQuery(I)']);
  expect(await client.ask(f.describe('S', 's'), f.sync())).toEqual(['ErrorResponse(ERROR 26000 prepared statement "s" does not exist)', 'ReadyForQuery(I)']);
  await client.ask(f.query('rows 1'));
  expect(await client.ask(f.bind('', ''), f.sync())).toEqual(['ErrorResponse(ERROR 26000 unnamed prepared statement does not exist)', 'ReadyForQuery(I)']);
});

test('a cursor declared in SQL is a portal', async () => {
  await client.ask(f.query('begin; declare srv 3'));
  expect(await client.ask(f.describe('P', 'srv'), f.execute('srv', 2), f.sync())).toEqual([description, ...rowsOf(1, 2), 'PortalSuspended', 'ReadyForQuery(T)']);
  await client.ask(f.query('rollback'));
});

test('a failed block refuses all but its end', async () => {
  await client.ask(f.parse('r', 'rows 1'), f.parse('end', 'rollback'), f.sync());
  await client.ask(f.query('begin'));
  expect(await client.ask(f.query('fail'))).toEqual(['ErrorResponse(ERROR 22012 division by zero)', 'ReadyForQuery(E)']);
  const aborted = 'ErrorResponse(ERROR 25P02 current transaction is aborted, commands ignored until end of transaction block)';
  expect(await client.ask(f.bind('', 'r'), f.execute(), f.sync())).toEqual([aborted, 'ReadyForQuery(E)']);
  expect(await client.ask(f.describe('S', 'r'), f.sync())).toEqual([aborted, 'ReadyForQuery(E)']);
  expect(await client.ask(f.query('rows 1'))).toEqual([aborted, 'ReadyForQuery(E)']);
  expect(await client.ask(f.bind('', 'end'), f.execute(), f.sync())).toEqual(['BindComplete', 'CommandComplete(ROLLBACK)', 'ReadyForQuery(I)']);
});

test('parameters: types, counts and formats', async () => {
  await client.ask(f.parse('e', 'echo int4', [0]), f.sync());
  expect(await client.ask(f.describe('S', 'e'), f.sync())).toEqual([`ParameterDescription(${Oid.int4})`, 'RowDescription(echo:23)', 'ReadyForQuery(I)']);
  const run = (...bind: Parameters<typeof f.bind>): Promise<string[]> => client.ask(f.bind(...bind), f.describe('P'), f.execute(), f.sync());
  expect(await run('', 'e', ['-12'])).toEqual(['BindComplete', 'RowDescription(echo:23)', 'DataRow(-12)', 'CommandComplete(SELECT 1)', 'ReadyForQuery(I)']);
  expect(await run('', 'e', [Buffer.from('fffffff4', 'hex')], [1], [1])).toEqual(['BindComplete', 'RowDescription(echo:23b)', 'DataRow(\\xfffffff4)', 'CommandComplete(SELECT 1)', 'ReadyForQuery(I)']);
  expect((await run('', 'e', [null], [0], [0]))[2]).toBe('DataRow(null)');
  expect(await run('', 'e', [])).toEqual(['ErrorResponse(ERROR 08P01 bind message supplies 0 parameters, but prepared statement "e" requires 1)', 'ReadyForQuery(I)']);
  expect(await run('', 'e', ['1'], [0, 0])).toEqual(['ErrorResponse(ERROR 08P01 bind message has 2 parameter formats but 1 parameters)', 'ReadyForQuery(I)']);
  expect(await run('', 'e', ['1'], [], [0, 0])).toEqual(['ErrorResponse(ERROR 08P01 bind message has 2 result formats but query has 1 columns)', 'ReadyForQuery(I)']);
  expect(await run('', 'e', ['1'], [7])).toEqual(['ErrorResponse(ERROR 22023 unsupported format code: 7)', 'ReadyForQuery(I)']);
  expect(await run('', 'e', ['abc'])).toEqual([`ErrorResponse(ERROR 22P02 invalid input syntax for type integer: "abc" W=unnamed portal parameter $1 = '...')`, 'ReadyForQuery(I)']);
  // asyncpg gives a format code for no parameters at all
  await client.ask(f.parse('none', 'rows 0'), f.sync());
  expect(await run('', 'none', [], [1], [1])).toEqual(['BindComplete', 'RowDescription(i:23b,t:25b)', 'CommandComplete(SELECT 0)', 'ReadyForQuery(I)']);
  expect(served.database.sessions[0]!.openPortals).toBe(0);
});

test('text that is not UTF-8', async () => {
  await client.ask(f.parse('text', 'echo text'), f.sync());
  const bind = (hex: string): Promise<string[]> => client.ask(f.bind('', 'text', [Buffer.from(hex, 'hex')]), f.sync());
  expect(await bind('61ff')).toEqual(['ErrorResponse(ERROR 22021 invalid byte sequence for encoding "UTF8": 0xff W=unnamed portal parameter $1)', 'ReadyForQuery(I)']);
  expect(await bind('e328a1')).toEqual(['ErrorResponse(ERROR 22021 invalid byte sequence for encoding "UTF8": 0xe3 0x28 0xa1 W=unnamed portal parameter $1)', 'ReadyForQuery(I)']);
  expect(await bind('610062')).toEqual(['ErrorResponse(ERROR 22021 invalid byte sequence for encoding "UTF8": 0x00 W=unnamed portal parameter $1)', 'ReadyForQuery(I)']);
});

test('regclass and its like are written by name, and sent by number', async () => {
  served.database.canned.set('names', { columns: [column('c', Oid.regclass)], rowCount: 1, row: (builder) => builder.setWord(0, 1259) });
  expect((await client.ask(f.query('names')))[1]).toBe('DataRow(object 1259 of 2205)');
  expect((await client.ask(f.parse('', 'names'), f.bind('', '', [], [], [1]), f.execute(), f.sync()))[2]).toBe('DataRow(\\x000004eb)');
});

test('what Describe and Close cannot be about', async () => {
  expect(await client.ask(f.describe('Z' as 'S'), f.sync())).toEqual(['ErrorResponse(ERROR 08P01 invalid DESCRIBE message subtype 90)', 'ReadyForQuery(I)']);
  expect(await client.ask(f.close('Z' as 'S'), f.sync())).toEqual(['ErrorResponse(ERROR 08P01 invalid CLOSE message subtype 90)', 'ReadyForQuery(I)']);
});

test('a body cut short is an error, not the end', async () => {
  const whole = f.bind('', '', ['12345']);
  const cut = Buffer.from(whole.subarray(0, whole.length - 6));
  cut.writeInt32BE(cut.length - 1, 1);
  await client.ask(f.parse('', 'echo text'), f.sync());
  expect(await client.ask(cut, f.sync())).toEqual(['ErrorResponse(ERROR 08P01 insufficient data left in message)', 'ReadyForQuery(I)']);
});
