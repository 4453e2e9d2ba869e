import { InvariantError, SqlError } from '../core/index.ts';
import type { Notice } from '../core/index.ts';
import { quoteIdentifier, someScalar } from '../ir/index.ts';
import type { Scalar } from '../ir/index.ts';
import type { CatalogChange } from './changes.ts';
import { describe, displayName } from './describe.ts';
import type { CatalogItem, CompositeTypeItem, ForeignKey, TableColumn, TableItem } from './items.ts';
import { columnsUsed, sequencesOf, withColumnsMoved, withoutColumn } from './parts.ts';
import { rowKeys } from './row-keys.ts';
import { isType, typeOidsOf } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';

export interface DropPlan {
  /** dependents first */
  readonly changes: readonly CatalogChange[];
  /** what a CASCADE took along, as Postgres tells it */
  readonly notices: readonly Notice[];
}

/** What can go: an object, or a part of a table. Columns are indexes, constraints OIDs. */
export type Droppable =
  | { readonly kind: 'item'; readonly item: CatalogItem }
  | { readonly kind: 'column' | 'default'; readonly table: TableItem; readonly column: number }
  | { readonly kind: 'constraint'; readonly table: TableItem; readonly constraint: number }
  | { readonly kind: 'field'; readonly type: CompositeTypeItem; readonly field: number };

/** A dependent, and whether it goes along without a word (`auto`) or only under CASCADE. */
interface Dependent {
  readonly what: Droppable;
  readonly auto: boolean;
  /** it needs the type that goes, or the array of it */
  readonly ofType?: 'itself' | 'array';
}

/** Something that goes, and the one whose going takes it along. */
interface Casualty {
  readonly what: Droppable;
  readonly because: Droppable | undefined;
  readonly auto: boolean;
  readonly ofType?: 'itself' | 'array';
}

/** What DROP of these objects takes: see `dropPlanOf`. */
export function dropPlan(snapshot: CatalogSnapshot, oids: readonly number[], cascade: boolean, searchPath: readonly string[]): DropPlan {
  const asked = oids.map((oid): Droppable => {
    const item = snapshot.item(oid);
    if (item === undefined) throw new InvariantError(`no object with oid ${oid} to drop`);
    return { kind: 'item', item };
  });
  return dropPlanOf(snapshot, asked, cascade, searchPath);
}

/**
 * What dropping these takes along. Indexes, constraints and counters go with their relation silently, and so does a source's relation of errors; anything else that depends on them needs CASCADE:
 * without it, 2BP01 with Postgres' detail and hint. `searchPath` decides which names are shown with their schema.
 */
export function dropPlanOf(snapshot: CatalogSnapshot, asked: readonly Droppable[], cascade: boolean, searchPath: readonly string[]): DropPlan {
  for (const what of asked) refuseParting(snapshot, what, asked, searchPath);
  const doomed = findDoomed(snapshot, asked);
  const wanted = new Set(asked.map(keyOf));
  // Postgres collects dependents before what they depend on and reports from the end of that list.
  const taken = doomed.toReversed().filter(({ what, auto }) => !auto && !wanted.has(keyOf(what)));
  const name = (what: Droppable): string => nameOf(snapshot, what, searchPath);
  if (taken.length > 0 && !cascade) {
    const subject = asked.length === 1 ? `${name(asked[0]!)} because other objects depend on it` : 'desired object(s) because other objects depend on them';
    throw new SqlError('2BP01', `cannot drop ${subject}`, {
      detail: taken.map(({ what, because, ofType }) => `${name(what)} depends on ${ofType !== undefined ? `${typeName(snapshot, because!, searchPath)}${ofType === 'array' ? '[]' : ''}` : nameOf(snapshot, because!, searchPath, what.kind === 'constraint')}`).join('\n'),
      hint: 'Use DROP ... CASCADE to drop the dependent objects too.',
    });
  }
  return { changes: changesOf(snapshot, doomed), notices: cascadeNotice(taken.map(({ what }) => name(what))) };
}

const sorted = (columns: readonly number[]): string => columns.toSorted((a, b) => a - b).join();

const keyOf = (what: Droppable): string =>
  what.kind === 'item' ? String(what.item.oid) : what.kind === 'field' ? `field ${what.type.oid}.${what.field}` : `${what.kind} ${what.table.oid}.${what.kind === 'constraint' ? what.constraint : what.column}`;

