import loadLibrary from 'libpg-query/wasm/libpg-query.js';
import { beforeAll, expect, test } from 'vitest';
import { SqlError } from '../../src/core/index.ts';
import { createParser } from '../../src/planner/syntax/index.ts';
import type { SqlParser } from '../../src/planner/syntax/index.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await createParser();
});

function codeOf(sql: string, by = parser): string {
  try {
    by.parse(sql);
    return 'accepted';
  } catch (error) {
    if (error instanceof SqlError) return error.code;
    throw error;
  }
}

/** How deep each may nest: a subquery counts four times. */
const shapes: readonly { readonly name: string; readonly nested: (depth: number) => string; readonly most?: number }[] = [
  { name: 'brackets', nested: (n) => `select ${'('.repeat(n)}1${')'.repeat(n)}` },
  { name: 'subqueries', nested: (n) => `select ${'(select '.repeat(n)}1${')'.repeat(n)}`, most: 250 },
  { name: 'derived tables', nested: (n) => `select 1 from ${'(select 1 from '.repeat(n)}t${')'.repeat(n)}`, most: 250 },
  { name: 'calls', nested: (n) => `select ${'f('.repeat(n)}1${')'.repeat(n)}` },
  { name: 'arrays', nested: (n) => `select ${'array['.repeat(n)}1${']'.repeat(n)}` },
  { name: 'CASE', nested: (n) => `select ${'case when true then '.repeat(n)}1${' end'.repeat(n)}` },
  { name: 'operators', nested: (n) => `select 1${' + 1'.repeat(n)}` },
  { name: 'casts', nested: (n) => `select 1${'::int'.repeat(n)}` },
  { name: 'NOT', nested: (n) => `select ${'not '.repeat(n)}true` },
  { name: 'set operations', nested: (n) => `select 1${' union all select 1'.repeat(n)}` },
  { name: 'joins', nested: (n) => `select 1 from a${' cross join a'.repeat(n)}` },
];

test.each(shapes)('$name: deep is read, too deep is refused before the grammar sees it', ({ nested, most = 1000 }) => {
  expect(codeOf(nested(Math.floor(0.9 * most)))).toBe('accepted');
  expect(codeOf(nested(Math.floor(1.1 * most)))).toBe('54001');
  expect(codeOf(nested(100_000))).toBe('54001');
  expect(codeOf('select 1')).toBe('accepted');
});

test('length alone is no depth', () => {
  expect(codeOf(`insert into t values ${Array.from({ length: 20_000 }, (_, i) => `(${i}, -1, 'x')`).join()}`)).toBe('accepted');
  expect(codeOf(`select 1 from t where ${Array.from({ length: 5_000 }, (_, i) => `a = ${i}`).join(' or ')}`)).toBe('accepted');
  expect(codeOf(`select ${Array.from({ length: 1_600 }, (_, i) => `a + ${i}`).join()}`)).toBe('accepted');
});

test('a statement of more than a mebibyte is refused', () => {
  expect(codeOf(`select '${'x'.repeat(1_000_000)}'`)).toBe('accepted');
  expect(codeOf(`select '${'x'.repeat(1_100_000)}'`)).toBe('54001');
});

/** Every module that `load` makes fails on a statement that says so, as WebAssembly does when its stack overflows. */
async function fragile(): Promise<{ readonly parser: SqlParser; readonly loaded: () => number }> {
  let loaded = 0;
  const made = await createParser(async () => {
    loaded++;
    const module = await loadLibrary();
    let broken = false;
    const parse = module._wasm_parse_query_raw.bind(module);
    module._wasm_parse_query_raw = (text) => {
      broken ||= module.UTF8ToString(text).includes('overflow');
      if (broken) throw new RangeError('Maximum call stack size exceeded');
      return parse(text);
    };
    return module;
  });
  return { parser: made, loaded: () => loaded };
}

test('a damaged instance is replaced: the next statement is read', async () => {
  const { parser: tried, loaded } = await fragile();
  expect(loaded()).toBe(2);
  expect(codeOf('select overflow', tried)).toBe('54001');
  expect(codeOf('select 1', tried)).toBe('accepted');
  await tried.settled();
  expect(loaded()).toBe(3);
});

test('with the spare damaged too, a statement is told to wait, and soon all is well', async () => {
  const { parser: tried, loaded } = await fragile();
  expect([codeOf('select overflow', tried), codeOf('select overflow', tried), codeOf('select 1', tried)]).toEqual(['54001', '54001', '57P03']);
  await tried.settled();
  expect(codeOf('select 1', tried)).toBe('accepted');
  expect(loaded()).toBe(4);
});

test('a syntax error damages nothing', async () => {
  const { parser: tried, loaded } = await fragile();
  for (let i = 0; i < 10; i++) expect(codeOf('selec', tried)).toBe('42601');
  await tried.settled();
  expect(loaded()).toBe(2);
});
