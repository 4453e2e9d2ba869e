import type { DefElem, Node, SelectStmt } from '@pgsql/types';
import { SqlError, notSupported } from '../../core/index.ts';
import type { Query, Relation, RelationId } from '../../ir/index.ts';
import type { Plan } from '../plan.ts';
import { planQueryUnoptimized, resolveQuery } from '../plan-query.ts';
import { positionOf } from '../syntax/index.ts';
import type { ExplainTree } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { explainRelation } from './explain-text.ts';
import type { NameRelation } from './explain-text.ts';
import { explainTyped } from './explain-typed.ts';
import { relationNamed } from './names.ts';
import type { Outcome } from './names.ts';

type Stage = NonNullable<ExplainTree['stage']>;

interface Options {
  readonly stage: Stage | undefined;
  readonly analyze: boolean;
  readonly timing: boolean;
  readonly json: boolean;
}

/**
 * EXPLAIN shows a plan at one of its stages: as written (raw), without subqueries (decorrelated), as it is run (optimized), and as operators (physical), which the engine is asked for.
 * ANALYZE shows those with what they hold and did. Postgres' options that only change what its executor prints (COSTS, SUMMARY, ...) have nothing to change here.
 */
export function planExplain(tree: ExplainTree, explained: () => Plan, scene: Scene): Outcome {
  const options = readOptions(tree.options, scene);
  const analyze = options.analyze || tree.analyze;
  const stage = tree.stage ?? options.stage ?? (analyze ? 'physical' : 'optimized');
  if (analyze && stage !== 'physical') throw new SqlError('22023', 'EXPLAIN option ANALYZE requires the physical plan', { hint: 'Leave PLAN out, or ask for PLAN PHYSICAL.' });
  if (stage === 'physical') return { plan: { kind: 'explainOperators', of: operatorsOf(tree, explained, scene), analyze, timing: options.timing, json: options.json } };
  return { plan: { kind: 'explain', stage, json: options.json, text: relationalText(stage, tree, explained, scene) } };
}

function relationalText(stage: Exclude<Stage, 'physical'>, tree: ExplainTree, explained: () => Plan, scene: Scene): string {
  const nameOf = relationNamer(scene);
  switch (stage) {
    case 'raw': return explainTyped(resolveQuery(selectOf(stage, tree), scene.text, planContext(scene, 'adhoc')), nameOf);
    case 'decorrelated': return queryText(planQueryUnoptimized(selectOf(stage, tree), scene.text, planContext(scene, 'adhoc')), nameOf);
    case 'optimized': return tree.target.kind === 'view' ? explainRelation(viewNamed(tree.target, scene).relation, nameOf) : planText(explained(), nameOf);
  }
}

/** The stages before optimisation are gone once a view is planned. */
function selectOf(stage: 'raw' | 'decorrelated', tree: ExplainTree): SelectStmt {
  const statement = tree.target.kind === 'statement' ? tree.target.statement : undefined;
  if (statement?.kind === 'postgres' && 'SelectStmt' in statement.node) return statement.node.SelectStmt;
  throw notSupported(`EXPLAIN ${stage.toUpperCase()} PLAN of anything but a query`, 'EXPLAIN the SELECT itself.');
}

function operatorsOf(tree: ExplainTree, explained: () => Plan, scene: Scene): Extract<Plan, { kind: 'explainOperators' }>['of'] {
  if (tree.target.kind === 'view') {
    const view = viewNamed(tree.target, scene);
    if (view.kind === 'materialized view') return { kind: 'view', oid: view.oid };
    const columns = view.columns.map(({ name, type }) => ({ name, type }));
    return { kind: 'query', query: { relation: view.relation, columns, order: [], limit: null, offset: null } };
  }
  const plan = explained();
  if (plan.kind === 'query') return { kind: 'query', query: plan.query };
  throw notSupported(`the operators of ${plan.kind}`, 'Queries and materialized views have operators: EXPLAIN (PLAN PHYSICAL) SELECT ..., EXPLAIN ANALYZE MATERIALIZED VIEW v.');
}

const stages: readonly Stage[] = ['raw', 'decorrelated', 'optimized', 'physical'];
/** What they ask Postgres to print is not there to be printed, or always is. */
const printing = new Set(['costs', 'verbose', 'summary', 'settings', 'generic_plan']);

