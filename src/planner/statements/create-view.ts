import type { Node, RangeVar, SelectStmt } from '@pgsql/types';
import type { OnError, ViewItem, MaterializedViewItem, WrittenQuery } from '../../catalog/index.ts';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';
import { formatType, nullErrors, relationTypeOf } from '../../ir/index.ts';
import type { QualifiedName } from '../plan.ts';
import { planView } from '../query.ts';
import type { PlannedView } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import type { AlterOnErrorTree, CreateMaterializedViewTree, CreateViewTree, StatementOption } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { refuseUnlogged } from './create-table.ts';
import { findItem, itemOfKind, newRelationName, spell, takenBy, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';
import { optionWord, refuseUnknownOptions } from './options.ts';

export function planCreateView(tree: CreateViewTree, scene: Scene): Outcome {
  const { node, ifNotExists, query } = tree;
  const position = positionOf(scene.text, node.view?.location);
  refuseUnlogged(node.view?.relpersistence, position);
  if (node.withCheckOption !== undefined && node.withCheckOption !== 'NO_CHECK_OPTION') throw notSupported('WITH CHECK OPTION', 'Views cannot be written to.', position);
  if (node.options !== undefined) throw notSupported('WITH (...) of CREATE VIEW', 'Views have no options; leave it out.', position);
  const name = newRelationName(node.view, scene);
  const view = planBody(node.query, node.aliases, name, query, scene);
  const orReplace = node.replace === true;
  const replaced = orReplace ? replacedView('view', name, scene) : undefined;
  const taken = replaced ? undefined : whenTaken('view', name, ifNotExists, scene);
  if (taken) return taken;
  if (replaced) {
    refuseRecursion(replaced, view.dependsOn, scene);
    checkReplacement(replaced.columns, view.columns, scene);
  }
  return { plan: { kind: 'createView', name, ...view, written: { ...view.written, head: headOf(name, view.columns) }, query, ifNotExists, orReplace, sql: scene.sql } };
}

export function planCreateMaterializedView(tree: CreateMaterializedViewTree, scene: Scene): Outcome {
  const { node, orReplace, query } = tree;
  const into = node.into;
  const position = positionOf(scene.text, into?.rel?.location);
  refuseUnlogged(into?.rel?.relpersistence, position);
  if (into?.skipData === true) throw notSupported('WITH NO DATA', 'A materialized view is filled and kept up to date from its creation on.', position);
  if (into?.options !== undefined || into?.tableSpaceName !== undefined || into?.accessMethod !== undefined)
    throw notSupported('storage options of CREATE MATERIALIZED VIEW', 'Leave them out.', position);
  const name = newRelationName(into?.rel, scene);
  const ifNotExists = node.if_not_exists === true;
  const onError = onErrorOf(tree.options) ?? 'fail';
  const planned = planBody(node.query, into?.colNames, name, query, scene);
  const replaced = orReplace ? replacedView('materialized view', name, scene) : undefined;
  const taken = replaced ? undefined : whenTaken('materialized view', name, ifNotExists, scene);
  if (taken) return taken;
  const view = onError === 'null' ? withNullableColumns(planned) : planned;
  if (replaced) refuseRecursion(replaced, view.dependsOn, scene);
  if (replaced && scene.catalog.dependents(replaced.oid).length > 0) checkReplacement(replaced.columns, view.columns, scene);
  return { plan: { kind: 'createMaterializedView', name, ...view, written: { ...view.written, head: { ...headOf(name, view.columns), onError } }, query, onError, ifNotExists, orReplace, sql: scene.sql } };
}

/** With NULL for errors more columns may be NULL. */
function withNullableColumns(view: PlannedView): PlannedView {
  const held = relationTypeOf(nullErrors(view.relation)).columns;
  return { ...view, columns: view.columns.map((column, index) => ({ ...column, nullable: held[index]!.nullable })) };
}

/** A plain view too is planned as what is kept up to date: it becomes a part of every view over it, temporal filter and all. */
function planBody(query: Node | undefined, names: readonly Node[] | undefined, name: QualifiedName, text: string, scene: Scene): PlannedView {
  const columnNames = (names ?? []).map((node) => ('String' in node ? (node.String.sval ?? '') : ''));
  return planView(selectOf(query, scene), scene.text, scene.text.lastIndexOf(text), name.name, columnNames, planContext(scene, 'view'));
}

function selectOf(query: Node | undefined, scene: Scene): SelectStmt {
  if (query === undefined || !('SelectStmt' in query)) throw new InvariantError('a view without a SELECT');
  const into: RangeVar | undefined = query.SelectStmt.intoClause?.rel;
  if (into !== undefined) throw new SqlError('42601', 'views must not contain SELECT INTO', { position: positionOf(scene.text, into.location) });
  return query.SelectStmt;
}

const headOf = (name: QualifiedName, columns: readonly Column[]): WrittenQuery['head'] => ({ ...name, columns: columns.map((column) => column.name) });

/** The view that OR REPLACE is about, if there is one. */
function replacedView<K extends 'view' | 'materialized view'>(kind: K, name: QualifiedName, scene: Scene): ViewItem | MaterializedViewItem | undefined {
  const existing = takenBy(name, scene);
  if (existing === undefined) return undefined;
  if (existing.kind !== kind) throw new SqlError('42809', `"${name.name}" is not a ${kind}`);
  return existing as ViewItem | MaterializedViewItem;
}

/** A view that would be made of itself. Postgres says so when the view is read. */
function refuseRecursion(replaced: ViewItem | MaterializedViewItem, reads: readonly number[], scene: Scene): void {
  const seen = new Set<number>();
  const reaches = (oid: number): boolean => {
    if (oid === replaced.oid) return true;
    if (seen.has(oid)) return false;
    seen.add(oid);
    const item = scene.catalog.item(oid);
    return (item?.kind === 'view' || item?.kind === 'materialized view') && item.dependsOn.some(reaches);
  };
  if (reads.some(reaches)) throw new SqlError('42P17', `infinite recursion detected in rules for relation "${replaced.name}"`);
}

/** Postgres' rules for CREATE OR REPLACE VIEW (manual, "CREATE VIEW"): columns may only be added, at the end. */
function checkReplacement(before: readonly Column[], after: readonly Column[], scene: Scene): void {
  if (after.length < before.length) throw new SqlError('42P16', 'cannot drop columns from view');
  const typeName = ({ type }: Column): string => formatType(type.oid, type.typmod, scene.environment.catalog);
  for (const [i, column] of before.entries()) {
    const now = after[i]!;
    if (now.name !== column.name)
      throw new SqlError('42P16', `cannot change name of view column "${column.name}" to "${now.name}"`, {
        hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.',
      });
    if (now.type.oid !== column.type.oid || now.type.typmod !== column.type.typmod)
      throw new SqlError('42P16', `cannot change data type of view column "${column.name}" from ${typeName(column)} to ${typeName(now)}`);
  }
}

const onErrorWords: readonly OnError[] = ['fail', 'skip', 'null'];

/** ON ERROR among the options of a materialized view. */
function onErrorOf(options: readonly StatementOption[]): OnError | undefined {
  refuseUnknownOptions(options, ['ON ERROR'], 'a materialized view');
  const option = options.findLast((candidate) => candidate.name === 'ON ERROR');
  if (option === undefined) return undefined;
  const word = optionWord(option);
  const found = onErrorWords.find((candidate) => candidate === word);
  if (found === undefined)
    throw new SqlError('22023', `invalid value for ON ERROR: "${word}"`, { hint: 'Available values: fail, skip, null.', position: option.position });
  return found;
}

export function planAlterOnError(tree: AlterOnErrorTree, scene: Scene): Outcome {
  if (tree.ifExists && findItem(tree.name, scene) === undefined) {
    const message = `relation "${spell(tree.name)}" does not exist, skipping`;
    return { plan: { kind: 'noop', tag: 'ALTER MATERIALIZED VIEW' }, notices: [{ severity: 'NOTICE', code: '00000', message }] };
  }
  const item = itemOfKind('materialized view', tree.name, scene);
  if (tree.reset) {
    refuseUnknownOptions(tree.options, ['ON ERROR'], 'a materialized view');
    return { plan: { kind: 'alterOnError', oid: item.oid, onError: 'fail' } };
  }
  return { plan: { kind: 'alterOnError', oid: item.oid, onError: onErrorOf(tree.options) ?? item.onError } };
}
