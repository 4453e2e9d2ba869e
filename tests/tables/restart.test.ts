import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { open } from '../database/support.ts';

/** Runs statements in a process of its own, and kills it as soon as it has told of `lines` answers. */
async function runAndKill(directory: string, setup: string, repeat: string, lines: number): Promise<string[]> {
  const script = `void (async () => {
    const { open } = await import('./tests/database/support.ts');
    const client = await (await open({ directory: ${JSON.stringify(directory)} })).connect();
    await client.query(${JSON.stringify(setup)});
    for (;;) process.stdout.write((await client.query(${JSON.stringify(repeat)})).flat().join() + '\\n');
  })()`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  for await (const chunk of child.stdout) {
    told += String(chunk);
    if (told.split('\n').length > lines) child.kill('SIGKILL');
  }
  return told.split('\n').slice(0, -1);
}

test('after kill -9 no number comes again, and constraints, defaults, comments and foreign keys are there', { timeout: 90_000 }, async () => {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-restart-'));
  const told = await runAndKill(directory, `
    CREATE TABLE t (id serial PRIMARY KEY, v int CHECK (v > 0), w int GENERATED ALWAYS AS (v * 2) STORED, z text DEFAULT 'zz', UNIQUE NULLS NOT DISTINCT (z, id));
    CREATE TABLE u (t int REFERENCES t NOT ENFORCED, n int GENERATED ALWAYS AS IDENTITY);
    COMMENT ON TABLE t IS 'kept'; COMMENT ON COLUMN t.v IS 'kept too'; CREATE SEQUENCE s INCREMENT 5;
    CREATE TABLE w (a int); CREATE MATERIALIZED VIEW m AS SELECT sum(a) AS s FROM w; INSERT INTO w VALUES (1); ALTER TABLE w ADD COLUMN b int DEFAULT 5, ADD CHECK (b < 10); INSERT INTO w VALUES (2, 6);
    CREATE TABLE x (a int, b int NOT NULL, c int); INSERT INTO x VALUES (1, 2); CREATE MATERIALIZED VIEW mx AS SELECT b FROM x; ALTER TABLE x DROP COLUMN c, ALTER a TYPE text USING 'x' || a, ALTER b ADD GENERATED ALWAYS AS IDENTITY (START 10); INSERT INTO x VALUES ('y');
    CREATE TEMP TABLE gone (a int); INSERT INTO gone VALUES (1)`, 'INSERT INTO t (v) VALUES (1) RETURNING id', 40);
  const last = Math.max(...told.map(Number));
  expect(last).toBeGreaterThanOrEqual(40);
  const again = await open({ directory, inline: true });
  const client = await again.connect();
  const [[next]] = await client.query('INSERT INTO t (v) VALUES (7) RETURNING id') as [[string]];
  expect(Number(next)).toBeGreaterThan(last);
  expect(Number(next)).toBeLessThanOrEqual(last + 64);
  expect(await client.query('SELECT w, z FROM t WHERE v = 7')).toEqual([['14', 'zz']]);
  expect(await client.error('INSERT INTO t (v) VALUES (0)')).toContain('23514');
  expect(await client.error('INSERT INTO u (n) VALUES (1)')).toContain('428C9');
  expect(await client.query("SELECT obj_description('t'::regclass), col_description('t'::regclass, 2)")).toEqual([['kept', 'kept too']]);
  expect(await client.query("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype IN ('c', 'f') ORDER BY 1")).toEqual([['CHECK ((b < 10))'], ['CHECK ((v > 0))'], ['FOREIGN KEY (t) REFERENCES t(id) NOT ENFORCED']]);
  expect(await client.query("SELECT count(*) FROM pg_class WHERE relpersistence = 't'")).toEqual([['0']]);
  expect(await client.query('SELECT * FROM w ORDER BY a')).toEqual([['1', '5'], ['2', '6']]);
  expect(await client.query('SELECT s FROM m')).toEqual([['3']]);
  expect(await client.query("INSERT INTO x VALUES ('z') RETURNING *")).toEqual([['z', '11']]);
  expect(await client.query('SELECT a, mx.b FROM x JOIN mx USING (b) ORDER BY b')).toEqual([['x1', '2'], ['y', '10'], ['z', '11']]);
  expect(await client.error('INSERT INTO w VALUES (1, 10)')).toContain('23514');
  expect(await client.query("SELECT nextval('s')")).toEqual([['1']]);
  await again.database.close();
  const third = await open({ directory, inline: true });
  const clean = await third.connect();
  expect(await clean.query("SELECT nextval('s')")).toEqual([['6']]);
  expect(await clean.query('INSERT INTO t (v) VALUES (8) RETURNING id')).toEqual([[String(Number(next) + 2)]]);
  await third.database.close();
  await rm(directory, { recursive: true, force: true });
});
