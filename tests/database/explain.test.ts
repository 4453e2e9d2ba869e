import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { open } from './support.ts';
import type { Client, Opened } from './support.ts';

let opened: Opened;
let client: Client;

beforeAll(async () => {
  opened = await open();
  client = await opened.connect();
  await client.query(`
    CREATE TABLE leads (id int PRIMARY KEY, region text, amount int);
    CREATE TABLE offers (lead_id int, price int);
    INSERT INTO leads SELECT i, 'r' || i % 3, i % 7 FROM generate_series(1, 300) i;
    INSERT INTO offers SELECT i % 300 + 1, i FROM generate_series(1, 600) i;
  `);
});
afterAll(() => opened.close());

const lines = async (sql: string): Promise<string[]> => (await client.query(sql)).map(([line]) => line!);
const failure = async (sql: string): Promise<unknown> => client.query(sql).then(() => undefined, (error: unknown) => error);

test('joins follow how many rows there are by now', async () => {
  await client.query('CREATE TABLE few (x int, y int); CREATE TABLE many (x int, z int)');
  const sql = 'SELECT y, z FROM few JOIN many ON few.x = many.x';
  const first = async (): Promise<string | undefined> => /few|many/.exec((await lines(`EXPLAIN ${sql}`)).join('\n'))?.[0];
  expect(await first()).toBe('few');
  // The planner hears of it behind the answer.
  await client.query('INSERT INTO few SELECT x, x FROM generate_series(1, 10) x; INSERT INTO many SELECT x % 10, x FROM generate_series(1, 5000) x');
  await vi.waitFor(async () => expect(await first()).toBe('many'));
  expect(await client.query(`SELECT count(*) FROM (${sql}) q`)).toEqual([['4500']]);
  await client.query('INSERT INTO few SELECT x, x FROM generate_series(20, 20000) x');
  await vi.waitFor(async () => expect(await first()).toBe('few'));
  await client.query('DROP TABLE few, many');
});