/** As messages name it; a key that foreign keys need is spoken of by its index. */
function nameOf(snapshot: CatalogSnapshot, what: Droppable, searchPath: readonly string[], byIndex = false): string {
  if (what.kind === 'item') return describe(snapshot, what.item, searchPath);
  if (what.kind === 'field') return `column ${quoteIdentifier(what.type.fields[what.field]!.name)} of composite type ${displayName(snapshot, what.type, searchPath)}`;
  const table = describe(snapshot, what.table, searchPath);
  if (what.kind === 'constraint' && byIndex && what.table.keys.some((key) => key.oid === what.constraint)) return `index ${quoteIdentifier(constraintName(what.table, what.constraint))}`;
  if (what.kind === 'constraint') return `constraint ${quoteIdentifier(constraintName(what.table, what.constraint))} on ${table}`;
  const column = quoteIdentifier(what.table.columns[what.column]!.name);
  return what.kind === 'column' ? `column ${column} of ${table}` : `default value for column ${column} of ${table}`;
}

/** As messages name it as a type. */
const typeName = (snapshot: CatalogSnapshot, what: Droppable, searchPath: readonly string[]): string =>
  (what.kind === 'item' ? `type ${displayName(snapshot, what.item, searchPath)}` : nameOf(snapshot, what, searchPath, true));

const constraintName = (table: TableItem, oid: number): string =>
  [...table.keys, ...table.checks ?? [], ...table.foreignKeys ?? []].find((constraint) => constraint.oid === oid)?.name ?? '';

/** An identity column's counter cannot go without the column. */
function refuseParting(snapshot: CatalogSnapshot, what: Droppable, asked: readonly Droppable[], searchPath: readonly string[]): void {
  if (what.kind !== 'item' || what.item.kind !== 'sequence' || what.item.ownedBy?.internal !== true) return;
  const { ownedBy } = what.item;
  const table = snapshot.item(ownedBy.table);
  if (table?.kind !== 'table' || asked.some((other) => other.kind === 'item' && other.item.oid === table.oid)) return;
  const column = nameOf(snapshot, { kind: 'column', table, column: ownedBy.column }, searchPath);
  throw new SqlError('2BP01', `cannot drop ${nameOf(snapshot, what, searchPath)} because ${column} requires it`, { hint: `You can drop ${column} instead.` });
}

/** Depth first, younger objects before older ones, each behind all that depends on it: the order of Postgres' findDependentObjects. */
function findDoomed(snapshot: CatalogSnapshot, asked: readonly Droppable[]): Casualty[] {
  const doomed: Casualty[] = [];
  const seen = new Set<string>();
  const visit = ({ what, auto, ofType }: Dependent, because: Droppable | undefined): void => {
    const key = keyOf(what);
    if (seen.has(key) || (what.kind !== 'item' && seen.has(String(ownerOf(what).oid)))) return;
    seen.add(key);
    for (const dependent of dependentsOf(snapshot, what)) visit(dependent, what);
    doomed.push({ what, because, auto, ...(ofType && { ofType }) });
  };
  for (const what of asked) visit({ what, auto: false }, undefined);
  return doomed;
}

const readsFields = (what: Droppable, of: CatalogItem): boolean =>
  of.kind === 'composite type' && what.kind === 'item' && (what.item.kind === 'view' || what.item.kind === 'materialized view') && what.item.columnsRead?.some(([oid]) => oid === of.oid) === true;

const ownerOf = (what: Exclude<Droppable, { kind: 'item' }>): TableItem | CompositeTypeItem => (what.kind === 'field' ? what.type : what.table);

function dependentsOf(snapshot: CatalogSnapshot, what: Droppable): Dependent[] {
  switch (what.kind) {
    case 'item': {
      const found = snapshot.dependents(what.item.oid).toSorted((a, b) => b.oid - a.oid).flatMap((item) => partsDepending(what.item, item));
      // A relation's row type, any type's array, and the fields of a composite type are objects that go behind all else.
      const rank = ({ what: other, ofType }: Dependent): number => (readsFields(other, what.item) ? 3 : ofType === 'array' ? 2 : ofType === 'itself' && !isType(what.item) ? 1 : 0);
      return found.toSorted((a, b) => rank(a) - rank(b));
    }
    case 'column': return dependentsOfColumn(snapshot, what.table, what.column);
    case 'constraint': return [
      ...snapshot.dependents(what.table.oid).toSorted((a, b) => b.oid - a.oid).flatMap((item): Dependent[] => (groupsBy(item, what.constraint) ? [{ what: { kind: 'item', item }, auto: false }] : [])),
      ...referencesTo(snapshot, what.table, (key) => what.table.keys.some((own) => own.oid === what.constraint && sorted(own.columns) === sorted(key.referencedColumns))),
    ];
    case 'default': case 'field': return [];
  }
}

