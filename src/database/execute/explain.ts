import { InvariantError, Oid, sqlType } from '../../core/index.ts';
import { bindParameters, relationTypeOf } from '../../ir/index.ts';
import type { Plan } from '../../planner/index.ts';
import type { IndexUse, OperatorReport } from '../../views/index.ts';
import { nameOf, readPlan, runQuery, withCatalogRows } from '../core.ts';
import { heldRelation } from '../relations.ts';
import { rowsOf } from '../rows.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { Execution, Outcome } from './execution.ts';
import { withOwnWrites } from './own-writes.ts';

type OperatorsPlan = Extract<Plan, { kind: 'explainOperators' }>;
type Report = readonly OperatorReport[];

/** The answer of EXPLAIN: text, a row a line, or one JSON document. */
export function explained(shown: string | PlanNode, json: boolean, more: Readonly<Record<string, unknown>> = {}): Outcome {
  const rows = typeof shown === 'string' ? shown.split('\n').map((line) => [line]) : [[JSON.stringify([{ Plan: shown, ...more }], undefined, 2)]];
  return { tag: 'EXPLAIN', counts: false, columns: null, rows: rowsOf([sqlType(json ? Oid.json : Oid.text)], rows) };
}

/** A step of a plan in EXPLAIN (FORMAT JSON), under the names that Postgres' clients look for. */
interface PlanNode {
  'Node Type': string;
  [property: string]: unknown;
  Plans?: PlanNode[];
}

/** The indented lines of a plan as a tree. */
export function treeOfLines(lines: readonly string[]): PlanNode {
  return treeOf(lines.map((line) => {
    const text = line.trimStart();
    const [type = text] = text.split(' ');
    return { depth: (line.length - text.length) / 2, node: { 'Node Type': type, ...(type === text ? {} : { Detail: text.slice(type.length + 1) }) } };
  }));
}

function treeOf(steps: readonly { readonly depth: number; readonly node: PlanNode }[]): PlanNode {
  const path: PlanNode[] = [];
  for (const { depth, node } of steps) {
    const parent = path[depth - 1];
    if (parent !== undefined) (parent.Plans ??= []).push(node);
    path.length = depth;
    path.push(node);
  }
  return path[0] ?? { 'Node Type': 'Result' };
}

/**
 * The operators of a query, or of a materialized view as it is kept. With ANALYZE a query is run, its operators measured, and its rows thrown away; of a view the rows and bytes are what its
 * operators hold now, and rows emitted and time those of computing it once more from the beginning, since what is kept up to date is not measured all the time.
 */
export async function explainOperators(plan: OperatorsPlan, execution: Execution): Promise<Outcome> {
  const { session } = execution;
  const start = session.core.clock.monotonic();
  const report = plan.of.kind === 'view' ? await reportOfView(plan.of.oid, plan, execution) : await reportOfQuery(plan.of.query, plan.analyze, execution);
  const totalMs = session.core.clock.monotonic() - start;
  const { analyze, timing } = plan;
  if (plan.json) {
    const steps = report.map((operator) => ({ depth: operator.depth, node: nodeOf(operator, plan, session) }));
    return explained(treeOf(steps), true, analyze && timing ? { 'Execution Time': round(totalMs) } : {});
  }
  const lines = report.flatMap((operator) => linesOf(operator, plan, session));
  return explained([...lines, ...(analyze && timing ? [`Execution Time: ${totalMs.toFixed(3)} ms`] : [])].join('\n'), false);
}

async function reportOfView(oid: number, plan: OperatorsPlan, execution: Execution): Promise<Report> {
  const { session } = execution;
  const item = session.core.catalog.item(oid);
  const own = session.catalog.item(oid);
  if (own?.kind !== 'materialized view') throw new InvariantError(`no materialized view ${oid}`);
  const relation = heldRelation(own);
  const query = { relation, columns: own.columns.map(({ name, type }) => ({ name, type })), order: [], limit: null, offset: null };
  // One that the open transaction created is kept by nobody yet.
  if (item?.kind !== 'materialized view' || item.id !== own.id) return reportOfQuery(query, plan.analyze, execution);
  const kept = await session.core.engine.request<Report>({ kind: 'describe', what: { view: own.id } });
  if (!plan.analyze) return kept;
  const again = await reportOfQuery(query, true, execution);
  return kept.map((operator, index) => ({ ...operator, measured: again[index]?.measured ?? operator.measured }));
}

