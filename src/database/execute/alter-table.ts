import { appendRow, codecOf, defaultTextSettings, InvariantError, RowBatchBuilder, rowLayout, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { dropPlanOf, viewWithColumnsMoved } from '../../catalog/index.ts';
import type { CatalogChange, CatalogItem, CatalogSnapshot, CheckConstraint, KeyConstraint, OidAllocator, SequenceItem, TableItem } from '../../catalog/index.ts';
import { columnsOf, evaluateScalar } from '../../ir/index.ts';
import type { Relation, Scalar } from '../../ir/index.ts';
import { optimizeAnew } from '../../planner/index.ts';
import type { AlterTableStep, Plan } from '../../planner/index.ts';
import { dropActions } from '../relations.ts';
import type { SequenceState } from '../sequences.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { begin, makeColumns, makeConstraints, tableType } from './create-table.ts';
import { readAll } from './dml.ts';
import { alteredSequence } from './alter-sequence.ts';
import type { Execution } from './execution.ts';
import { actionsAnew, readersAnew } from './made-anew.ts';
import { keyText } from './on-conflict.ts';
import { TableRows } from './table-rows.ts';
import { haveSameRows, withRowsAnew } from './whole-rows.ts';

/** A column of the altered table: which column of the rows there are it was (null: new), and its value: that one's, the column's default or expression, or (a scalar over the old row) converted. */
interface Source {
  readonly was: number | null;
  readonly value: 'kept' | 'made' | Scalar;
}

/** The table on its way through the steps, and what of its rows has to be made, checked or written anew. */
interface Altering {
  table: TableItem;
  /** the catalog without what was dropped so far */
  catalog: CatalogSnapshot;
  /** for each column of the table where it comes from */
  sources: Source[];
  readonly sequences: SequenceItem[];
  /** where sequences stand that are told to */
  readonly standing: (readonly [number, SequenceState])[];
  /** what else changes: objects that go with a column */
  readonly changes: CatalogChange[];
  readonly checks: CheckConstraint[];
  readonly keys: KeyConstraint[];
  /** columns that got other values, by name */
  readonly changed: Set<string>;
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
  const altering: Altering = { table: old, catalog, sources: old.columns.map((_, was) => ({ was, value: 'kept' })), sequences: [], standing: [], changes: [], checks: [], keys: [], changed: new Set(), rewritten: false };
  for (const step of plan.steps) apply(step, altering, plan.sql, session, oids);
  const asked = altering.rewritten || altering.checks.length > 0 || altering.table.columns.some((column, index) => !column.nullable && old.columns[altering.sources[index]!.was ?? -1]?.nullable !== false);
  const since = asked ? await session.core.engine.request<number>({ kind: 'time' }) : 0;
  const before = asked ? await readAll({ relation: { op: 'get', id: old.id, type: old.type }, columns: old.columns.map(({ name, type }) => ({ name, type })), order: [], limit: null, offset: null }, execution) : [];
  const rows = asked ? rowsOf(before, altering, session) : [];
  const drawn = altering.sequences.filter((item) => altering.sources[item.ownedBy!.column]!.was === null);
  const standing = [...altering.standing, ...altering.sequences.map((item) => [item.oid, drawn.includes(item) ? drawnBy(item, before.length) : begin(item.options)] as const)];
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
      altering.sources.push({ was: null, value: 'made' });
      altering.rewritten = true;
      return;
    }
    case 'dropColumn': {
      const { changes } = dropPlanOf(altering.catalog, [{ kind: 'column', table, column: step.column }], true, session.searchPath);
      takeAway(changes, altering);
      altering.sources = altering.sources.filter((_, index) => altering.table.columns.some(({ name }) => name === table.columns[index]!.name));
      altering.rewritten = true;
      return;
    }
    case 'setColumn':
      altering.rewritten ||= step.column.nullable && !table.columns[step.index]!.nullable && isReadByViews(table, session.catalog);
      altering.table = { ...table, columns: table.columns.with(step.index, step.column) };
      return;
    case 'setType':
    case 'setExpression':
      return computeColumn(step, altering);
    case 'addIdentity': {
      const { columns, sequences } = makeColumns([{ ...table.columns[step.index]!, sequence: step.sequence }], { oid: table.oid, schema: table.schema, first: step.index }, sql, oids);
      altering.sequences.push(...sequences);
      altering.table = { ...table, columns: table.columns.with(step.index, columns[0]!) };
      return;
    }
    case 'setIdentity': {
      altering.table = { ...table, columns: table.columns.with(step.index, { ...table.columns[step.index]!, identity: step.column.identity }) };
      if (step.counter === null) return;
      const { item, state } = alteredSequence(step.counter, session);
      altering.changes.push({ kind: 'replace', item });
      altering.standing.push([item.oid, state]);
      return;
    }
    case 'dropIdentity':
      altering.changes.push({ kind: 'drop', oid: step.sequence });
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
      takeAway(dropPlanOf(altering.catalog, [{ kind: 'constraint', table, constraint: found.oid }], true, session.searchPath).changes, altering);
    }
  }
}