const groupsBy = (item: CatalogItem, key: number): boolean => (item.kind === 'view' || item.kind === 'materialized view') && item.keysUsed?.includes(key) === true;

/** What of `dependent` needs `needed`: all of it, or, of a table that stands by itself, a default or a foreign key. */
function partsDepending(needed: CatalogItem, dependent: CatalogItem): Dependent[] {
  const parts = dependent.kind === 'table' ? dependent.columns : dependent.kind === 'composite type' ? dependent.fields : [];
  const ofType = typeOidsOf(needed).flatMap((oid, index) => parts.flatMap(({ type }, place): Dependent[] => {
    if (type.oid !== oid) return [];
    const what: Droppable = dependent.kind === 'composite type' ? { kind: 'field', type: dependent, field: place } : { kind: 'column', table: dependent as TableItem, column: place };
    return [{ what, auto: false, ofType: index === 0 ? 'itself' : 'array' }];
  }));
  if (needed.kind !== 'schema' && (dependent.kind === 'composite type' || (isType(needed) && dependent.kind === 'table'))) return ofType;
  const ownErrors = needed.kind === 'source' && dependent.kind === 'table' && needed.errors === dependent.id;
  const whole: Dependent = { what: { kind: 'item', item: dependent }, auto: dependent.kind === 'index' || dependent.kind === 'sequence' || ownErrors };
  if (dependent.kind !== 'table' || dependent.dependsOn.includes(needed.oid) || needed.kind === 'schema') return [whole];
  const defaults = dependent.columns.flatMap((column, index): Dependent[] =>
    (usesSequence(column, needed.oid) ? [{ what: { kind: 'default', table: dependent, column: index }, auto: false }] : []));
  const foreign = (dependent.foreignKeys ?? []).filter((key) => key.references === needed.oid && dependent.oid !== needed.oid)
    .map((key): Dependent => ({ what: { kind: 'constraint', table: dependent, constraint: key.oid }, auto: false }));
  return [...ofType, ...[...foreign, ...defaults].reverse()];
}

const usesSequence = (column: TableColumn, sequence: number): boolean => column.identity?.sequence !== sequence && sequencesOf(column.default).includes(sequence);

const readsColumn = (scalar: Scalar, column: number): boolean => someScalar(scalar, (part) => part.op === 'column' && part.index === column);

function dependentsOfColumn(snapshot: CatalogSnapshot, table: TableItem, column: number): Dependent[] {
  const constraint = (oid: number): Dependent => ({ what: { kind: 'constraint', table, constraint: oid }, auto: true });
  const generated = table.columns.flatMap((other, index): Dependent[] =>
    (other.generated !== undefined && index !== column && readsColumn(other.generated, column) ? [{ what: { kind: 'column', table, column: index }, auto: false }] : []));
  const items = snapshot.dependents(table.oid).toSorted((a, b) => b.oid - a.oid).flatMap((item): Dependent[] => {
    if (item.kind === 'index') return item.columns.includes(column) ? [{ what: { kind: 'item', item }, auto: true }] : [];
    if (item.kind === 'sequence') return item.ownedBy?.column === column ? [{ what: { kind: 'item', item }, auto: true }] : [];
    if (item.kind === 'view' || item.kind === 'materialized view') return columnsUsed(item, table).has(column) ? [{ what: { kind: 'item', item }, auto: false }] : [];
    return [];
  });
  return [
    { what: { kind: 'default', table, column }, auto: true }, ...items, ...generated, ...referencesTo(snapshot, table, (key) => key.referencedColumns.includes(column)),
    ...table.keys.filter((key) => key.columns.includes(column)).map((key) => constraint(key.oid)),
    ...(table.checks ?? []).filter((check) => readsColumn(check.condition, column)).map((check) => constraint(check.oid)),
    ...(table.foreignKeys ?? []).filter((key) => key.columns.includes(column)).map((key) => constraint(key.oid)),
  ];
}

