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
import { catalogOf, contextOver, selectOf, testEnvironment } from '../../planner/support.ts';
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

/** The tables of the examples in the headers of the rewrites. `t` has a primary key; of `a`, `b` and `c` no column is a key. */
export const exampleTables = { t: 'k int4 not null, x int4, y int4, s text', a: 'k int4, x int4, y int4, s text', b: 'k int4, x int4, y int4, s text', c: 'k int4, x int4, y int4, s text' } as const;
export const exampleCatalog = catalogOf(exampleTables, { t: ['k'] });
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

/** Half of the subjects are the queries of the other laws, which never raise; half are made of what rewrites take apart, with conditions that may. */
export function drawSubject(seed: number): Subject {
  const draw = new Draw(seed);
  return draw.chance(0.4) ? drawLawful(draw) : drawRisky(draw);
}

function drawLawful(draw: Draw): Subject {
  const tables = drawTables(draw);
  const schema = new Schema(tables);
  const ticks = drawHistory(draw, tables);
  const sql = new QueryDraw(draw, tables).query().sql;
  const stored = new Map(contents({ tables, ticks }).map((rows, table) => [schema.ids[table]! as string, rows.map((row) => schema.parse(table, row))]));
  return { sql, relation: lowered(sql, schema.catalog), facts: { environment: testEnvironment(schema.catalog) }, stored };
}

