import { appendRow, codecOf, defaultTextSettings, InvariantError, RowBatchBuilder, rowLayout, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { dropPlanOf, withoutConstraint } from '../../catalog/index.ts';
import type { CatalogChange, CatalogSnapshot, CheckConstraint, KeyConstraint, OidAllocator, SequenceItem, TableItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import type { Relation } from '../../ir/index.ts';
import { optimizeAnew } from '../../planner/index.ts';
import type { AlterTableStep, Plan } from '../../planner/index.ts';
import { dropActions } from '../relations.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { begin, makeColumns, makeConstraints, tableType } from './create-table.ts';
import { readAll } from './dml.ts';
import type { Execution } from './execution.ts';
import { actionsAnew, readersAnew } from './made-anew.ts';
import { keyText } from './on-conflict.ts';
import { TableRows } from './table-rows.ts';

/** The table on its way through the steps, and what of its rows has to be made, checked or written anew. */
interface Altering {
  table: TableItem;
  /** for each column of the table its index in the rows there are; null: new */
  sources: (number | null)[];
  readonly sequences: SequenceItem[];
  /** what else changes: objects that go with a column */
  readonly changes: CatalogChange[];
  readonly checks: CheckConstraint[];
  readonly keys: KeyConstraint[];
  /** rows have another shape, or other keys: they are written as those of another relation */
  rewritten: boolean;
}

/**
 * ALTER TABLE. Where the rows' shape or keys change, or something that views rest on is no longer so, all rows are written anew under another relation id, and what is computed of the table is made again over that:
 * an old record of the log keeps its meaning. Costs time and log proportional to the table. Raises 40001 at the commit where others wrote to the table meanwhile.
 */
export async function alterTable(plan: Plan & { kind: 'alterTable' }, execution: Execution, oids: OidAllocator): Promise<CatalogWork> {
  const { session } = execution;
  const { catalog } = session;
  const old = catalog.item(plan.oid);
  if (old?.kind !== 'table') throw new InvariantError(`no table ${plan.oid}`);
  const altering: Altering = { table: old, sources: old.columns.map((_, index) => index), sequences: [], changes: [], checks: [], keys: [], rewritten: false };
  for (const step of plan.steps) apply(step, altering, plan.sql, session, oids);
  const asked = altering.rewritten || altering.checks.length > 0 || altering.table.columns.some((column, index) => !column.nullable && old.columns[altering.sources[index] ?? -1]?.nullable !== false);
  const since = asked ? await session.core.engine.request<number>({ kind: 'time' }) : 0;
  const before = asked ? await readAll({ relation: { op: 'get', id: old.id, type: old.type }, columns: old.columns.map(({ name, type }) => ({ name, type })), order: [], limit: null, offset: null }, execution) : [];
  const rows = asked ? rowsOf(before, altering, session) : [];
  const standing = altering.sequences.map((item) => [item.oid, drawnBy(item, before.length)] as const);
  return { ...finish(old, altering, rows, session, oids), sequences: standing, ...(asked ? { unchanged: [[old.id, since]] } : {}) };
}

/** A counter whose column was added has given each row a number. */
const drawnBy = (item: SequenceItem, rows: number): { last: bigint; called: boolean } =>
  rows === 0 ? begin(item.options) : { last: item.options.start + item.options.increment * BigInt(rows - 1), called: true };

function apply(step: AlterTableStep, altering: Altering, sql: string, session: DatabaseSession, oids: OidAllocator): void {
  const { table } = altering;
  switch (step.kind) {
    case 'addColumn': {
      const { columns, sequences } = makeColumns([step.column], { oid: table.oid, schema: table.schema, first: table.columns.length }, sql, oids);
      altering.sequences.push(...sequences);
      altering.table = { ...table, columns: [...table.columns, ...columns] };
      altering.sources.push(null);
      altering.rewritten = true;
      return;
    }
    case 'dropColumn': {
      const { changes } = dropPlanOf(session.catalog, [{ kind: 'column', table, column: step.column }], true, session.searchPath);
      for (const change of changes) {
        if (change.kind === 'replace' && change.item.oid === table.oid) altering.table = change.item as TableItem;
        else altering.changes.push(change);
      }
      altering.sources = altering.sources.filter((_, index) => index !== step.column);
      altering.rewritten = true;
      return;
    }
    case 'setColumn':
      altering.rewritten ||= step.column.nullable && !table.columns[step.index]!.nullable && isReadByViews(table, session.catalog);
      altering.table = { ...table, columns: table.columns.with(step.index, step.column) };
      return;
    case 'addConstraints': {
      const made = makeConstraints(step, table.oid, oids);
      altering.checks.push(...made.checks);
      altering.keys.push(...made.keys);
      altering.rewritten ||= made.keys.length > 0;
      altering.table = {
        ...table, keys: [...table.keys, ...made.keys], checks: [...table.checks ?? [], ...made.checks], foreignKeys: [...table.foreignKeys ?? [], ...made.foreignKeys],
        columns: table.columns.map((column, index) => (step.notNull.includes(index) ? { ...column, nullable: false } : column)),
      };
      return;
    }
    case 'dropConstraint': {
      const found = [...table.keys, ...table.checks ?? [], ...table.foreignKeys ?? []].find((constraint) => constraint.name === step.name);
      if (found === undefined) throw new InvariantError(`no constraint ${step.name}`);
      altering.rewritten ||= table.keys.some((key) => key.oid === found.oid) || ((table.foreignKeys ?? []).some((key) => key.oid === found.oid) && isReadByViews(table, session.catalog));
      const { changes } = dropPlanOf(session.catalog, [{ kind: 'constraint', table, constraint: found.oid }], true, session.searchPath);
      altering.changes.push(...changes.filter((change) => change.kind === 'replace' && change.item.oid !== table.oid));
      altering.table = withoutConstraint(table, found.oid);
    }
  }
}

/** Whether a view may rest on what was known of the table. */
const isReadByViews = (table: TableItem, catalog: CatalogSnapshot): boolean => catalog.dependents(table.oid).some((item) => item.kind === 'view' || item.kind === 'materialized view');

/** The rows as the altered table has them; raises what its new constraints say of them. */
function rowsOf(before: readonly Datum[][], { table, sources, sequences, checks, keys }: Altering, session: DatabaseSession): readonly Datum[][] {
  const rows = new TableRows(table, session);
  const schema = session.catalog.schemaNameOf(table);
  const drawn = new Map(sequences.map((item) => [item.ownedBy!.column, item]));
  const plain = [...sources.keys()].filter((index) => sources[index] === null && !drawn.has(index));
  const after = before.map((old, number) => {
    const row = sources.map((source): Datum => (source === null ? null : old[source]!));
    rows.fill(row, plain);
    for (const [index, item] of drawn) row[index] = Number(item.options.start + item.options.increment * BigInt(number));
    for (const index of plain) {
      const { generated } = table.columns[index]!;
      if (generated !== undefined) row[index] = evaluateScalar(generated, row, rows.environment);
    }
    return row;
  });
  table.columns.forEach((column, index) => {
    if (column.nullable || !after.some((row) => row[index] === null)) return;
    throw new SqlError('23502', `column "${column.name}" of relation "${table.name}" contains null values`, { schema, table: table.name, column: column.name });
  });
  for (const check of checks) {
    if (after.every((row) => evaluateScalar(check.condition, row, rows.environment) !== false)) continue;
    throw new SqlError('23514', `check constraint "${check.name}" of relation "${table.name}" is violated by some row`, { schema, table: table.name, constraint: check.name });
  }
  for (const key of keys) requireUnique(table, key, after, schema);
  return after;
}

function requireUnique(table: TableItem, key: KeyConstraint, rows: readonly Datum[][], schema: string): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const text = keyText(table, key, row);
    if (text === undefined) continue;
    if (seen.has(text)) {
      const values = key.columns.map((column) => (row[column] === null ? 'null' : codecOf(table.columns[column]!.type.oid).print(row[column]!, defaultTextSettings)));
      throw new SqlError('23505', `could not create unique index "${key.name}"`, {
        detail: `Key (${key.columns.map((column) => table.columns[column]!.name).join(', ')})=(${values.join(', ')}) is duplicated.`, schema, table: table.name, constraint: key.name,
      });
    }
    seen.add(text);
  }
}

