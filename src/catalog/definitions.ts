import { InvariantError } from '../core/index.ts';
import { quoteIdentifier } from '../ir/index.ts';
import type { CheckConstraint, ForeignKey, IndexItem, KeyConstraint, RelationCatalogItem, TableItem } from './items.ts';
import { indexOfKey } from './oids.ts';
import { isRelation } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';

/** An index as pg_index shows it: one made by CREATE INDEX, or the one that stands for a key constraint. */
export interface IndexDescription {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly on: RelationCatalogItem;
  /** column indexes of the relation */
  readonly columns: readonly number[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly constraint?: KeyConstraint;
  readonly comment?: string;
}

/** All indexes of a snapshot, by OID. */
export function indexesOf(snapshot: CatalogSnapshot): ReadonlyMap<number, IndexDescription> {
  let found = indexCache.get(snapshot);
  if (found === undefined) {
    found = new Map([...findIndexes(snapshot)].map((index) => [index.oid, index]));
    indexCache.set(snapshot, found);
  }
  return found;
}
const indexCache = new WeakMap<CatalogSnapshot, ReadonlyMap<number, IndexDescription>>();

function* findIndexes(snapshot: CatalogSnapshot): Iterable<IndexDescription> {
  for (const item of snapshot.items.values()) {
    if (item.kind === 'index') yield describeIndex(snapshot, item);
    if (item.kind === 'table') {
      for (const key of item.keys) {
        yield {
          oid: indexOfKey(key.oid), name: key.name, schema: item.schema, on: item, columns: key.columns, unique: true, primary: key.primary, constraint: key,
        };
      }
    }
  }
}

function describeIndex(snapshot: CatalogSnapshot, item: IndexItem): IndexDescription {
  const on = snapshot.item(item.on);
  if (on === undefined || !isRelation(on)) throw new InvariantError(`index ${item.name} lies on ${item.on}, which is no relation`);
  return { oid: item.oid, name: item.name, schema: item.schema, on, columns: item.columns, unique: item.unique, primary: false, comment: item.comment };
}

const columnNames = (relation: RelationCatalogItem, columns: readonly number[]): string =>
  columns.map((column) => quoteIdentifier(relation.columns[column]!.name)).join(', ');

/** CREATE INDEX as pg_get_indexdef writes it. */
export function indexDefinition(snapshot: CatalogSnapshot, index: IndexDescription): string {
  const relation = `${quoteIdentifier(snapshot.schemaNameOf(index.on))}.${quoteIdentifier(index.on.name)}`;
  return `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${quoteIdentifier(index.name)} ON ${relation} USING btree (${columnNames(index.on, index.columns)})`;
}

/** A constraint of a table, whatever its kind. */
export type TableConstraint =
  | { readonly kind: 'key'; readonly key: KeyConstraint }
  | { readonly kind: 'check'; readonly check: CheckConstraint }
  | { readonly kind: 'foreign key'; readonly foreign: ForeignKey };

export const constraintsOf = (table: TableItem): readonly (TableConstraint & { readonly oid: number; readonly name: string; readonly comment?: string })[] => [
  ...table.keys.map((key) => ({ kind: 'key', key, ...headOf(key) }) as const),
  ...(table.checks ?? []).map((check) => ({ kind: 'check', check, ...headOf(check) }) as const),
  ...(table.foreignKeys ?? []).map((foreign) => ({ kind: 'foreign key', foreign, ...headOf(foreign) }) as const),
];

export const constraintNames = (table: TableItem): readonly string[] => constraintsOf(table).map(({ name }) => name);

const headOf = ({ oid, name, comment }: { readonly oid: number; readonly name: string; readonly comment?: string }): { readonly oid: number; readonly name: string; readonly comment?: string } =>
  ({ oid, name, ...(comment === undefined ? {} : { comment }) });

/** The constraint as pg_get_constraintdef writes it; `pretty` leaves out parentheses that nobody needs. */
export function constraintDefinition(snapshot: CatalogSnapshot, table: TableItem, constraint: TableConstraint, pretty: boolean): string {
  switch (constraint.kind) {
    case 'key': {
      const { key } = constraint;
      return `${key.primary ? 'PRIMARY KEY' : 'UNIQUE'}${key.nullsNotDistinct === true ? ' NULLS NOT DISTINCT' : ''} (${columnNames(table, key.columns)})`;
    }
    case 'check':
      return `CHECK (${expressionText(constraint.check.sql, pretty)})`;
    case 'foreign key': {
      const { foreign } = constraint;
      const target = snapshot.item(foreign.references);
      if (target === undefined || !isRelation(target)) throw new InvariantError(`constraint ${foreign.name} refers to ${foreign.references}, which is no relation`);
      const schema = snapshot.schemaNameOf(target);
      const name = schema === 'public' ? quoteIdentifier(target.name) : `${quoteIdentifier(schema)}.${quoteIdentifier(target.name)}`;
      return `FOREIGN KEY (${columnNames(table, foreign.columns)}) REFERENCES ${name}(${columnNames(target, foreign.referencedColumns)}) NOT ENFORCED`;
    }
  }
}

/** Separates the two forms of an expression's text: with all parentheses, and with those that are needed. */
const FORMS = '\u0001';
export const bothForms = (full: string, pretty: string): string => (full === pretty ? full : `${full}${FORMS}${pretty}`);

/** The text of an expression of the catalog (a default, a condition), in one of its two forms. */
export function expressionText(stored: string, pretty: boolean): string {
  const [full = '', short = full] = stored.split(FORMS);
  return pretty ? short : full;
}