/** What a drop leaves of the table, and of others. Views that read the table are made again at the end. */
function takeAway(changes: readonly CatalogChange[], altering: Altering): void {
  for (const change of changes) {
    if (change.kind === 'drop') altering.changes.push(change);
    else if (change.item.oid === altering.table.oid) altering.table = change.item as TableItem;
    else if (change.item.kind !== 'view' && change.item.kind !== 'materialized view') altering.changes.push(change);
  }
  altering.catalog = altering.catalog.apply(changes);
}

/** A column whose values all change: what is said of them is checked anew. */
function computeColumn(step: AlterTableStep & { kind: 'setType' | 'setExpression' }, altering: Altering): void {
  const { index, column } = step;
  const checks = step.kind === 'setType' ? step.checks : altering.table.checks ?? [];
  const table = { ...altering.table, columns: altering.table.columns.with(index, column), checks };
  altering.table = table;
  altering.sources = altering.sources.with(index, { was: altering.sources[index]!.was, value: step.kind === 'setType' ? step.value : 'made' });
  altering.checks.push(...checks.filter((check) => columnsOf(check.condition).has(index)));
  altering.keys.push(...table.keys.filter((key) => key.columns.includes(index)));
  altering.changed.add(column.name);
  altering.rewritten = true;
}

/** Whether a view may rest on what was known of the table. */
const isReadByViews = (table: TableItem, catalog: CatalogSnapshot): boolean => catalog.dependents(table.oid).some((item) => item.kind === 'view' || item.kind === 'materialized view');

/** The rows as the altered table has them; raises what its new constraints say of them. */
function rowsOf(before: readonly Datum[][], altering: Altering, session: DatabaseSession): readonly Datum[][] {
  const { table, sources, sequences, checks, keys } = altering;
  const rows = new TableRows(table, session);
  const schema = session.catalog.schemaNameOf(table);
  const drawn = new Map(sequences.filter((item) => sources[item.ownedBy!.column]!.was === null).map((item) => [item.ownedBy!.column, item]));
  const plain = [...sources.keys()].filter((index) => sources[index]!.value === 'made' && !drawn.has(index));
  const after = before.map((old, number) => {
    const row = sources.map(({ was, value }): Datum => (typeof value === 'object' ? evaluateScalar(value, old, rows.environment) : value === 'made' ? null : old[was!]!));
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
  const changed = (column: number): boolean => altering.changed.has(table.columns[column]!.name);
  const named = altering.catalog.dependents(table.oid).flatMap((item) => (item.kind === 'index' && item.on === table.oid && item.unique && item.columns.some(changed) ? [item] : []));
  for (const key of [...keys, ...named]) requireUnique(table, key, after, schema);
  return after;
}

/** Raises 23505 where rows of a table, as the session sees them, share a key of the unique index that is to be made. */
export async function requireUniqueRows(plan: Plan & { kind: 'createIndex' }, execution: Execution): Promise<void> {
  const { catalog } = execution.session;
  const table = catalog.item(plan.on);
  if (table?.kind !== 'table') return;
  const columns = table.columns.map(({ name, type }) => ({ name, type }));
  const rows = await readAll({ relation: { op: 'get', id: table.id, type: table.type }, columns, order: [], limit: null, offset: null }, execution);
  requireUnique(table, plan, rows, catalog.schemaNameOf(table));
}

function requireUnique(table: TableItem, key: Pick<KeyConstraint, 'name' | 'columns' | 'nullsNotDistinct'>, rows: readonly Datum[][], schema: string): void {
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
  const drops = new Set(gone.map((item) => item.oid));
  const others = altering.changes.filter((change) => change.kind === 'drop' || !drops.has(change.item.oid));
  const removals = gone.flatMap((item) => dropActions(item, catalog));
  if (!altering.rewritten) {
    return { changes: [{ kind: 'replace', item: { ...shaped, id: old.id } }, ...others, ...created], actions: removals };
  }
  const table: TableItem = { ...shaped, id: oids.relation().id };
  const places = old.columns.map((_, index) => altering.sources.findIndex(({ was }) => was === index));
  const again = readersAnew(new Map([[old.id, seenAsBefore(old, table, places)]]), catalog, oids, {
    gone: drops, optimized: (lowered) => optimizeAnew(lowered, session.environment()),
    moved: (reader) => viewWithColumnsMoved(reader, old.oid, (column) => places[column]!),
  });
  const changesWith = (readers: readonly CatalogItem[]): CatalogChange[] => [{ kind: 'replace', item: table }, ...readers.map((item): CatalogChange => ({ kind: 'replace', item })), ...others, ...created];
  const readers = haveSameRows(old, table) ? again : withRowsAnew(table, again, changesWith(again), session);
  const changes = changesWith(readers);
  const actions = actionsAnew([table, ...readers], catalog, catalog.apply(changes), removals);
  const builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)), rows.length);
  for (const row of rows) appendRow(builder, row, 1);
  return { changes, actions, rows: rows.length === 0 ? [] : [{ relation: table.id, rows: builder.finish().buffer }] };
}

/** The altered table with the columns that it had; one that is gone, or of another type, is read by nobody, and NULL. */
function seenAsBefore(old: TableItem, table: TableItem, places: readonly number[]): Relation {
  return {
    op: 'map', input: { op: 'get', id: table.id, type: table.type },
    columns: old.columns.map(({ name, type }, index) => ({ name, value: table.columns[places[index]!]?.type.oid !== type.oid ? { op: 'literal', value: null, type } : { op: 'column', index: places[index]!, type } })),
  };
}
