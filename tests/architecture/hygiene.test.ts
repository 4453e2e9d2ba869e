import ts from 'typescript';
import { expect, test } from 'vitest';
import type { SourceFile } from '../support/sources.ts';
import { lineOf, parseSource, sourcesBelow, visit } from '../support/sources.ts';

const vagueNames = /(^|\/)(utils?|helpers?|misc|common)(\.ts|\/)|manager|_v\d/i;

/** Implementations of SQL functions: each takes datums of the types that its signature, data beside it, promises; TypeScript cannot see that. */
const looselyTyped = 'src/ir/functions/';

/** What the style asks of every source file and a machine can see. */
function hygieneFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  if (vagueNames.test(file.path)) faults.push(`${file.path}: the name says nothing`);
  if (!file.text.endsWith('\n')) faults.push(`${file.path}: no newline at the end`);
  file.text.split('\n').forEach((line, index) => {
    const say = (what: string): void => void faults.push(`${file.path}:${index + 1}: ${what}`);
    if (/[ \t]$/.test(line)) say('white space at the end of the line');
    if (/^\t/.test(line)) say('a tab');
    if (/@ts-(ignore|nocheck|expect-error)/.test(line)) say('a silenced type error');
    if (/\b(TODO|FIXME|XXX|HACK)\b/.test(line)) say('an unfinished thought');
  });
  visit(file.tree, (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword && !file.path.startsWith(looselyTyped)) faults.push(`${file.path}:${lineOf(file, node)}: any`);
    if (ts.isDebuggerStatement(node)) faults.push(`${file.path}:${lineOf(file, node)}: debugger`);
    if (ts.isPropertyAccessExpression(node) && node.expression.getText(file.tree) === 'console' && !file.path.startsWith('src/cli/')) {
      faults.push(`${file.path}:${lineOf(file, node)}: console; the database has a log`);
    }
  });
  return faults;
}

test('source files are clean', () => {
  expect(sourcesBelow('src').flatMap(hygieneFaults)).toEqual([]);
});

test.each([
  ['src/core/utils.ts', 'export {};\n'],
  ['src/database/session-manager.ts', 'export {};\n'],
  ['src/core/x.ts', 'export {};'],
  ['src/core/x.ts', 'export {}; \n'],
  ['src/core/x.ts', '// @ts-ignore\n'],
  ['src/core/x.ts', '// TODO later\n'],
  ['src/core/x.ts', 'let a: any;\n'],
  ['src/core/x.ts', 'console.log(1);\n'],
  ['src/core/x.ts', 'debugger;\n'],
])('%s with %j is a fault', (path, text) => {
  expect(hygieneFaults(parseSource(path, text))).not.toEqual([]);
});

test('clean code is clean', () => {
  expect(hygieneFaults(parseSource('src/core/x.ts', 'const many = 1;\nexport { many };\n'))).toEqual([]);
});