function drawRisky(draw: Draw): Subject {
  const sql = riskyQuery(draw);
  const value = (): Datum => (draw.chance(0.2) ? null : draw.int(0, 2));
  const stored = new Map(exampleNames.map((name): [string, (readonly Datum[])[]] => {
    const item = exampleCatalog.find(undefined, name, ['public']);
    if (item === undefined || !('id' in item)) throw new Error(`no table ${name}`);
    return [item.id, draw.list(draw.int(0, 4), (index) => [name === 't' ? index : value(), value(), value(), draw.of(['1', '2', 'z', null])])];
  }));
  return { sql, relation: lowered(sql), facts: { environment: testEnvironment(exampleCatalog) }, stored };
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

/** What only some rewrites meet: products that a later condition joins, unions in unions, rows that may be missing beside rows of NULLs. */
function rareQuery(draw: Draw): string {
  const [p, q, r] = [source(draw, 1), source(draw, 1), source(draw, 1)];
  return draw.of([
    () => `SELECT p.k, q.x, r.y FROM ${p} p CROSS JOIN ${r} r CROSS JOIN ${q} q WHERE p.x = q.x AND q.y = r.y${draw.chance(0.3) ? ` AND ${condition(draw, 'p', 'q', 'r')}` : ''}`,
    () => `SELECT p.k, q.x, r.y FROM (${p} p CROSS JOIN ${r} r) ${draw.of(['JOIN', 'LEFT JOIN', 'LEFT JOIN'])} ${q} q ON p.x = q.x AND q.y = r.y`,
    () => `SELECT p.k, q.x, r.x AS z FROM ${p} p LEFT JOIN ${q} q ON p.k = q.k LEFT JOIN ${r} r ON ${draw.of(['q.x IS NOT DISTINCT FROM r.x', 'coalesce(q.x, 0) = r.x', 'q.x = r.x'])}`,
    () => `SELECT z FROM (SELECT x AS z FROM (SELECT k, x FROM ${p} i UNION ALL SELECT x, y FROM ${q} j) i${draw.chance(0.3) ? ' WHERE i.k = 1' : ''} UNION ALL SELECT y FROM ${r} i) u`,
    () => `SELECT i.x, i.z FROM (SELECT ${draw.of(["count(*)::int4 AS x, 'a' AS z", 'i.k AS x, max(i.x) AS z'])} FROM ${p} i${draw.chance(0.5) ? '' : ' WHERE false'} GROUP BY ${draw.of(['()', 'i.k'])}) i WHERE ${draw.of(['1 + 1 = 3', '1 + 1 = 3', 'i.x = 1'])}`.replace(/(SELECT i\.k.*)GROUP BY \(\)/, '$1GROUP BY i.k').replace(/(SELECT count.*)GROUP BY i\.k/, '$1GROUP BY ()'),
    () => `SELECT i.k, i.x FROM (SELECT * FROM ${p} i ORDER BY ${draw.of(['i.k', 'i.x DESC'])}, i.k, i.x, i.y, i.s LIMIT ${draw.int(1, 2)}) i WHERE ${condition(draw, 'i')}`,
    () => `SELECT i.k, i.x FROM (SELECT * FROM ${p} i WHERE i.x <> 0 AND i.s <> 'z') i WHERE ${draw.of(['1 / i.x > 0', 'i.s::int4 > 0', '10 / i.x > 1 AND i.k = 1'])}`,
    () => `SELECT c FROM (VALUES (1), (${draw.of(['NULL', '2'])}) UNION ALL VALUES (3)${draw.chance(0.5) ? ` UNION ALL SELECT x FROM ${p} i` : ''}) v(c)`,
  ])();
}

function riskyQuery(draw: Draw): string {
  if (draw.chance(0.5)) return rareQuery(draw);
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
  { name: 'an outer join becomes a key', rewrite: 'pushFilters', file: 'push-filters.ts', from: 'join.inputs.length === 2 && on[0]!.outer === false', to: 'join.inputs.length === 2' },
  { name: 'the upper filter first', rewrite: 'fuseFilters', file: 'fuse-filters.ts', from: '[...relation.input.predicates, ...relation.predicates]', to: '[...relation.predicates, ...relation.input.predicates]' },
  { name: 'IS NULL rejects NULL', rewrite: 'outerToInner', file: 'outer-to-inner.ts', from: 'default:\n      return new Set();', to: 'default:\n      return columnsOf(predicate);' },
  { name: 'an inner edge on an input that may be missing', rewrite: 'flattenJoins', file: 'flatten-joins.ts', from: '(!edge.outer || !edge.keys.some(matchesNoMissingRow))', to: '!edge.outer' },
  { name: 'keys of several inputs hang on the first', rewrite: 'flattenJoins', file: 'flatten-joins.ts', from: 'if (places.size > 1) return undefined;', to: '' },
  { name: 'every pair of an outer join', rewrite: 'orderCrossJoins', file: 'order-cross-joins.ts', from: 'relation.inputs.length !== 2 || relation.on[0]!.outer', to: 'relation.inputs.length !== 2' },
  { name: 'distinct without a key', rewrite: 'dropDistinctOnKeys', file: 'drop-distinct-on-keys.ts', from: 'keys.length > 0', to: 'keys.length >= 0' },
  { name: 'a map that leaves columns out changes nothing', rewrite: 'fuseMaps', file: 'fuse-maps.ts', from: 'relation.columns.length === columns.length\n    && ', to: '' },
  { name: 'constants hide the other inputs', rewrite: 'fuseUnions', file: 'fuse-unions.ts', from: 'rows.length < relation.inputs.length', to: 'rows.length === 0' },
  { name: 'used once and gone', rewrite: 'inlineLets', file: 'inline-lets.ts', from: 'if (count === 0) return body;', to: 'if (count <= 1) return body;' },
  { name: 'distinct rows of fewer columns', rewrite: 'narrowColumns', file: 'narrow-columns.ts', from: "case 'negate': {", to: "case 'distinct': case 'negate': {" },
  { name: 'an expression that raises is computed', rewrite: 'foldConstants', file: 'fold-constants.ts', from: 'if (error instanceof SqlError) return scalar;', to: '' },
  { name: 'what is not NULL is always taken', rewrite: 'foldConstants', file: 'fold-constants.ts', from: "const neutral = { and: true, or: false } as const;", to: "const neutral = { and: false, or: true } as const;" },
];

const optimizeDirectory = fileURLToPath(new URL('../../../src/planner/optimize', import.meta.url));
export const occurrencesOf = ({ file, from }: RewriteFault): number => readFileSync(join(optimizeDirectory, file), 'utf8').split(from).length - 1;
/** The header of each rewrite's file. */
export const rewriteFiles = (): readonly { readonly file: string; readonly text: string }[] =>
  readdirSync(optimizeDirectory).map((file) => ({ file, text: readFileSync(join(optimizeDirectory, file), 'utf8') })).filter(({ file, text }) => file !== 'rewrite.ts' && (/: Rewrite = /.test(text) || /^(inline-lets|narrow-columns)\.ts$/.test(file)));

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
