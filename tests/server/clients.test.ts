import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { SystemRandom } from '../../src/core/index.ts';
import { scramVerifier } from '../../src/server/index.ts';
import { psql, psqlMissing } from './support/psql.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

describe('trust', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve();
  });
  afterAll(async () => {
    await served.server.close();
    expect(served.errors).toEqual([]);
  });

  test('node-postgres: simple, named and many at once', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: served.port, user: 'materialize', database: 'materialize', max: 5 });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => pool.query(`rows ${i}`)));
    expect(answers.map(({ rowCount }) => rowCount)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const named = { name: 'echoes', text: 'echo int4', values: [41] };
    expect((await pool.query(named)).rows).toEqual([{ echo: 41 }]);
    expect((await pool.query({ ...named, values: [null] })).rows).toEqual([{ echo: null }]);
    await expect(pool.query('fail 2')).rejects.toMatchObject({ code: '22012', message: 'division by zero', position: '2', severity: 'ERROR' });
    await pool.end();
  });

  test.skipIf(psqlMissing)('psql: rows, errors with a caret, \\gdesc, FETCH_COUNT, several statements', async () => {
    expect((await psql(served.port, ['-Atc', 'rows 3'])).out).toBe('1|row 1\n2|row 2\n3|row 3\n');
    const failed = await psql(served.port, ['-c', 'rows 1; fail 3']);
    expect(failed.err).toBe('ERROR:  division by zero\nLINE 1: rows 1; fail 3\n                  ^\n');
    expect((await psql(served.port, ['-At'], { input: 'notice hi there\n;\nset application_name to z;\n' })).err).toBe('NOTICE:  hi there\n');
    expect((await psql(served.port, ['-c', 'nonsense'])).err).toContain('ERROR:  syntax error at or near "nonsense"');
  });

  test.skipIf(psqlMissing)('psql: COPY both ways', async () => {
    expect((await psql(served.port, ['-c', 'copy out 2'])).out).toBe('1\tx\n2\tx\n');
    const copied = await psql(served.port, ['-q'], { input: 'copy in from stdin;\n1\ta\n2\tb\n\\.\nrows 1;\n' });
    expect(copied).toMatchObject({ code: 0, err: '' });
    expect(served.database.copied.at(-1)).toBe('1\ta\n2\tb\n');
  });

  test.skipIf(psqlMissing)('psql: Ctrl-C cancels, and the session goes on', async () => {
    const run = psql(served.port, ['-At'], {
      input: 'wait;\nrows 1;\n',
      onStart: (interrupt) => {
        const timer = setInterval(() => {
          if (!served.database.sessions.at(-1)!.closed && served.database.sessions.at(-1)!.options.settings.get('application_name') === 'psql' && served.database.sessions.at(-1)!.openPortals === 1) {
            clearInterval(timer);
            interrupt();
          }
        }, 20);
      },
    });
    const { err } = await run;
    expect(err).toContain('ERROR:  canceling statement due to user request');
  });

  test.skipIf(psqlMissing)('an unknown database', async () => {
    expect((await psql(served.port, ['-d', 'nowhere', '-c', 'rows 1'])).err).toMatch(/FATAL:  database "nowhere" does not exist\n$/);
    const client = new pg.Client({ host: '127.0.0.1', port: served.port, user: 'materialize', database: 'nowhere' });
    await expect(client.connect()).rejects.toMatchObject({ code: '3D000', severity: 'FATAL' });
  });

  test.skipIf(psqlMissing)('start-up settings reach the session', async () => {
    await psql(served.port, ['-c', 'rows 0'], { env: { PGOPTIONS: '-c statement_timeout=5s --search_path=a\\ b', PGAPPNAME: 'me', PGTZ: 'Europe/Paris' } });
    const { settings } = served.database.sessions.at(-1)!.options;
    expect(Object.fromEntries(settings)).toMatchObject({ statement_timeout: '5s', search_path: 'a b', application_name: 'me', timezone: 'Europe/Paris' });
    expect((await psql(served.port, ['-c', 'rows 0'], { env: { PGOPTIONS: '-c bad=1' } })).err).toMatch(/FATAL:  unrecognized configuration parameter "bad"\n$/);
  });
});

describe('SCRAM', () => {
  let served: Served;
  beforeAll(async () => {
    const users = new Map([
      ['materialize', await scramVerifier('geheim', new SystemRandom())],
      ['unicode', await scramVerifier('pa\u00a0ss\u2168', new SystemRandom())],
    ]);
    served = await serve({ auth: { method: 'scram', users } });
  });
  afterAll(async () => {
    await served.server.close();
    expect(served.errors).toEqual([]);
  });
  const connect = async (user: string, password: string): Promise<string> => {
    const client = new pg.Client({ host: '127.0.0.1', port: served.port, user, password, database: 'materialize' });
    await client.connect();
    const { rows } = await client.query<{ t: string }>('rows 1');
    await client.end();
    return rows[0]!.t;
  };

  test('the right password', async () => {
    expect(await connect('materialize', 'geheim')).toBe('row 1');
  });
  test.each([['materialize', 'falsch'], ['nobody', 'geheim'], ['materialize', 'x']])('%s with %j is refused, and nothing tells why', async (user, password) => {
    await expect(connect(user, password)).rejects.toMatchObject({ code: '28P01', message: `password authentication failed for user "${user}"`, severity: 'FATAL' });
  });
  test.skipIf(psqlMissing)('psql', async () => {
    expect((await psql(served.port, ['-Atc', 'rows 1'], { env: { PGPASSWORD: 'geheim' } })).out).toBe('1|row 1\n');
    expect((await psql(served.port, ['-Atc', 'rows 1'], { env: { PGPASSWORD: 'falsch' } })).err).toMatch(/FATAL:  password authentication failed for user "materialize"\n$/);
    expect((await psql(served.port, ['-w', '-c', 'rows 1'])).err).toContain('no password supplied');
    expect((await psql(served.port, ['-Atc', 'rows 1'], { env: { PGPASSWORD: 'geheim', PGCHANNELBINDING: 'require' } })).code).not.toBe(0);
  });
  test.skipIf(psqlMissing)('a password that SASLprep changes', async () => {
    expect((await psql(served.port, ['-U', 'unicode', '-Atc', 'rows 1'], { env: { PGPASSWORD: 'pa ssIX' } })).out).toBe('1|row 1\n');
    expect((await psql(served.port, ['-U', 'unicode', '-Atc', 'rows 1'], { env: { PGPASSWORD: 'pa\u00a0ss\u2168' } })).out).toBe('1|row 1\n');
  });
});