function referencesTo(snapshot: CatalogSnapshot, table: TableItem, concerned: (key: ForeignKey) => boolean): Dependent[] {
  return [table, ...snapshot.dependents(table.oid)].flatMap((item) => (item.kind !== 'table' ? [] : (item.foreignKeys ?? [])
    .filter((key) => key.references === table.oid && concerned(key))
    .map((key): Dependent => ({ what: { kind: 'constraint', table: item, constraint: key.oid }, auto: false }))));
}

/** Whole objects are dropped; a table that loses parts only takes its own place, and so does what names its columns by their numbers. */
function changesOf(snapshot: CatalogSnapshot, doomed: readonly Casualty[]): CatalogChange[] {
  const whole = new Set(doomed.flatMap(({ what }) => (what.kind === 'item' ? [what.item.oid] : [])));
  const lessened = new Map<number, CatalogItem>();
  const tableOf = (table: TableItem): TableItem => lessened.get(table.oid) as TableItem | undefined ?? table;
  const columns: Extract<Droppable, { kind: 'column' | 'default' }>[] = [];
  const renumbered = new Set<number>();
  for (const { what } of doomed) {
    if (what.kind === 'item' || whole.has(ownerOf(what).oid)) continue;
    if (what.kind === 'field') {
      const { oid, fields } = what.type;
      const gone = doomed.flatMap(({ what: other }) => (other.kind === 'field' && other.type.oid === oid ? [other.field] : []));
      lessened.set(oid, { ...what.type, fields: fields.filter((_, index) => !gone.includes(index)) });
      continue;
    }
    const table = tableOf(what.table);
    lessened.set(table.oid, table);
    if (what.kind === 'column') columns.push(what);
    else lessened.set(table.oid, what.kind === 'constraint' ? withoutConstraint(table, what.constraint) : withoutDefault(table, what.column));
  }
  // From the last column to the first, so that the indexes of the others stay what they are.
  for (const { table, column } of columns.toSorted((a, b) => b.column - a.column)) lessened.set(table.oid, withoutColumn(tableOf(table), column));
  for (const { table } of columns) {
    const gone = columns.filter((other) => other.table.oid === table.oid).map(({ column }) => column);
    const moved = (column: number): number => gone.includes(column) ? -1 : column - gone.filter((other) => other < column).length;
    for (const dependent of snapshot.dependents(table.oid)) {
      const item = whole.has(dependent.oid) || renumbered.has(dependent.oid) ? undefined : withColumnsMoved(lessened.get(dependent.oid) ?? dependent, table.oid, moved);
      if (item === undefined) continue;
      renumbered.add(item.oid);
      lessened.set(item.oid, item);
    }
  }
  return [
    ...[...lessened.values()].map((item): CatalogChange => ({ kind: 'replace', item })),
    ...[...whole].map((oid): CatalogChange => ({ kind: 'drop', oid })),
  ];
}

export function withoutConstraint(table: TableItem, oid: number): TableItem {
  const others = <T extends { readonly oid: number }>(list: readonly T[]): readonly T[] => list.filter((constraint) => constraint.oid !== oid);
  const keys = others(table.keys);
  return {
    ...table, keys, type: { ...table.type, keys: rowKeys(table.columns, keys) },
    ...(table.checks === undefined ? {} : { checks: others(table.checks) }), ...(table.foreignKeys === undefined ? {} : { foreignKeys: others(table.foreignKeys) }),
  };
}

function withoutDefault(table: TableItem, at: number): TableItem {
  return {
    ...table,
    columns: table.columns.map((column, index) => {
      if (index !== at) return column;
      const { default: _default, defaultSql: _text, ...rest } = column;
      return rest;
    }),
  };
}

function cascadeNotice(names: readonly string[]): Notice[] {
  if (names.length === 0) return [];
  if (names.length === 1) return [{ severity: 'NOTICE', code: '00000', message: `drop cascades to ${names[0]}` }];
  return [{
    severity: 'NOTICE', code: '00000', message: `drop cascades to ${names.length} other objects`,
    detail: names.map((name) => `drop cascades to ${name}`).join('\n'),
  }];
}