function readOptions(options: readonly Node[], scene: Scene): Options {
  let stage: Stage | undefined;
  let analyze = false;
  let timing: boolean | undefined;
  let json = false;
  for (const node of options) {
    if (!('DefElem' in node)) continue;
    const option = node.DefElem;
    const name = option.defname ?? '';
    const value = optionValue(option);
    const position = positionOf(scene.text, option.location);
    const unknown = (): SqlError => new SqlError('22023', `unrecognized value for EXPLAIN option "${name}": "${value}"`, { position });
    const on = (): boolean => {
      if (['on', 'true', '1'].includes(value)) return true;
      if (['off', 'false', '0'].includes(value)) return false;
      throw new SqlError('42601', `${name} requires a Boolean value`);
    };
    if (name === 'plan' || name === 'stage') {
      stage = stages.find((known) => known === value);
      if (stage === undefined) throw unknown();
    } else if (name === 'format') {
      if (value === 'xml' || value === 'yaml') throw notSupported(`EXPLAIN (FORMAT ${value.toUpperCase()})`, 'There are TEXT and JSON.', position);
      if (value !== 'text' && value !== 'json') throw unknown();
      json = value === 'json';
    } else if (name === 'analyze') analyze = on();
    else if (name === 'timing') timing = on();
    else if (printing.has(name)) on();
    else if (!['buffers', 'wal', 'memory', 'serialize'].includes(name)) throw new SqlError('42601', `unrecognized EXPLAIN option "${name}"`, { position });
    else if (value !== 'none' && on()) throw notSupported(`EXPLAIN option ${name.toUpperCase()}`, 'ANALYZE shows rows, state and time of each operator.', position);
  }
  if (timing === true && !analyze) throw new SqlError('22023', 'EXPLAIN option TIMING requires ANALYZE');
  return { stage, analyze, timing: timing ?? true, json };
}

function optionValue(option: DefElem): string {
  const arg = option.arg;
  if (arg === undefined) return 'on';
  if ('String' in arg) return (arg.String.sval ?? '').toLowerCase();
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  if ('Boolean' in arg) return arg.Boolean.boolval === true ? 'on' : 'off';
  return 'on';
}

const relationNamer = (scene: Scene): NameRelation => (id: RelationId) => {
  const item = scene.catalog.relation(id);
  return item === undefined ? id : `${scene.catalog.schemaNameOf(item)}.${item.name}`;
};

function viewNamed(target: Extract<ExplainTree['target'], { kind: 'view' }>, scene: Scene): Extract<ReturnType<typeof relationNamed>, { readonly relation: Relation }> {
  const item = relationNamed(target.name, scene);
  if (item.kind === 'view' || item.kind === 'materialized view') return item;
  throw new SqlError('42809', `"${item.name}" is not a view`);
}

function planText(plan: Plan, nameOf: NameRelation): string {
  switch (plan.kind) {
    case 'query': return queryText(plan.query, nameOf);
    case 'subscribe': return explainRelation(plan.subscribe.relation, nameOf);
    case 'createView': case 'createMaterializedView': return explainRelation(plan.relation, nameOf);
    case 'insert': return `Insert\n${indented(queryText(plan.source, nameOf))}`;
    case 'update': return `Update\n${indented(queryText(plan.target, nameOf))}`;
    case 'delete': return `Delete\n${indented(queryText(plan.target, nameOf))}`;
    case 'withWrites': {
      const main: Plan = plan.main.kind === 'query' ? { ...plan.main, readsCatalogOnly: false } : plan.main;
      return [...plan.parts.map((part) => `With ${nameOf(part.rows)} =\n${indented(planText(part.plan, nameOf))}`), planText(main, nameOf)].join('\n');
    }
    default: throw notSupported(`EXPLAIN of ${plan.kind}`, 'Queries, views, SUBSCRIBE, INSERT, UPDATE and DELETE have plans.');
  }
}

const indented = (text: string): string => text.replace(/^/gm, '  ');

/** What is done when the answer is read stands above the relation. */
function queryText(query: Query, nameOf: NameRelation): string {
  const order = query.order.map(({ column, descending }) => `#${column}${descending ? ' desc' : ''}`).join(', ');
  const finish = [order === '' ? '' : `order (${order})`, query.limit === null ? '' : 'limit', query.offset === null ? '' : 'offset'].filter((part) => part !== '');
  const relation = explainRelation(query.relation, nameOf);
  return finish.length === 0 ? relation : `Finish ${finish.join(' ')}\n${indented(relation)}`;
}
