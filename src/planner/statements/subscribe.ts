import type { Node, SelectStmt } from '@pgsql/types';
import { SqlError } from '../../core/index.ts';
import type { Column, Notice } from '../../core/index.ts';
import type { SubscribePlan } from '../plan.ts';
import { planConstant, planView } from '../query.ts';
import type { ObjectName, SubscribeTree } from '../syntax/index.ts';
import { columnIndex, planContext } from './context.ts';
import type { Scene } from './context.ts';
import { relationNamed } from './names.ts';
import type { Outcome } from './names.ts';
import { findOption, optionBoolean, refuseUnknownOptions } from './options.ts';

export function planSubscribe(tree: SubscribeTree, scene: Scene): Outcome {
  const { subscribe, notices } = subscribePlan(tree, scene);
  return { plan: { kind: 'subscribe', subscribe }, notices };
}

/** AS OF AT LEAST means AS OF here: every time that can be read at all can be read as it was. */
export function subscribePlan(tree: SubscribeTree, scene: Scene): { readonly subscribe: SubscribePlan; readonly notices: readonly Notice[] } {
  refuseUnknownOptions(tree.options, ['SNAPSHOT', 'PROGRESS'], 'SUBSCRIBE');
  const select = tree.target.kind === 'query' ? tree.target.node : selectAll(tree.target.name, scene);
  const { relation, columns, notices } = planView(select, scene.text, 0, 'subscribe', [], planContext(scene, 'view'));
  const time = (node: Node | null): SubscribePlan['asOf'] => (node === null ? null : planConstant(node, scene.text, planContext(scene, 'adhoc')));
  const subscribe: SubscribePlan = {
    relation, columns, snapshot: optionBoolean(findOption(tree.options, 'SNAPSHOT'), true), progress: optionBoolean(findOption(tree.options, 'PROGRESS'), false),
    asOf: time(tree.asOf?.value ?? null), upTo: time(tree.upTo), envelope: planEnvelope(tree.envelope, columns),
  };
  return { subscribe, notices };
}

function selectAll(name: ObjectName, scene: Scene): SelectStmt {
  relationNamed(name, scene);
  const [relname, schemaname] = name.parts.toReversed();
  const location = -1;
  return {
    targetList: [{ ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }], location } }, location } }],
    fromClause: [{ RangeVar: { relname, ...(schemaname !== undefined && { schemaname }), inh: true, relpersistence: 'p', location } }],
    limitOption: 'LIMIT_OPTION_DEFAULT', op: 'SETOP_NONE',
  };
}

function planEnvelope(envelope: SubscribeTree['envelope'], columns: readonly Column[]): SubscribePlan['envelope'] {
  if (envelope.kind === 'none') return envelope;
  const key = envelope.key.map(({ parts, position }) => {
    const name = parts.at(-1) ?? '';
    const index = columnIndex(columns, name);
    if (index < 0) throw new SqlError('42703', `column "${name}" does not exist`, { position });
    return index;
  });
  if (key.length === 0) throw new SqlError('42601', 'a KEY needs at least one column', { position: envelope.position });
  return { kind: envelope.kind, key };
}
