import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { judgeRunner } from '../support/judge-runner.ts';
import { startJudge } from '../support/judge.ts';
import { parseGolden, runGolden } from '../support/slt.ts';

const LEAST_CASES = 1500;

const files = globSync(join(import.meta.dirname, '*.slt')).sort();

test('the corpus is large enough, and every case says what it expects', () => {
  const records = files.flatMap((file) => parseGolden(readFileSync(file, 'utf8')));
  const readThrice = records.filter(({ kind, expected, onlyIf }) => onlyIf === undefined && (kind === 'query' || expected.kind === 'error'));
  console.log(`${readThrice.length} golden cases, read three ways each, in ${files.length} files`);
  expect(readThrice.length).toBeGreaterThanOrEqual(LEAST_CASES);
  expect(records.filter(({ expected }) => expected.kind === 'rows' && expected.types.length === 0)).toEqual([]);
});

test.each(files.map((file) => [basename(file), file]))('the judge agrees with %s', async (_, file) => {
  const judge = await startJudge();
  try {
    const faults = await runGolden(parseGolden(readFileSync(file, 'utf8')), 'judge', judgeRunner(judge), new SeededRandom(1));
    expect(faults.join('\n')).toBe('');
  } finally {
    await judge.close();
  }
});
