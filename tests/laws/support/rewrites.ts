import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SqlError } from '../../../src/core/index.ts';
import type { Datum } from '../../../src/core/index.ts';
import type { Relation } from '../../../src/ir/index.ts';
import { mapInputs, relationTypeOf } from '../../../src/ir/index.ts';
import { planQueryUnoptimized } from '../../../src/planner/plan-query.ts';
import type { Facts, Rewrite } from '../../../src/planner/optimize/rewrite.ts';
import { Interpreter } from '../../planner/interpreter.ts';
import { catalogOf, contextOver, selectOf, testEnvironment, withForeignKey } from '../../planner/support.ts';
import { contents, drawHistory, drawTables, startMs } from './history.ts';
import { QueryDraw } from './queries.ts';
import { Draw } from './random.ts';
import { printed, Schema } from './world.ts';

/** A rewrite as a function of whole relations: at every node, from the leaves up. */
export interface Whole {
  readonly name: string;
  /** the identical object where it does not fire */
  rewrite(relation: Relation, facts: Facts): Relation;
}

export const everywhere = (rewrite: Rewrite): Whole => {
  const apply = (relation: Relation, facts: Facts): Relation => rewrite.apply(mapInputs(relation, (input) => apply(input, facts)), facts);
  return { name: rewrite.name, rewrite: apply };
};

/** The tables of the examples in the headers of the rewrites. `t` has a primary key, to which a foreign key of `d` leads; of `a`, `b` and `c` no column is a key. */
export const exampleTables = { t: 'k int4 not null, x int4, y int4, s text', a: 'k int4, x int4, y int4, s text', b: 'k int4, x int4, y int4, s text', c: 'k int4, x int4, y int4, s text', d: 'k int4, x int4, y int4, s text' } as const;
export const exampleCatalog = withForeignKey(catalogOf(exampleTables, { t: ['k'] }), ['d', 'k'], ['t', 'k']);
export const exampleFacts: Facts = { environment: testEnvironment(exampleCatalog), foreignKeysOf: (id) => exampleCatalog.foreignKeysOf(id) };
const exampleNames = Object.keys(exampleTables);

/** The relation of a query as it is before optimisation. */
export const lowered = (sql: string, catalog = exampleCatalog): Relation => planQueryUnoptimized(selectOf(sql), sql, contextOver(catalog, 'view')).relation;

/** A relation, rows to read it over, and the query it was made of. */
export interface Subject {
  readonly sql: string;
  readonly relation: Relation;
  readonly facts: Facts;
  readonly stored: ReadonlyMap<string, readonly (readonly Datum[])[]>;
}

/** Half of the subjects are the queries of the other laws, which never raise; half are made of what rewrites take apart, with conditions that may, most of them of what `rewrite` does. */
export function drawSubject(seed: number, rewrite: string): Subject {
  const draw = new Draw(seed);
  return draw.chance(0.3) ? drawLawful(draw) : drawRisky(draw, rewrite);
}

/** How many rows relations are said to have, which need not be so: what is planned follows it, what it means does not. */
function drawSizes(draw: Draw): NonNullable<Facts['rowsIn']> {
  const sizes = new Map<string, number | undefined>();
  return (id) => {
    if (!sizes.has(id)) sizes.set(id, draw.of([undefined, 0, 1, 1000, 1_000_000]));
    return sizes.get(id);
  };
}

function drawLawful(draw: Draw): Subject {
  const tables = drawTables(draw);
  const schema = new Schema(tables);
  const ticks = drawHistory(draw, tables);
  const sql = new QueryDraw(draw, tables).query().sql;
  const stored = new Map(contents({ tables, ticks }).map((rows, table) => [schema.ids[table]! as string, rows.map((row) => schema.parse(table, row))]));
  return { sql, relation: lowered(sql, schema.catalog), facts: { environment: testEnvironment(schema.catalog), rowsIn: drawSizes(draw) }, stored };
}

function drawRisky(draw: Draw, rewrite: string): Subject {
  const sql = riskyQuery(draw, rewrite);
  const value = (): Datum => (draw.chance(0.2) ? null : draw.int(0, 2));
  let keys = 0;
  const reference = (): Datum => (keys === 0 || draw.chance(0.2) ? null : draw.int(0, keys - 1));
  const stored = new Map(exampleNames.map((name): [string, (readonly Datum[])[]] => {
    const item = exampleCatalog.find(undefined, name, ['public']);
    if (item === undefined || !('id' in item)) throw new Error(`no table ${name}`);
    if (name === 't') keys = draw.int(0, 4);
    return [item.id, draw.list(name === 't' ? keys : draw.int(0, 4), (index) => [name === 't' ? index : name === 'd' ? reference() : value(), value(), value(), draw.of(['1', '2', 'z', null])])];
  }));
  return { sql, relation: lowered(sql), facts: { ...exampleFacts, rowsIn: drawSizes(draw) }, stored };
}