async function reportOfQuery(query: Extract<OperatorsPlan['of'], { kind: 'query' }>['query'], analyze: boolean, { session, parameters, signal }: Execution): Promise<Report> {
  const bound = bindParameters(query, parameters);
  const relation = withOwnWrites(bound.relation, session.block, session.catalog, session.core.catalog);
  const scene = session.scene();
  if (!analyze) {
    const embedded = withCatalogRows(scene, relation, () => session.systemState(undefined));
    return session.core.engine.request<Report>({ kind: 'describe', what: { relation: embedded, environment: scene.environmentData } });
  }
  let report: Report = [];
  const rows = await runQuery(scene, relation, relationTypeOf(relation), readPlan(bound, scene.environment), 1, signal, (told) => (report = told));
  await rows.close();
  return report;
}

const round = (ms: number): number => Math.round(ms * 1000) / 1000;

function headOf({ text, relation }: OperatorReport, session: DatabaseSession): string {
  const item = relation === undefined ? undefined : session.catalog.relation(relation);
  return item === undefined ? text : `${text} ${nameOf(session.catalog, item)}`;
}

function linesOf(operator: OperatorReport, { analyze, timing }: OperatorsPlan, session: DatabaseSession): string[] {
  const { depth, state, measured, uses } = operator;
  const figures = [`rows=${measured.rows}`, ...(timing ? [`time=${measured.ms.toFixed(3)} ms`] : []), ...(state === undefined ? [] : [`state: ${state.rows} rows, ${state.bytes} bytes`])];
  const indent = '  '.repeat(depth);
  return [
    `${indent}${headOf(operator, session)}${analyze && operator.text !== 'In place' ? `  (${figures.join(' ')})` : ''}`,
    ...uses.map((use) => `${indent}  Arrangement: ${useText(use, session)}`),
  ];
}

function nodeOf(operator: OperatorReport, { analyze, timing }: OperatorsPlan, session: DatabaseSession): PlanNode {
  const { text, relation, state, measured, uses } = operator;
  const [type = text] = text.split(' ');
  const item = relation === undefined ? undefined : session.catalog.relation(relation);
  return {
    'Node Type': text === 'In place' ? text : type, ...(type === text || text === 'In place' ? {} : { Detail: text.slice(type.length + 1) }), ...(item && { 'Relation Name': item.name }),
    ...(uses.length === 0 ? {} : { Arrangements: uses.map((use) => useText(use, session)) }),
    ...(analyze ? { 'Actual Rows': measured.rows, ...(timing ? { 'Actual Total Time': round(measured.ms) } : {}), ...(state && { 'State Rows': state.rows, 'State Bytes': state.bytes }) } : {}),
  };
}

/** `public.t (k), shared: index t_k, key, 2 other joins` */
function useText({ relation, input, columns, named, key, joins }: IndexUse, session: DatabaseSession): string {
  const { catalog } = session;
  const item = relation === undefined ? undefined : catalog.relation(relation);
  const place = item === undefined ? `input ${input} (${columns.map((column) => `#${column}`).join(', ')})` : `${nameOf(catalog, item)} (${columns.map((column) => item.columns[column]?.name ?? `#${column}`).join(', ')})`;
  const others = [
    ...named.map((oid) => `index ${catalog.item(Number(oid))?.name ?? oid}`), ...(key ? ['a key of the table'] : []), ...(joins === 0 ? [] : [`${joins} other ${joins === 1 ? 'join' : 'joins'}`]),
  ];
  return `${place}${others.length > 0 ? `, shared with ${others.join(', ')}` : ', of this join alone'}`;
}
