import { Oid, sqlType } from '../core/index.ts';
import type { Plan, SubscribePlan, WithWritesPlan, WritingPlan } from '../planner/index.ts';
import type { Query } from '../ir/index.ts';
import type { ResultColumn } from './contract.ts';
import { settingName } from './session/settings.ts';

const computed = (name: string, oid: number): ResultColumn => ({ name, type: sqlType(oid), tableOid: 0, attribute: 0 });

export const queryColumns = (query: Query): readonly ResultColumn[] =>
  query.columns.map(({ name, type, origin }) => ({ name, type, tableOid: origin?.table ?? 0, attribute: origin?.attribute ?? 0 }));

/** What SUBSCRIBE sends before the row: its time, whether it is progress, and by how much the row's count changed (or, by key, what became of the key). */
export function subscribeColumns({ columns, progress, envelope }: SubscribePlan): readonly ResultColumn[] {
  const time = [computed('mz_timestamp', Oid.numeric), ...(progress ? [computed('mz_progressed', Oid.bool)] : [])];
  const named = (prefix: string, indexes: readonly number[]): ResultColumn[] =>
    indexes.map((i) => ({ name: prefix + columns[i]!.name, type: columns[i]!.type, tableOid: 0, attribute: 0 }));
  const all = columns.map((_, i) => i);
  switch (envelope.kind) {
    case 'none':
      return [...time, computed('mz_diff', Oid.int8), ...named('', all)];
    case 'upsert': {
      const rest = all.filter((i) => !envelope.key.includes(i));
      return [...time, computed('mz_state', Oid.text), ...named('', envelope.key), ...named('', rest)];
    }
    case 'debezium': {
      const rest = all.filter((i) => !envelope.key.includes(i));
      return [...time, computed('mz_state', Oid.text), ...named('', envelope.key), ...named('before_', rest), ...named('after_', rest)];
    }
  }
}

/** Those of RETURNING, or of the query whose WITH writes; null where it returns no rows. */
export function writtenColumns(plan: WritingPlan | WithWritesPlan): readonly ResultColumn[] | null {
  if (plan.kind !== 'withWrites') return plan.returning?.columns.map(({ name, value }) => ({ name, type: value.type, tableOid: 0, attribute: 0 })) ?? null;
  return plan.main.kind === 'query' ? queryColumns(plan.main.query) : writtenColumns(plan.main);
}

/** The columns a plan answers with, null where it returns no rows; `look` answers for what the session knows by name. */
export function answerColumns(plan: Plan, look: { cursor(name: string): readonly ResultColumn[] | null; prepared(name: string): readonly ResultColumn[] | null }): readonly ResultColumn[] | null {
  switch (plan.kind) {
    case 'query':
      return queryColumns(plan.query);
    case 'subscribe':
      return subscribeColumns(plan.subscribe);
    case 'explain':
    case 'explainOperators':
      return [computed('QUERY PLAN', plan.json ? Oid.json : Oid.text)];
    case 'show':
      if (plan.name.toLowerCase() === 'all') return ['name', 'setting', 'description'].map((name) => computed(name, Oid.text));
      return [computed(settingName(plan.name), Oid.text)];
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
    case 'withWrites':
      return writtenColumns(plan);
    case 'fetch':
      return plan.move ? null : look.cursor(plan.name);
    case 'execute':
      return look.prepared(plan.name);
    default:
      return null;
  }
}
