import { Coverage, events, operators, shapes } from '../../laws/support/coverage.ts';
import type { Shape } from '../../laws/support/coverage.ts';
import { drawCase, explain, incremental, verdict } from '../../laws/support/laws.ts';
import type { Case } from '../../laws/support/laws.ts';

/** Cases of the law that a view is what its query gives: as many as fill every cell of the coverage table three times and more. */
const CASES = 250;
/** The same for each query below. */
const CASES_EACH = 8;

/** What the drawn queries have none of, or have without saying so in their plan: queries over the drawn tables, by the shape of the joins in them. */
const asked: Readonly<Record<string, Readonly<Record<Shape, readonly string[]>>>> = {
  flatMap: {
    plain: [
      'SELECT a.k AS c0, g AS c1 FROM t0 a CROSS JOIN LATERAL generate_series(0, a.i::int4) g', "SELECT a.s AS c0, part AS c1, p.place AS c2 FROM t0 a LEFT JOIN LATERAL string_to_table(a.s, 'a') WITH ORDINALITY p(part, place) ON true",
      'SELECT a.k AS c0, e AS c1 FROM t0 a, unnest(ARRAY[a.i, NULL, a.k]) e WHERE a.ts <= mz_now()',
    ],
    'self-join': ['SELECT a.k AS c0, g AS c1 FROM t0 a JOIN t0 b ON a.k = b.k CROSS JOIN LATERAL generate_series(b.k, b.i::int4) g'],
    'nested outer join': ['SELECT a.k AS c0, g AS c1 FROM t0 a LEFT JOIN (t1 b LEFT JOIN t0 c ON b.k = c.i) ON a.k = b.k CROSS JOIN LATERAL unnest(ARRAY[b.i, c.k]) g'],
  },
  'semi join': {
    plain: ['SELECT a.k AS c0, a.s AS c1 FROM t0 a WHERE EXISTS (SELECT FROM t1 b WHERE b.k = a.k)', 'SELECT a.k AS c0, a.n AS c1 FROM t0 a WHERE a.i IN (SELECT b.i FROM t1 b WHERE b.ts <= mz_now())', 'SELECT a.k AS c0 FROM t0 a WHERE a.k = ANY (SELECT b.k FROM t1 b WHERE b.s >= a.s)'],
    'self-join': ['SELECT a.k AS c0, b.s AS c1 FROM t0 a JOIN t0 b ON a.k = b.k WHERE EXISTS (SELECT FROM t1 c WHERE c.k = a.i)'],
    'nested outer join': ['SELECT a.k AS c0, c.s AS c1 FROM t0 a LEFT JOIN (t1 b LEFT JOIN t0 c ON b.k = c.i) ON a.k = b.k WHERE EXISTS (SELECT FROM t1 d WHERE d.k = a.k)'],
  },
  'anti join': {
    plain: ['SELECT a.k AS c0, a.s AS c1 FROM t0 a WHERE NOT EXISTS (SELECT FROM t1 b WHERE b.k = a.k)', 'SELECT a.k AS c0, a.n AS c1 FROM t0 a WHERE a.i NOT IN (SELECT b.i FROM t1 b WHERE b.i IS NOT NULL)', 'SELECT a.k AS c0 FROM t0 a WHERE a.k <> ALL (SELECT b.k FROM t1 b WHERE b.s >= a.s)'],
    'self-join': ['SELECT a.k AS c0, b.s AS c1 FROM t0 a JOIN t0 b ON a.k = b.k WHERE NOT EXISTS (SELECT FROM t1 c WHERE c.k = a.i)'],
    'nested outer join': ['SELECT a.k AS c0, c.s AS c1 FROM t0 a LEFT JOIN (t1 b LEFT JOIN t0 c ON b.k = c.i) ON a.k = b.k WHERE NOT EXISTS (SELECT FROM t1 d WHERE d.k = a.k AND d.b)'],
  },
};

const askedCases = (): readonly { readonly subject: Case; readonly operator: string }[] =>
  Object.entries(asked).flatMap(([operator, byShape]) => shapes.flatMap((shape) => byShape[shape].flatMap((sql, query) => Array.from({ length: CASES_EACH }, (_, seed) => {
    const drawn = drawCase(seed + query * CASES_EACH + 1);
    return { operator, subject: { ...drawn, planned: drawn.schema.plan(sql) } };
  }))));

/** The operators of the engine × what befell the rows under them: cases in which the law held. */
export function operatorMatrix(cases = CASES): { readonly table: string; readonly empty: readonly string[]; readonly wrong: readonly string[] } {
  const all = [...operators, ...Object.keys(asked)];
  const coverage = new Coverage(all);
  const wrong: string[] = [];
  const drawn = Array.from({ length: cases }, (_, seed) => ({ subject: drawCase(seed + 1), operator: undefined }));
  for (const { subject, operator } of [...drawn, ...askedCases()]) {
    if (verdict(incremental, subject) === undefined) coverage.add(subject, operator);
    else wrong.push(explain(incremental, subject));
  }
  const empty = all.flatMap((operator) => events.flatMap((event) => shapes.flatMap((shape) => (coverage.count(operator, event, shape) === 0 ? [`${operator}, ${event}, ${shape}`] : []))));
  return { table: coverage.table, empty, wrong };
}
