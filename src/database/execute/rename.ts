import { InvariantError } from '../../core/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, OidAllocator, TableItem } from '../../catalog/index.ts';
import { withColumnRenamed } from '../../catalog/index.ts';
import type { Plan } from '../../planner/index.ts';
import { nameOf } from '../core.ts';
import type { EngineAction } from '../engine/messages.ts';
import { tableType } from './create-table.ts';
import { viewsAnew } from './made-anew.ts';
import { viewsWithNames } from './whole-rows.ts';
import type { CatalogWork } from '../transaction.ts';

type RenamePlan = Extract<Plan, { kind: 'rename' | 'renameColumn' | 'renameConstraint' | 'setSchema' }>;

/** What has another name or place from now on. The rows stay where they are: the engine only learns what messages call things. */
export function rename(plan: RenamePlan, catalog: CatalogSnapshot, oids: OidAllocator): CatalogWork {
  switch (plan.kind) {
    case 'rename': {
      const item = itemOf(plan.oid, catalog);
      return work([{ ...item, name: plan.to }], catalog, item.kind === 'index' ? keyAction(itemOf(item.on, catalog), item.name, plan.to) : []);
    }
    case 'renameColumn': {
      const item = itemOf(plan.oid, catalog);
      const renamed = work([columnRenamed(item, plan.column, plan.to)], catalog);
      const views = viewsAnew(viewsWithNames(item, catalog), catalog, oids);
      return { changes: [...renamed.changes, ...views.changes], actions: [...renamed.actions, ...views.actions] };
    }
    case 'renameConstraint': {
      const table = itemOf(plan.oid, catalog);
      if (table.kind !== 'table') throw new InvariantError(`no table ${plan.oid}`);
      const named = <T extends { readonly oid: number; readonly name: string }>(constraint: T): T => (constraint.oid === plan.constraint ? { ...constraint, name: plan.to } : constraint);
      const key = table.keys.find(({ oid }) => oid === plan.constraint);
      const changed: TableItem = {
        ...table, keys: table.keys.map(named), ...(table.checks && { checks: table.checks.map(named) }), ...(table.foreignKeys && { foreignKeys: table.foreignKeys.map(named) }),
      };
      return work([changed], catalog, key === undefined ? [] : keyAction(table, key.name, plan.to));
    }
    case 'setSchema':
      return work(plan.oids.map((oid) => ({ ...itemOf(oid, catalog), schema: plan.schema })), catalog);
  }
}

function itemOf(oid: number, catalog: CatalogSnapshot): CatalogItem {
  const item = catalog.item(oid);
  if (item === undefined) throw new InvariantError(`no object ${oid}`);
  return item;
}

function work(items: readonly CatalogItem[], catalog: CatalogSnapshot, actions: readonly EngineAction[] = []): CatalogWork {
  const changes = items.map((item): CatalogChange => ({ kind: 'replace', item }));
  const next = catalog.apply(changes);
  const names = items.flatMap((item): EngineAction[] => ('id' in item && item.kind !== 'view' && item.kind !== 'sequence' ? [{ kind: 'rename', id: item.id, name: nameOf(next, item) }] : []));
  return { changes, actions: [...names, ...actions] };
}

const keyAction = (on: CatalogItem, from: string, to: string): readonly EngineAction[] => ('id' in on ? [{ kind: 'renameKey', id: on.id, from, to }] : []);

function columnRenamed(item: CatalogItem, column: number, to: string): CatalogItem {
  switch (item.kind) {
    case 'table': {
      const changed = withColumnRenamed(item, column, to);
      return { ...changed, type: tableType(changed.columns, changed.keys) };
    }
    case 'view':
    case 'materialized view': {
      const columns = item.columns.with(column, { ...item.columns[column]!, name: to });
      return { ...item, columns, type: { ...item.type, columns } };
    }
    case 'composite type':
      return { ...item, fields: item.fields.with(column, { ...item.fields[column]!, name: to }) };
    default:
      throw new InvariantError(`${item.name} is a ${item.kind}`);
  }
}