/** A condition over the columns k, x, y, s of one name or two. */
function condition(draw: Draw, ...names: readonly string[]): string {
  const [p, q] = [draw.of(names), draw.of(names)];
  const column = (): string => `${draw.of(names)}.${draw.of(['k', 'x', 'y'])}`;
  return draw.of([
    () => `${p}.x = ${draw.int(0, 2)}`, () => `${p}.k > ${draw.int(0, 1)}`, () => `${p}.y IS NULL`, () => `${q}.x IS NOT NULL`, () => `coalesce(${p}.x, 0) = ${draw.int(0, 1)}`, () => `1 / ${p}.x > 0`, () => `${p}.x <> 0 AND 1 / ${p}.x > 0`, () => `${p}.s::int4 > 0`,
    () => `${column()} = ${column()}`, () => `${column()} < ${column()}`, () => `${column()} IS NOT DISTINCT FROM ${column()}`, () => `NOT (${p}.x = ${draw.int(0, 2)})`, () => `(${p}.x = 1 OR ${q}.y = 2)`, () => `CASE WHEN ${p}.x = 0 THEN false ELSE 10 / ${p}.x > 1 END`, () => `(${p}.x = 1) IS TRUE`,
    () => `(1 + 1 = ${draw.int(2, 3)} OR ${p}.x = 1)`, () => `(1 + 1 = ${draw.int(2, 3)} AND ${p}.x = 1)`, () => `CASE WHEN 1 = ${draw.int(1, 2)} THEN ${p}.x = 1 ELSE 1 / 0 = 1 END`, () => `(${p}.x > 7 AND 1 / 0 = 1)`,
  ])();
}