function finish(old: TableItem, altering: Altering, rows: readonly Datum[][], session: DatabaseSession, oids: OidAllocator): CatalogWork {
  const { catalog } = session;
  const shaped: TableItem = { ...altering.table, type: tableType(altering.table.columns, altering.table.keys) };
  const created = altering.sequences.map((item): CatalogChange => ({ kind: 'create', item }));
  const gone = altering.changes.flatMap((change) => (change.kind === 'drop' ? [catalog.item(change.oid)!] : []));
  const removals = gone.flatMap((item) => dropActions(item, catalog));
  if (!altering.rewritten) {
    return { changes: [{ kind: 'replace', item: { ...shaped, id: old.id } }, ...altering.changes, ...created], actions: removals };
  }
  const table: TableItem = { ...shaped, id: oids.relation().id };
  const places = old.columns.map((_, index) => altering.sources.indexOf(index));
  const again = readersAnew(new Map([[old.id, seenAsBefore(old, table, places)]]), catalog, oids, {
    gone: new Set(gone.map((item) => item.oid)), optimized: (lowered) => optimizeAnew(lowered, session.environment()),
    moved: (read) => read.map(([oid, columns]) => [oid, oid === old.oid ? columns.map((column) => places[column]!) : columns] as const),
  });
  const changes: CatalogChange[] = [{ kind: 'replace', item: table }, ...again.map((item): CatalogChange => ({ kind: 'replace', item })), ...altering.changes, ...created];
  const actions = actionsAnew([table, ...again], catalog, catalog.apply(changes), removals);
  const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), rows.length);
  for (const row of rows) appendRow(builder, row, 1);
  return { changes, actions, rows: rows.length === 0 ? [] : [{ relation: table.id, rows: builder.finish().buffer }] };
}

/** The altered table with the columns that it had; one that is gone is read by nobody, and NULL. */
function seenAsBefore(old: TableItem, table: TableItem, places: readonly number[]): Relation {
  return {
    op: 'map', input: { op: 'get', id: table.id, type: table.type },
    columns: old.columns.map(({ name, type }, index) => ({ name, value: places[index]! < 0 ? { op: 'literal', value: null, type } : { op: 'column', index: places[index]!, type } })),
  };
}
