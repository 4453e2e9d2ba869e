import type { DefElem, Node } from '@pgsql/types';
import { SqlError, notSupported } from '../../core/index.ts';
import type { Query, Relation, RelationId } from '../../ir/index.ts';
import type { Plan } from '../plan.ts';
import { planQueryUnoptimized } from '../plan-query.ts';
import { positionOf } from '../syntax/index.ts';
import type { ExplainTree } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { explainRelation } from './explain-text.ts';
import type { NameRelation } from './explain-text.ts';
import { relationNamed } from './names.ts';
import type { Outcome } from './names.ts';

type Stage = NonNullable<ExplainTree['stage']>;

/**
 * EXPLAIN shows the relational plan, the one that is run. Postgres' own options that only change what its executor prints
 * (COSTS, SUMMARY, TIMING OFF, ...) have nothing to change here when they are off.
 */
export function planExplain(tree: ExplainTree, explained: () => Plan, scene: Scene): Outcome {
  const stage = tree.stage ?? stageOption(tree.options, scene) ?? 'optimized';
  const nameOf = relationNamer(scene);
  if (stage === 'decorrelated') return { plan: { kind: 'explain', stage, text: queryText(beforeOptimisation(tree, scene), nameOf) } };
  if (stage !== 'optimized') throw notSupported(`EXPLAIN ${stage.toUpperCase()} PLAN`, 'There are EXPLAIN DECORRELATED PLAN FOR, before optimisation, and EXPLAIN OPTIMIZED PLAN FOR, the plan that is run.');
  const text = tree.target.kind === 'view' ? explainRelation(viewRelation(relationNamed(tree.target.name, scene)), nameOf) : planText(explained(), nameOf);
  return { plan: { kind: 'explain', stage, text } };
}

function beforeOptimisation(tree: ExplainTree, scene: Scene): Query {
  const statement = tree.target.kind === 'statement' ? tree.target.statement : undefined;
  if (statement?.kind === 'postgres' && 'SelectStmt' in statement.node) return planQueryUnoptimized(statement.node.SelectStmt, scene.text, planContext(scene, 'adhoc'));
  throw notSupported('EXPLAIN DECORRELATED PLAN of anything but a query', 'EXPLAIN the SELECT itself.');
}

const stages: readonly Stage[] = ['raw', 'decorrelated', 'optimized', 'physical'];
const printing = new Set(['costs', 'verbose', 'summary', 'settings', 'generic_plan']);

function stageOption(options: readonly Node[], scene: Scene): Stage | undefined {
  let stage: Stage | undefined;
  for (const node of options) {
    if (!('DefElem' in node)) continue;
    const option = node.DefElem;
    const name = option.defname ?? '';
    const value = optionValue(option);
    const position = positionOf(scene.text, option.location);
    if (name === 'plan' || name === 'stage') stage = stages.find((known) => known === value);
    else if (name === 'format' && value === 'text') continue;
    else if (!printing.has(name) && value !== 'off' && value !== 'false') throw notSupported(`EXPLAIN option ${name.toUpperCase()}`, 'EXPLAIN shows the plan as text, without running it.', position);
    if ((name === 'plan' || name === 'stage') && stage === undefined) throw new SqlError('22023', `unrecognized value for EXPLAIN option "${name}": "${value}"`, { position });
  }
  return stage;
}

function optionValue(option: DefElem): string {
  const arg = option.arg;
  if (arg === undefined) return 'on';
  if ('String' in arg) return (arg.String.sval ?? '').toLowerCase();
  if ('Integer' in arg) return String(arg.Integer.ival ?? 0);
  return 'on';
}

const relationNamer = (scene: Scene): NameRelation => (id: RelationId) => {
  const item = scene.catalog.relation(id);
  return item === undefined ? id : `${scene.catalog.schemaNameOf(item)}.${item.name}`;
};

function viewRelation(item: ReturnType<typeof relationNamed>): Relation {
  if (item.kind === 'view' || item.kind === 'materialized view') return item.relation;
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