/** Rows of k, x, y, s. */
function source(draw: Draw, depth: number): string {
  if (depth <= 0) return draw.of(exampleNames);
  const inner = (): string => source(draw, depth - 1);
  const where = (): string => (draw.chance(0.6) ? ` WHERE ${condition(draw, 'i')}` : '');
  return draw.weighted<() => string>([
    [3, () => draw.of(exampleNames)],
    [2, () => `(SELECT i.k, i.x, i.y, i.s FROM ${inner()} i${where()})`],
    [2, () => `(SELECT i.k, ${draw.of(['i.x + 1', '10 / i.x', 'i.y', '1 + 1'])} AS x, ${draw.of(['i.x', 'i.y * 2', 'i.s::int4'])} AS y, i.s FROM ${inner()} i${where()})`],
    [1, () => `(SELECT i.k, count(*)::int4 AS x, max(i.y) AS y, min(i.s) AS s FROM ${inner()} i${where()} GROUP BY i.k)`],
    [1, () => `(SELECT NULL::int4 AS k, count(*)::int4 AS x, sum(i.y)::int4 AS y, min(i.s) AS s FROM ${inner()} i${where()})`],
    [1, () => `(SELECT DISTINCT i.k, i.x, i.y, i.s FROM ${inner()} i${where()})`],
    [1, () => `(SELECT i.k, i.x, i.y, i.s FROM ${inner()} i UNION ${draw.of(['', 'ALL '])}SELECT j.x, j.k, j.y, j.s FROM ${inner()} j)`],
    [1, () => `(SELECT i.k, i.x, i.y, i.s FROM ${inner()} i EXCEPT ALL SELECT j.k, j.x, j.y, j.s FROM ${inner()} j)`],
    [1, () => `(SELECT DISTINCT ON (i.k) i.k, i.x, i.y, i.s FROM ${inner()} i ORDER BY i.k, i.x, i.y, i.s)`],
    [1, () => `(SELECT i.k, i.x, i.y, i.s FROM ${inner()} i ORDER BY i.x, i.k, i.y, i.s LIMIT 2)`],
    [1, () => `(SELECT i.k, g AS x, i.y, i.s FROM ${inner()} i CROSS JOIN LATERAL generate_series(${draw.of(['1', 'i.x', '10 / i.x'])}, 2) g)`],
    [1, () => `(VALUES (1, 0, 2, '1'), (${draw.of(['NULL', '2'])}, 1, 1, 'z')${draw.chance(0.3) ? " UNION ALL SELECT 1, 1, 1, '2'" : ''})`],
    [2, () => `(SELECT i.k, j.x, i.y, j.s FROM ${inner()} i ${joined(draw, inner(), 'j', ['i', 'j'])})`],
  ])().replace(/^\(VALUES.*/s, (values) => `(SELECT * FROM ${values} v(k, x, y, s))`);
}

const joined = (draw: Draw, source: string, alias: string, names: readonly string[]): string => {
  const kind = draw.weighted([[3, 'JOIN'], [4, 'LEFT JOIN'], [0.7, 'FULL JOIN'], [2, 'CROSS JOIN']]);
  if (kind === 'CROSS JOIN') return `CROSS JOIN ${source} ${alias}`;
  const other = draw.of(names.filter((name) => name !== alias));
  const equality = `${other}.${draw.of(['k', 'x'])} = ${alias}.${draw.of(['k', 'y'])}`;
  if (kind === 'FULL JOIN') return `FULL JOIN ${source} ${alias} ON ${equality}`;
  const on = draw.of([() => equality, () => equality, () => equality.replace(' = ', ' IS NOT DISTINCT FROM '), () => `coalesce(${other}.x, 0) = ${alias}.x`, () => `${equality} AND ${condition(draw, alias)}`])();
  return `${kind} ${source} ${alias} ON ${on}`;
};

/** What only some rewrites meet, which are named beside it: products that a later condition joins, unions in unions, rows that may be missing beside rows of NULLs. */
function rareQuery(draw: Draw, rewrite: string): string {
  const [p, q, r] = [source(draw, 1), source(draw, 1), source(draw, 1)];
  const forms: readonly (readonly [string, () => string])[] = [
    ['orderJoins', () => `SELECT p.k, q.x, r.y FROM ${p} p CROSS JOIN ${r} r CROSS JOIN ${q} q WHERE p.x = q.x AND q.y = r.y${draw.chance(0.3) ? ` AND ${condition(draw, 'p', 'q', 'r')}` : ''}`],
    ['orderJoins outerToInner', () => `SELECT p.k, q.x, r.y FROM (${p} p CROSS JOIN ${r} r) ${draw.of(['JOIN', 'LEFT JOIN', 'LEFT JOIN'])} ${q} q ON p.x = q.x AND q.y = r.y`],
    ['orderJoins outerToInner', () => `SELECT p.k, q.x, r.x AS z FROM ${p} p LEFT JOIN ${q} q ON p.k = q.k ${draw.of(['LEFT JOIN', 'JOIN'])} ${r} r ON ${draw.of(['q.x IS NOT DISTINCT FROM r.x', 'coalesce(q.x, 0) = r.x', 'q.x = r.x'])}`],
    ['fuseUnions fuseMaps', () => `SELECT z FROM (SELECT x AS z FROM (SELECT k, x FROM ${p} i UNION ALL SELECT x, y FROM ${q} j) i${draw.chance(0.3) ? ' WHERE i.k = 1' : ''} UNION ALL SELECT y FROM ${r} i) u`],
    ['pushFilters emptyRelations foldConstants', () => `SELECT i.x, i.z FROM (SELECT ${draw.of(["count(*)::int4 AS x, 'a' AS z", 'i.k AS x, max(i.x) AS z'])} FROM ${p} i${draw.chance(0.5) ? '' : ' WHERE false'} GROUP BY ${draw.of(['()', 'i.k'])}) i WHERE ${draw.of(['1 + 1 = 3', '1 + 1 = 3', 'i.x = 1'])}`.replace(/(SELECT i\.k.*)GROUP BY \(\)/, '$1GROUP BY i.k').replace(/(SELECT count.*)GROUP BY i\.k/, '$1GROUP BY ()')],
    ['pushFilters', () => `SELECT i.k, i.x FROM (SELECT * FROM ${p} i ORDER BY ${draw.of(['i.k', 'i.x DESC'])}, i.k, i.x, i.y, i.s LIMIT ${draw.int(1, 2)}) i WHERE ${condition(draw, 'i')}`],
    ['fuseFilters pushFilters', () => `SELECT i.k, i.x FROM (SELECT * FROM ${p} i WHERE i.x <> 0 AND i.s <> 'z') i WHERE ${draw.of(['1 / i.x > 0', 'i.s::int4 > 0', '10 / i.x > 1 AND i.k = 1'])}`],
    ['dropRedundantJoins', () => `SELECT p.x, p.y FROM ${p} p LEFT JOIN ${draw.of(['t', 't', 'a', '(SELECT k, max(x) AS x FROM b GROUP BY k)'])} r ON r.${draw.of(['k', 'k', 'x'])} = p.x${draw.chance(0.3) ? ` LEFT JOIN t z ON z.k = ${draw.of(['r.x', 'p.y'])}` : ''}`],
    ['dropRedundantJoins', () => `SELECT p.x, ${draw.of(['p.y', 't.k', 't.k + 1', 't.x'])} AS y FROM ${draw.of(['d', 'd', 'a', '(SELECT * FROM d WHERE x = 1)', '(SELECT k, x + 1 AS x, y, s FROM d)'])} p ${draw.of(['JOIN', 'JOIN', 'LEFT JOIN'])} ${draw.of(['t', 't', '(SELECT * FROM t WHERE x = 1)'])} t ON t.${draw.of(['k', 'k', 'k', 'x'])} ${draw.of(['=', '=', 'IS NOT DISTINCT FROM'])} p.k${draw.chance(0.3) ? ` WHERE ${condition(draw, 'p')}` : ''}`],
    ['dropRedundantJoins', () => `SELECT i.x, j.y, ${draw.of(['j.k', 'i.k', '1'])} AS k FROM ${draw.of(['t', 't', 'a'])} i ${draw.of(['JOIN', 'LEFT JOIN'])} ${draw.of(['t', 't', '(SELECT * FROM t WHERE x = 1)', '(SELECT y AS x, x AS y, k FROM t)'])} j ON i.${draw.of(['k', 'k', 'x'])} = j.k${draw.of(['', '', ' AND j.x = 1', ' AND i.x = j.y'])}${draw.chance(0.3) ? ` LEFT JOIN ${r} r ON r.k = j.x` : ''}`],
    ['dropTopKOnKeys', () => `SELECT ${draw.of(['k, x', 'x, y'])} FROM (SELECT DISTINCT ON (${draw.of(['k', 'k, x', 'x'])}) * FROM ${draw.of(['t', 't', 'a', '(SELECT * FROM t WHERE x = 1)', '(SELECT t.k, t.x, a.y FROM t LEFT JOIN a ON a.k = t.k)'])} i ORDER BY ${draw.of(['k, x, y', 'x, k, y'])}) i`.replace(/ON \(k(, x)?\)(.*)ORDER BY x, k/s, 'ON (k$1)$2ORDER BY k, x').replace(/ON \(x\)(.*)ORDER BY k, x/s, 'ON (x)$1ORDER BY x, k')],
    ['ungroupKeys dropDistinctOnKeys', () => `SELECT i.k, i.x, i.n, i.m FROM (SELECT k, max(${draw.of(['x', 'y'])}) AS x, count(${draw.of(['*', 'x'])})${draw.of(['', ' FILTER (WHERE y = 1)'])} AS n, sum(${draw.of(['x', 'DISTINCT y'])}) AS m FROM ${draw.of(['t', 't', 'a', '(SELECT t.k, a.x, a.y FROM t LEFT JOIN a ON a.k = t.k)', '(SELECT * FROM t WHERE k = 1)'])} z GROUP BY k) i`],
    ['ungroupKeys', () => `SELECT count(*) AS n, max(x) AS m FROM (SELECT * FROM t WHERE k = ${draw.int(0, 5)}) i`],
    ['narrowGroups', () => `SELECT ${draw.of(['count(*)', 'max(q.y)'])} AS n FROM ${draw.of(['t', 't', 'a'])} p ${draw.of(['JOIN', 'LEFT JOIN'])} ${q} q ON q.k = p.k GROUP BY p.k, p.x${draw.of(['', ', q.x', ', q.k'])}`],
    ['narrowGroups', () => `SELECT count(*) AS n FROM (SELECT count(*) AS n FROM ${draw.of(['t', 'a'])} GROUP BY ${draw.of(['k, x', 'x, y', 'x'])}) i`],
    ['shareSubplans', () => `SELECT i.x, j.n FROM (SELECT DISTINCT z.x, z.y AS n FROM ${p} z WHERE z.k = 1) i CROSS JOIN (SELECT DISTINCT z.${draw.of(['y AS x, z.x', 'x, z.y'])} AS n FROM ${p} z WHERE z.k = ${draw.int(1, 2)}) j`],
    ['shareSubplans', () => { const shared = draw.of([`(SELECT x, count(*) AS n FROM ${p} i GROUP BY x)`, `(SELECT DISTINCT i.x, i.y AS n FROM ${p} i)`, `(SELECT i.x, j.y AS n FROM ${p} i JOIN ${q} j ON i.k = j.k)`]); return `SELECT i.x, i.n, ${draw.of(['j.n', 'j.x'])} AS m FROM ${shared} i ${draw.of([`CROSS JOIN ${shared} j`, `JOIN ${shared} j ON i.x = j.x`, `LEFT JOIN ${shared} j ON i.x = j.n`])}`; }],
    ['dropInnerDistinct pushFilters dropDistinctOnKeys', () => `SELECT i.x FROM (SELECT DISTINCT x, y FROM ${p} z) i ${draw.of(['UNION', 'UNION', 'EXCEPT', 'UNION ALL', 'EXCEPT ALL'])} ${draw.of(['SELECT x FROM a', 'SELECT DISTINCT x FROM a'])}`],
    ['dropInnerDistinct', () => `SELECT ${draw.of(['max(x) AS m', 'count(*) AS m', 'count(DISTINCT x) AS m', 'sum(x) AS m', 'max(x) AS m, count(*) AS n'])} FROM (SELECT DISTINCT x, y FROM ${p} z) i${draw.of(['', ' GROUP BY y'])}`],
    ['inferFilters', () => `SELECT p.x, q.y FROM (SELECT * FROM a WHERE ${draw.of(['1 / x > 0', 'x > 0', "s::int4 = 1 AND x = 1"])}) p ${draw.of(['JOIN', 'LEFT JOIN'])} ${draw.of(['(SELECT DISTINCT x, y FROM b)', '(SELECT DISTINCT x, y FROM b)', 'd'])} q ON p.x = q.x`],
    ['inferFilters', () => `SELECT p.x, q.y FROM ${p} p ${draw.of(['JOIN', 'LEFT JOIN'])} ${q} q ON p.x = q.x${draw.of(['', ' AND q.x = 1', ' AND q.y = 1'])} WHERE ${draw.of(['p.x = 1', 'p.x > 0', 'p.x IN (0, 1)', 'p.x = 1 AND p.y = 1', 'p.s::int4 = 1 AND p.x = 1'])}`],
    ['orderJoins', () => `SELECT p.k, q.x, r.y FROM ${p} p JOIN ${q} q ON p.x = q.x JOIN ${r} r ON r.x ${draw.of(['=', '=', 'IS NOT DISTINCT FROM'])} p.${draw.of(['x', 'y'])} AND r.y ${draw.of(['=', 'IS NOT DISTINCT FROM'])} q.y`],
    ['orderJoins', () => `SELECT p.k, q.x, r.y FROM ${p} p JOIN ${q} q ON p.k = q.k JOIN ${r} r ON r.k = 10 / ${draw.of(['p.x', 'q.x'])}`],
    ['emptyRelations', () => `SELECT p.x, q.y FROM ${p} p ${draw.of(['JOIN', 'LEFT JOIN'])} (SELECT * FROM ${q} z WHERE ${draw.of(['false', 'NULL', '1 = 2'])}) q ON p.k = q.k${draw.chance(0.3) ? ` JOIN ${r} r ON r.k = p.x` : ''}`],
    ['pushFilters', () => `SELECT n FROM (SELECT count(*) AS n FROM ${p} i) i WHERE ${draw.of(['1 + 1 = 3', 'false', 'n > 0'])}`],
    ['fuseUnions', () => `SELECT c FROM (VALUES (1), (${draw.of(['NULL', '2'])}) UNION ALL VALUES (3)${draw.chance(0.5) ? ` UNION ALL SELECT x FROM ${p} i` : ''}) v(c)`],
  ];
  const meant = forms.filter(([rewrites]) => rewrites.split(' ').includes(rewrite));
  return draw.of(meant.length > 0 && draw.chance(0.5) ? meant : forms)[1]();
}

function riskyQuery(draw: Draw, rewrite: string): string {
  if (draw.chance(0.6)) return rareQuery(draw, rewrite);
  const names = ['p', 'q', 'r'].slice(0, draw.weighted([[3, 1], [4, 2], [3, 3]]));
  const from = names.map((name, index) => (index === 0 ? `${source(draw, 2)} ${name}` : joined(draw, source(draw, 1), name, names.slice(0, index + 1)))).join(' ');
  const where = draw.list(draw.int(0, 2), () => condition(draw, ...names));
  const clause = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
  const shared = draw.chance(0.2) ? `WITH w AS (SELECT k, x, y, s FROM ${source(draw, 1)} z) ` : '';
  const body = shared === '' ? from : `${from} ${draw.of(['JOIN w ON w.k = p.k', 'LEFT JOIN w ON w.k = p.k', 'JOIN w ON w.k = p.k JOIN w w2 ON w2.x = w.x'])}`;
  const columns = names.flatMap((name) => [`${name}.k`, `${name}.x`]).map((column, index) => `${column} AS c${index}`);
  return `${shared}SELECT ${draw.chance(0.15) ? 'DISTINCT ' : ''}${draw.chance(0.15) ? `count(*) AS n, max(p.x) AS m` : columns.slice(0, draw.int(1, columns.length)).join(', ')} FROM ${body}${clause}`;
}

/** The rows by the plainest reading, or the error that reading them raises. */
export function meaning({ facts, stored }: Subject, relation: Relation): { readonly rows: string } | { readonly error: string } {
  const types = relationTypeOf(relation).columns.map(({ type }) => type);
  try {
    const bag = new Map<string, number>();
    for (const { row, weight } of new Interpreter(facts.environment, stored, startMs + 3000).run(relation, new Map())) {
      const key = JSON.stringify(printed(row, types));
      bag.set(key, (bag.get(key) ?? 0) + weight);
    }
    return { rows: [...bag].filter(([, weight]) => weight !== 0).map(([row, weight]) => `${weight} x ${row}`).sort().join('\n') };
  } catch (error) {
    if (error instanceof SqlError) return { error: error.code };
    throw error;
  }
}

/** Law 6 for one subject: after a few other rewrites in any order, or some of them until none fires, this one is tried. Undefined where it does not fire. */
export function fires(rewrite: Whole, others: readonly Whole[], subject: Subject, draw: Draw): { readonly wrong: string | undefined } | undefined {
  const { facts } = subject;
  let before = subject.relation;
  const earlier = draw.chance(0.5) ? others.filter(({ name }) => name !== rewrite.name && draw.chance(0.7)) : [];
  for (let round = 0; round < 4; round++) for (const other of earlier) before = other.rewrite(before, facts);
  if (earlier.length === 0) for (let count = draw.int(0, 6); count > 0; count--) before = draw.of(others).rewrite(before, facts);
  const after = rewrite.rewrite(before, facts);
  if (after === before) return undefined;
  const [types, typesAfter] = [before, after].map((relation) => relationTypeOf(relation).columns.map(({ name, type }) => `${name} ${type.oid}`).join()) as [string, string];
  if (types !== typesAfter) return { wrong: `${subject.sql}\ncolumns ${types} became ${typesAfter}` };
  const meant = meaning(subject, before);
  if ('error' in meant) return { wrong: undefined };
  const means = meaning(subject, after);
  const same = 'rows' in means && means.rows === meant.rows;
  return { wrong: same ? undefined : `${subject.sql}\n--- before\n${meant.rows}\n--- after\n${'rows' in means ? means.rows : `error ${means.error}`}` };
}

// Faults

export interface RewriteFault {
  readonly name: string;
  readonly rewrite: string;
  /** below src/planner/optimize */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A guard of a rewrite is dropped. */
export const rewriteFaults: readonly RewriteFault[] = [
  { name: 'into the missing side of an outer join', rewrite: 'pushFilters', file: 'push-filters.ts', from: '&& isSafe(predicate) && !isOuter(join, place!)', to: '&& isSafe(predicate)' },
  { name: 'into a join what may raise', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'places.length === 1 && isSafe(predicate) &&', to: 'places.length === 1 &&' },
  { name: 'below a group what speaks of its aggregates', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'every((column) => column < keys) && isSafe(predicate)', to: 'some((column) => column < keys) && isSafe(predicate)' },
  { name: 'below a group of no keys', rewrite: 'pushFilters', file: 'push-filters.ts', from: '(predicate) => columnsOf(predicate).size > 0 && [...columnsOf(predicate)].every((column) => column < keys)', to: '(predicate) => [...columnsOf(predicate)].every((column) => column < keys)' },
  { name: 'rows that a top-k chose among', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'topK.by.includes(column)', to: 'true' },
  { name: 'an outer join becomes a key', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'on.findIndex((edge, index) => !edge.outer && ', to: 'on.findIndex((edge, index) => ' },
  { name: 'the upper filter first', rewrite: 'fuseFilters', file: 'fuse-filters.ts', from: '[...relation.input.predicates, ...relation.predicates.filter((predicate) => isVolatile(predicate) || !said.has(textOf(predicate)))]', to: '[...relation.predicates, ...relation.input.predicates]' },
  { name: 'IS NULL rejects NULL', rewrite: 'outerToInner', file: 'outer-to-inner.ts', from: 'default:\n      return new Set();', to: 'default:\n      return columnsOf(predicate);' },
  { name: 'a missing row matches', rewrite: 'orderJoins', file: 'order-joins.ts', from: '!(outer && keys.some(matchesNoMissingRow))', to: '!outer' },
  { name: 'keys of several inputs hang on the first', rewrite: 'orderJoins', file: 'order-joins.ts', from: 'found.length > 1 || ', to: '' },
  { name: 'every pair of an outer join', rewrite: 'orderJoins', file: 'order-joins.ts', from: 'const hangs = edge.outer || isOuter(join, edge.parent);', to: 'const hangs = isOuter(join, edge.parent);' },
  { name: 'keys that may raise', rewrite: 'orderJoins', file: 'order-joins.ts', from: ' || !isSafe(scalar))', to: ')' },
  { name: 'equalities that close a circle', rewrite: 'orderJoins', file: 'order-joins.ts', from: '[...closing.flatMap((predicate) => predicate ?? []), ...graph.filters]', to: '[...graph.filters]' },
  { name: 'an outer join without a key', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: '|| isParent(join, index) || !isKeyed(edge, relationTypeOf(join.inputs[index]!))) return undefined;\n  return without(join, index, join.inputs', to: '|| isParent(join, index)) return undefined;\n  return without(join, index, join.inputs' },
  { name: 'an inner join that chooses', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: 'if (!edge.outer || isParent(join, index) ||', to: 'if (isParent(join, index) ||' },
  { name: 'some rows of the parent', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: ' || child.filters.length > 0', to: '' },
  { name: 'a foreign key that nobody told', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: 'if (!known) return undefined;', to: '' },
  { name: 'a foreign key of NULL', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: 'at === edge.parent && present.length > 0', to: 'at === edge.parent && present.length < 0' },
  { name: 'another row of the same relation', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: 'if (!keys.some((key) => key.every((column) => same.has(column)))) return undefined;', to: '' },
  { name: 'a row that conditions of an outer join exclude', rewrite: 'dropRedundantJoins', file: 'drop-redundant-joins.ts', from: ' || (edge.outer && conditions.length > 0)', to: '' },
  { name: 'the first row of groups of many', rewrite: 'dropTopKOnKeys', file: 'drop-top-k-on-keys.ts', from: 'key.every((column) => relation.by.includes(column))', to: 'key.length > 0' },
  { name: 'groups of many rows', rewrite: 'ungroupKeys', file: 'ungroup-keys.ts', from: 'if (!relationTypeOf(relation.input).keys.some((key) => key.every((column) => by.has(column)))) return relation;', to: '' },
  { name: 'a group over no rows', rewrite: 'ungroupKeys', file: 'ungroup-keys.ts', from: " || relation.by.length === 0) return relation;", to: ') return relation;' },
  { name: 'aggregates that count weights', rewrite: 'dropInnerDistinct', file: 'drop-inner-distinct.ts', from: 'relation.aggregates.every(countsOnce)', to: 'true' },
  { name: 'below what takes rows away', rewrite: 'dropInnerDistinct', file: 'drop-inner-distinct.ts', from: "relation.op !== 'distinct' &&", to: "relation.op !== 'distinct' && relation.op !== 'threshold' &&" },
  { name: 'what is missing is there', rewrite: 'emptyRelations', file: 'empty-relations.ts', from: ' && !isOuter(relation, index)', to: '' },
  { name: 'what hangs by an outer join is missing', rewrite: 'emptyRelations', file: 'empty-relations.ts', from: '.outer && isEmpty(join.inputs[at]!)) return true;', to: '.outer) return true;' },
  { name: 'a row over no rows', rewrite: 'emptyRelations', file: 'empty-relations.ts', from: 'relation.by.length > 0 && isEmpty', to: 'isEmpty' },
  { name: 'a condition of the missing side', rewrite: 'inferFilters', file: 'infer-filters.ts', from: 'if (!edge.outer && !isOuter(join, edge.parent)) tell', to: 'tell' },
  { name: 'a condition that may raise', rewrite: 'inferFilters', file: 'infer-filters.ts', from: ' || !isSafe(conjunct)) continue;', to: ') continue;' },
  { name: 'a condition of another column', rewrite: 'inferFilters', file: 'infer-filters.ts', from: 'columns.size !== 1 || !columns.has(source.index) ||', to: '' },
  { name: 'a column that others do not determine', rewrite: 'narrowGroups', file: 'narrow-groups.ts', from: 'if (isDetermined(reduce.by[index]!', to: 'if (isDetermined(reduce.by[others[0]!]!' },
  { name: 'the last grouping column', rewrite: 'narrowGroups', file: 'narrow-groups.ts', from: ' || left.size === 1', to: '' },
  { name: 'keys of rows that may be missing', rewrite: 'narrowGroups', file: 'determined.ts', from: 'if (isKeyed(edge, types[at + 1]!)) for', to: 'for' },
  { name: 'subplans with other constants', rewrite: 'shareSubplans', file: 'share-subplans.ts', from: "const ignored: ReadonlySet<string> = new Set(['position', 'name', 'input', 'inputs']);", to: "const ignored: ReadonlySet<string> = new Set(['position', 'name', 'input', 'inputs', 'index']);" },
  { name: 'rows that are taken away are tested', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'const [below, rest] = split(filter.predicates, isSafe);\n  if (below.length === 0) return filter;\n  const left', to: 'const [below, rest] = split(filter.predicates, () => true);\n  const left' },
  { name: 'NULL-safe equality is no rejection of NULL', rewrite: 'outerToInner', file: 'outer-to-inner.ts', from: 'if (key.nullSafe) continue;', to: '' },
  { name: 'distinct without a key', rewrite: 'dropDistinctOnKeys', file: 'drop-distinct-on-keys.ts', from: 'keys.length > 0', to: 'keys.length >= 0' },
  { name: 'a map that leaves columns out changes nothing', rewrite: 'fuseMaps', file: 'fuse-maps.ts', from: 'relation.columns.length === columns.length\n    && ', to: '' },
  { name: 'constants hide the other inputs', rewrite: 'fuseUnions', file: 'fuse-unions.ts', from: 'rows.length < relation.inputs.length', to: 'rows.length === 0' },
  { name: 'used once and gone', rewrite: 'inlineLets', file: 'inline-lets.ts', from: 'if (count === 0) return body;', to: 'if (count <= 1) return body;' },
  { name: 'distinct rows of fewer columns', rewrite: 'narrowColumns', file: 'narrow-columns.ts', from: "case 'negate': {", to: "case 'distinct': case 'negate': {" },
  { name: 'an expression that raises is computed', rewrite: 'foldConstants', file: 'fold-constants.ts', from: 'if (sqlErrorOf(error) !== undefined) return scalar;', to: '' },
  { name: 'what is not NULL is always taken', rewrite: 'foldConstants', file: 'fold-constants.ts', from: "const neutral = { and: true, or: false } as const;", to: "const neutral = { and: false, or: true } as const;" },
];

const optimizeDirectory = fileURLToPath(new URL('../../../src/planner/optimize', import.meta.url));
export const occurrencesOf = ({ file, from }: RewriteFault): number => readFileSync(join(optimizeDirectory, file), 'utf8').split(from).length - 1;
/** The header of each rewrite's file. */
export const rewriteFiles = (): readonly { readonly file: string; readonly text: string }[] =>
  readdirSync(optimizeDirectory).map((file) => ({ file, text: readFileSync(join(optimizeDirectory, file), 'utf8') })).filter(({ file, text }) => file !== 'rewrite.ts' && (/: Rewrite = /.test(text) || /^(inline-lets|narrow-columns|infer-filters|share-subplans)\.ts$/.test(file)));

/** A copy of src/planner/optimize with one place changed; `load` imports a file of it. */
export function optimizeWith({ file, from, to }: RewriteFault): { load(file: string): Promise<unknown>; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-rewrite-'));
  for (const folder of ['core', 'ir']) symlinkSync(join(optimizeDirectory, '..', '..', folder), join(directory, folder));
  const copy = join(directory, 'planner', 'optimize');
  cpSync(optimizeDirectory, copy, { recursive: true });
  const path = join(copy, file);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, () => to));
  return { load: (name) => import(join(copy, name)), remove: () => rmSync(directory, { recursive: true }) };
}
