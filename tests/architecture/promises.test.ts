import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parseSource, projectRoot, visit } from '../support/sources.ts';

/** docs/promises.md: each promise has tests, and each test that is named there exists. */

interface Promised {
  readonly line: number;
  readonly promise: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of the page's tables, heads left out. */
function promisesOf(page: string): Promised[] {
  return page.split('\n').flatMap((text, index) => {
    const cells = /^\| (.*) \| (.*) \|$/.exec(text);
    if (cells === null || cells[2] === 'test') return [];
    const tests = cells[2]!.split(' <br> ').map((each) => {
      const named = /^`(tests\/[^`]+\.test\.ts)`: (.+)$/.exec(each);
      return { file: named?.[1] ?? '', title: named?.[2] ?? '' };
    });
    return [{ line: index + 1, promise: cells[1]!, tests }];
  });
}

/** The titles of a file's tests and of their groups, as they are written: `%s` and `${...}` where they are filled in. */
function titlesIn(file: string, text: string): Set<string> {
  const { tree } = parseSource(file, text);
  const titles = new Set<string>();
  visit(tree, (node) => {
    if (!ts.isCallExpression(node) || !/^(test|it|describe)\b/.test(node.expression.getText(tree))) return;
    const [title] = node.arguments;
    if (title === undefined) return;
    if (ts.isStringLiteralLike(title)) titles.add(title.text);
    else if (ts.isTemplateExpression(title)) titles.add(title.getText(tree).slice(1, -1));
  });
  return titles;
}

const known = new Map<string, Set<string>>();
function titlesOf(file: string): Set<string> {
  const path = join(projectRoot, file);
  if (!known.has(file)) known.set(file, file !== '' && existsSync(path) ? titlesIn(file, readFileSync(path, 'utf8')) : new Set());
  return known.get(file)!;
}

const faultsOf = (page: string): string[] => promisesOf(page).flatMap(({ line, promise, tests }) =>
  tests.filter(({ file, title }) => !titlesOf(file).has(title)).map(({ file, title }) => `docs/promises.md:${line}: "${promise}" has no test "${title}" in ${file}`));

const page = readFileSync(join(projectRoot, 'docs/promises.md'), 'utf8');

test('each promise has a test that exists', () => {
  expect(faultsOf(page)).toEqual([]);
});

test('no row of the page is passed over, and none is said twice', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('|') && !/^\|(---\|)+$/.test(line) && !/^\| (promise|law) \| test \|$/.test(line));
  const promises = promisesOf(page).map(({ promise }) => promise);
  expect(promises).toHaveLength(rows.length);
  expect(new Set(promises).size).toBe(promises.length);
});

test.each([
  ['a title that is not there', '| p | `tests/architecture/promises.test.ts`: no such title |'],
  ['a file that is not there', '| p | `tests/architecture/nowhere.test.ts`: each promise has a test that exists |'],
  ['no test', '| p | to be written |'],
  ['a second one that is not there', '| p | `tests/architecture/promises.test.ts`: each promise has a test that exists <br> `tests/architecture/promises.test.ts`: none |'],
])('%s is a fault', (_, line) => {
  expect(faultsOf(line)).toHaveLength(1);
});

test('a title that is filled in is found as it is written', () => {
  expect(faultsOf('| p | `tests/architecture/promises.test.ts`: %s is a fault |')).toEqual([]);
});