describe('EXPLAIN of a stage', () => {
  const sql = "SELECT l.id, (SELECT max(price) FROM offers o WHERE o.lead_id = l.id) AS best FROM leads l WHERE l.region = 'r' || '1' ORDER BY 1 LIMIT 2";

  test('raw: what was written, with its subqueries', async () => {
    const raw = await lines(`EXPLAIN (PLAN RAW) ${sql}`);
    expect(raw[0]).toMatch(/^Query \(id = #\d+, best = #\d+\) order \(#\d+\) limit int8\(2\)$/);
    expect(raw.join('\n')).toMatch(/\$scalar_subquery_1:\n.*Query \(max = #\d+\)\n[^]*Aggregate by \(\) aggregates \(#\d+ = max\(#\d+\)\)[^\n]*\n\s+Filter int4eq\(#\d+, #\d+\)\n\s+Get public.offers/);
    expect(await lines(`EXPLAIN RAW PLAN FOR ${sql}`)).toEqual(raw);
  });

  test('decorrelated, optimized', async () => {
    const decorrelated = (await lines(`EXPLAIN (PLAN DECORRELATED) ${sql}`)).join('\n');
    expect(decorrelated).toContain('Join');
    expect(decorrelated).toContain("textcat('r', '1')");
    const optimized = (await lines(`EXPLAIN OPTIMIZED PLAN FOR ${sql}`)).join('\n');
    expect(optimized).toContain("texteq(#1, 'r1')");
    expect(await lines(`EXPLAIN (PLAN OPTIMIZED, COSTS OFF, VERBOSE) ${sql}`)).toEqual(optimized.split('\n'));
  });

  test('of a statement whose WITH writes: each part by its name, and nothing is run', async () => {
    expect(await lines('EXPLAIN WITH gone AS (DELETE FROM offers WHERE price = 600 RETURNING lead_id) INSERT INTO leads SELECT lead_id + 1000 FROM gone')).toEqual([
      expect.stringMatching(/^With gone\w* =$/), '  Delete', expect.stringMatching(/^ {4}\S/), expect.stringMatching(/Get public.offers/),
      'Insert', expect.stringMatching(/^ {2}Map .*1000/), expect.stringMatching(/^ {4}Get gone/),
    ]);
    expect(await lines("EXPLAIN WITH made AS (INSERT INTO offers VALUES (1, 1) RETURNING price) SELECT price + 1 FROM made")).toEqual(expect.arrayContaining(['  Insert', expect.stringMatching(/^Map .*int4pl/)]));
    expect(await client.query('SELECT (SELECT count(*) FROM offers), (SELECT count(*) FROM leads)')).toEqual([['600', '300']]);
  });

  test('as JSON: one document of nested plans', async () => {
    const [[text]] = await client.query(`EXPLAIN (FORMAT JSON) SELECT count(*) FROM leads WHERE amount > 3`) as [[string]];
    expect(JSON.parse(text)).toEqual([{ Plan: { 'Node Type': 'Reduce', Detail: expect.stringContaining('count'), Plans: [expect.objectContaining({ 'Node Type': 'Map', Plans: [expect.objectContaining({ 'Node Type': 'Filter' })] })] } }]);
  });

  test('refuses what it does not do, by name', async () => {
    for (const [options, error] of [
      ['FORMAT XML', { code: '0A000', message: 'EXPLAIN (FORMAT XML) is not supported' }], ['FORMAT csv', { code: '22023', message: 'unrecognized value for EXPLAIN option "format": "csv"' }],
      ['BUFFERS', { code: '0A000', message: 'EXPLAIN option BUFFERS is not supported' }], ['FROB', { code: '42601', message: 'unrecognized EXPLAIN option "frob"' }],
      ['TIMING', { code: '22023', message: 'EXPLAIN option TIMING requires ANALYZE' }], ['COSTS maybe', { code: '42601', message: 'costs requires a Boolean value' }],
    ] as const) expect(await failure(`EXPLAIN (${options}) SELECT 1`), options).toMatchObject(error);
    expect(await failure('EXPLAIN ANALYZE DELETE FROM leads')).toMatchObject({ code: '0A000' });
    expect(await client.query('SELECT count(*) FROM leads')).toEqual([['300']]);
  });
});

describe('EXPLAIN (PLAN PHYSICAL)', () => {
  test('shows the operators, and which arrangements each join reads', async () => {
    const physical = (await lines('EXPLAIN (PLAN PHYSICAL) SELECT l.region, sum(o.price) FROM leads l JOIN offers o ON o.lead_id = l.id GROUP BY l.region')).map((line) => line.trim());
    expect(physical[0]).toMatch(/^Reduce by \(#\d\) aggregates \(sum\(#\d\)\)$/);
    expect(physical).toContainEqual(expect.stringMatching(/^Join \[0 ⋈ 1 on #0 = #0\]/));
    expect(physical.filter((line) => line.startsWith('Arrangement'))).toEqual(['Arrangement: leads (id), shared with a key of the table']);
    expect(physical.filter((line) => line.startsWith('In place'))).toEqual(['In place offers', 'In place leads']);
  });

  test('of a materialized view: those it is kept by, which views and named indexes share', async () => {
    await client.query(`
      CREATE MATERIALIZED VIEW best AS SELECT l.id, max(o.price) AS price FROM leads l JOIN offers o ON o.lead_id = l.id GROUP BY l.id;
      CREATE MATERIALIZED VIEW pairs AS SELECT l.region, o.price FROM leads l LEFT JOIN offers o ON o.lead_id = l.id;
    `);
    const arrangements = async (view: string): Promise<string[]> => (await lines(`EXPLAIN PHYSICAL PLAN FOR MATERIALIZED VIEW ${view}`)).map((line) => line.trim()).filter((line) => line.startsWith('Arrangement: offers'));
    expect(await arrangements('pairs')).toEqual(['Arrangement: offers (lead_id), shared with 1 other join']);
    await client.query('CREATE INDEX offers_of_lead ON offers (lead_id)');
    expect(await arrangements('pairs')).toEqual(['Arrangement: offers (lead_id), shared with index offers_of_lead, 1 other join']);
    expect(await arrangements('best')).toEqual(await arrangements('pairs'));
    await client.query('ALTER INDEX offers_of_lead RENAME TO by_lead');
    expect(await arrangements('best')).toEqual(['Arrangement: offers (lead_id), shared with index by_lead, 1 other join']);
    await client.query('DROP MATERIALIZED VIEW pairs');
    expect(await arrangements('best')).toEqual(['Arrangement: offers (lead_id), shared with index by_lead']);
    await client.query('DROP INDEX by_lead');
    expect(await arrangements('best')).toEqual(['Arrangement: offers (lead_id), of this join alone']);
  });
});

describe('EXPLAIN ANALYZE', () => {
  const figure = (line: string | undefined): { readonly rows: number; readonly ms: number; readonly held: number; readonly bytes: number } => {
    const found = /\(rows=(\d+) time=([\d.]+) ms(?: state: (\d+) rows, (\d+) bytes)?\)$/.exec(line ?? '');
    if (found === null) throw new Error(`no figures: ${line}`);
    return { rows: Number(found[1]), ms: Number(found[2]), held: Number(found[3]), bytes: Number(found[4]) };
  };

  test('runs a query and says what each operator did', async () => {
    const shown = await lines('EXPLAIN ANALYZE SELECT region, count(*) FROM leads WHERE amount < 3 GROUP BY region');
    const reduce = figure(shown[0]);
    expect(reduce).toMatchObject({ rows: 3, held: 3 });
    expect(reduce.bytes).toBeGreaterThan(0);
    // Of 1 to 300 those that leave 0, 1 or 2 when divided by 7.
    expect(figure(shown.find((line) => line.includes('Filter')))).toMatchObject({ rows: 128 });
    expect(figure(shown.find((line) => line.includes('Scan')))).toMatchObject({ rows: 300 });
    const total = Number(/^Execution Time: ([\d.]+) ms$/.exec(shown.at(-1)!)![1]);
    expect(total).toBeGreaterThan(0);
    expect(shown.slice(0, -1).reduce((sum, line) => sum + figure(line).ms, 0)).toBeLessThanOrEqual(total);
  });

  test('over catalog relations, WITH read twice, and with timing off', async () => {
    expect((await lines('EXPLAIN (ANALYZE, TIMING OFF) SELECT 1 AS x'))).toEqual(['Map (1)  (rows=1)', '  Constant (1 rows)  (rows=1)']);
    const twice = await lines('EXPLAIN (ANALYZE, TIMING OFF) WITH x AS (SELECT region, count(*) AS n FROM leads GROUP BY region) SELECT a.n, b.n FROM x a JOIN x b ON a.n = b.n');
    expect(twice.filter((line) => line.includes('(the same as above)'))).toHaveLength(1);
    expect((await lines("EXPLAIN ANALYZE SELECT count(*) FROM pg_class WHERE relname = 'leads'"))[0]).toMatch(/^Reduce .*rows=1 /);
  });

  test('of a materialized view: what its operators hold, and what computing it takes', async () => {
    const shown = await lines('EXPLAIN ANALYZE MATERIALIZED VIEW best');
    const reduce = (all: readonly string[]): string | undefined => all.find((line) => line.includes('Reduce'));
    expect(figure(reduce(shown))).toMatchObject({ rows: 300, held: 300 });
    await client.query('DELETE FROM leads WHERE id > 200');
    expect(figure(reduce(await lines('EXPLAIN ANALYZE MATERIALIZED VIEW best')))).toMatchObject({ rows: 200, held: 200 });
    const [[text]] = await client.query('EXPLAIN (ANALYZE, FORMAT JSON) MATERIALIZED VIEW best') as [[string]];
    const [{ Plan: plan, 'Execution Time': time }] = JSON.parse(text);
    expect(JSON.stringify(plan)).toMatch(/"Node Type":"Reduce","Detail":"[^"]*","Actual Rows":200,"Actual Total Time":[\d.e-]+,"State Rows":200,/);
    expect(plan['Actual Total Time']).toBeLessThan(time);
  });

  test('fails as the query does', async () => {
    expect(await failure('EXPLAIN ANALYZE SELECT 1 / (amount - amount) FROM leads')).toMatchObject({ code: '22012' });
  });
});
