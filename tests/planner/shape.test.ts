import { expect, test } from 'vitest';
import { shapeOf } from '../../src/planner/index.ts';

const shapes: readonly (readonly [sql: string, shape: string | undefined])[] = [
  ['SELECT * FROM t WHERE id = 7', 'SELECT * FROM t WHERE id = $1 [7]'],
  ['select a from t where id=7;', 'select a from t where id=$1; [7]'],
  ["SELECT 1 FROM t WHERE a = 5 AND b = 'x y' ORDER BY 1 LIMIT 2", "SELECT 1 FROM t WHERE a = $1 AND b = $2 ORDER BY 1 LIMIT 2 [5, 'x y']"],
  ['SELECT * FROM t WHERE (a <= 3000000000) OR b<>1 ', 'SELECT * FROM t WHERE (a <= $1) OR b<>$2  [3000000000n, 1]'],
  // What is more than a literal, or no comparison's whole right side, stays.
  ['SELECT * FROM t WHERE a = 1 + 2', 'SELECT * FROM t WHERE a = 1 + 2 []'],
  ["SELECT * FROM t WHERE a = '1'::text", "SELECT * FROM t WHERE a = '1'::text []"],
  ['SELECT * FROM t WHERE a = -1', 'SELECT * FROM t WHERE a = -1 []'],
  ['SELECT * FROM t WHERE a =-1', 'SELECT * FROM t WHERE a =-1 []'],
  ['SELECT * FROM t WHERE a = 1.50', 'SELECT * FROM t WHERE a = 1.50 []'],
  ['SELECT * FROM t WHERE a IN (1, 2)', 'SELECT * FROM t WHERE a IN (1, 2) []'],
  ['SELECT "a = 5 AND" FROM t1 WHERE a1 = 1 IS TRUE', 'SELECT "a = 5 AND" FROM t1 WHERE a1 = 1 IS TRUE []'],
  // What is not read for certain.
  ["SELECT * FROM t WHERE a = E'x'", undefined],
  ["SELECT * FROM t WHERE a = date '2020-01-01'", undefined],
  ["SELECT * FROM t WHERE a = 'now'", undefined],
  ["SELECT * FROM t WHERE a = 'x'\n'y'", undefined],
  ['SELECT * FROM t WHERE a = 1 -- AND', undefined],
  ['SELECT * FROM t /* */ WHERE a = 1', undefined],
  ['SELECT * FROM t WHERE a = $1', undefined],
  ['SELECT * FROM t WHERE a = $$x$$', undefined],
  ['SELECT * FROM t WHERE a = 1_000', undefined],
  ['SELECT * FROM t WHERE a = 0x10', undefined],
  ["SELECT * FROM t WHERE a = 'x", undefined],
  ['SELECT 1; SELECT 2', undefined],
  ['INSERT INTO t VALUES (1)', undefined],
];

test.each(shapes)('%s', (sql, expected) => {
  const shape = shapeOf(sql);
  const literals = shape?.literals.map(({ kind, text }) => (kind === 'string' ? `'${text}'` : kind === 'bigint' ? `${text}n` : text));
  expect(shape && `${shape.text} [${literals!.join(', ')}]`).toBe(expected);
});
