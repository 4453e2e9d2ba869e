import ts from 'typescript';
import { expect, test } from 'vitest';
import type { SourceFile } from '../support/sources.ts';
import { importsOf, lineOf, parseSource, sourcesBelow, visit } from '../support/sources.ts';

/** Where the platform's clock and randomness are wrapped; everybody else gets a Clock and a Random handed in. */
const wrappers = new Set(['src/core/time.ts', 'src/core/random.ts']);

const globals = new Set(['setTimeout', 'setInterval', 'setImmediate', 'performance']);
const members = new Set([
  'Date.now', 'Math.random', 'process.hrtime', 'process.uptime', 'AbortSignal.timeout',
  'crypto.getRandomValues', 'crypto.randomUUID', 'globalThis.setTimeout', 'globalThis.setInterval', 'globalThis.performance',
]);
const modules = new Set(['node:timers', 'node:timers/promises', 'timers', 'timers/promises', 'node:perf_hooks', 'perf_hooks']);
const randomNames = new Set(['randomBytes', 'randomUUID', 'randomInt', 'randomFill', 'randomFillSync', 'webcrypto']);

function clockFaults(file: SourceFile): string[] {
  const faults: string[] = [];
  const say = (node: ts.Node, what: string): void => void faults.push(`${file.path}:${lineOf(file, node)}: ${what}`);
  for (const { specifier, line } of importsOf(file)) if (modules.has(specifier)) faults.push(`${file.path}:${line}: ${specifier}`);
  visit(file.tree, (node) => {
    if (ts.isPropertyAccessExpression(node) && members.has(`${node.expression.getText(file.tree)}.${node.name.text}`)) say(node, node.getText(file.tree));
    if (ts.isImportSpecifier(node) && randomNames.has((node.propertyName ?? node.name).text)) say(node, node.getText(file.tree));
    if (ts.isIdentifier(node) && globals.has(node.text) && isUse(node)) say(node, node.text);
    if (ts.isNewExpression(node) && node.expression.getText(file.tree) === 'Date' && !node.arguments?.length) say(node, 'new Date()');
    if (ts.isCallExpression(node) && node.expression.getText(file.tree) === 'Date') say(node, 'Date()');
  });
  return faults;
}

/** The global itself, not a property or a declaration of that name. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  return !((ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) && parent.name === node);
}

test('no clock, timer or randomness but the injected ones', () => {
  const sources = sourcesBelow('src').filter(({ path }) => !wrappers.has(path));
  expect(sources.flatMap(clockFaults)).toEqual([]);
});

test('examples take theirs handed in too', () => {
  expect(sourcesBelow('examples').flatMap(clockFaults)).toEqual([]);
});

test.each([
  'const t = Date.now();',
  'const d = new Date();',
  'const s = Date();',
  'setTimeout(f, 1);',
  'const wait = setInterval;',
  'setImmediate(f);',
  'Math.random();',
  'performance.now();',
  "import { setTimeout as pause } from 'node:timers/promises';",
  "const { performance: p } = await import('node:perf_hooks');",
  "import { randomBytes } from 'node:crypto';",
  'crypto.randomUUID();',
  'AbortSignal.timeout(5);',
  'process.hrtime();',
])('%s is a fault', (text) => {
  expect(clockFaults(parseSource('src/views/x.ts', text))).not.toEqual([]);
});

test.each(['clock.now();', 'new Date(ms).toISOString();', 'const o = { setTimeout: 1 };', 'socket.setTimeout(5);', '// Date.now()', "'Math.random()';"])('%s is fine', (text) => {
  expect(clockFaults(parseSource('src/views/x.ts', text))).toEqual([]);
});
