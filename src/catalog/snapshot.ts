import { InvariantError, SqlError, findType, registerUserType } from '../core/index.ts';
import type { EnumType, Field, UserType } from '../core/index.ts';
import { quoteIdentifier } from '../ir/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { CatalogChange } from './changes.ts';
import type { CatalogItem, CompositeTypeItem, RelationCatalogItem, SchemaItem, SystemItem, TypeItem } from './items.ts';
import { arrayTypeOf, firstUserOid, oidsOf } from './oids.ts';
import { sequencesOf } from './parts.ts';

export const databaseName = 'materialize';
export const databaseOid = 16383;
export const ownerName = 'materialize';
export const ownerOid = 10;

export const schemaOids = { pg_catalog: 11, information_schema: 13000, public: 2200, mz_catalog: 13001, mz_internal: 13002 } as const;

/** Schemas that every name is looked up in first, unless the search path names them itself. */
export const implicitSchemas = ['pg_catalog', 'mz_catalog'] as const;

/** The search path as names are resolved along it: the session's temporary objects, then the implicit schemas unless named. */
export const effectiveSearchPath = (searchPath: readonly string[]): readonly string[] => [
  ...searchPath.filter(isTemporary), ...implicitSchemas.filter((schema) => !searchPath.includes(schema)), ...searchPath.filter((schema) => !isTemporary(schema)),
];
/** A schema of one session's own, which goes with it. */
export const isTemporary = (schema: string): boolean => schema.startsWith('pg_temp_');

/** What CREATE TYPE makes. */
export const isType = (item: CatalogItem): item is TypeItem | CompositeTypeItem => item.kind === 'type' || item.kind === 'composite type';

export const isRelation = (item: CatalogItem): item is RelationCatalogItem => 'rowType' in item;

/**
 * Everything that exists, as of one catalog version. Immutable: `apply` makes the next one. Holds by construction:
 * names are unique within a schema (relations, indexes, secrets and connections share one name space, schemas have their own),
 * oids are unique, and `nextOid` is above every oid ever given in this snapshot's past.
 * An `apply` costs time proportional to the number of items, not to the number of changes: DDL is rare.
 */
export class CatalogSnapshot {
  readonly version: number;
  readonly nextOid: number;
  readonly items: ReadonlyMap<number, CatalogItem>;
  readonly schemas: readonly SchemaItem[];
  readonly #byName: ReadonlyMap<string, CatalogItem>;
  readonly #byRelation: ReadonlyMap<RelationId, RelationCatalogItem>;
  readonly #byType: ReadonlyMap<number, CatalogItem>;
  readonly #dependents: ReadonlyMap<number, readonly CatalogItem[]>;

  constructor(version: number, nextOid: number, items: ReadonlyMap<number, CatalogItem>) {
    this.version = version;
    this.nextOid = nextOid;
    this.items = items;
    const schemas: SchemaItem[] = [];
    const byName = new Map<string, CatalogItem>();
    const byRelation = new Map<RelationId, RelationCatalogItem>();
    const dependents = new Map<number, CatalogItem[]>();
    const byType = new Map<number, CatalogItem>();
    for (const item of items.values()) {
      registerTypesOf(item);
      for (const oid of typeOidsOf(item)) byType.set(oid, item);
      if (item.kind === 'composite type') byType.set(item.relation, item);
    }
    for (const item of items.values()) {
      if (item.kind === 'schema') schemas.push(item);
      byName.set(nameKey(item.schema, item.name), item);
      if (isRelation(item)) byRelation.set(item.id, item);
      for (const needed of neededBy(item, byType)) {
        const list = dependents.get(needed);
        if (list === undefined) dependents.set(needed, [item]);
        else list.push(item);
      }
    }
    this.schemas = schemas;
    this.#byName = byName;
    this.#byRelation = byRelation;
    this.#byType = byType;
    this.#dependents = dependents;
  }

  item(oid: number): CatalogItem | undefined {
    return this.items.get(oid);
  }

  /** the relation that the IR calls `id` */
  relation(id: RelationId): RelationCatalogItem | undefined {
    return this.#byRelation.get(id);
  }

  /** what a user's type, an array of it, or what pg_class calls it belongs to: a type, or the relation of which it is the row type */
  typeItem(oid: number): CatalogItem | undefined {
    return this.#byType.get(oid);
  }

  /** the fields of a row type, as of this snapshot */
  fieldsOf(oid: number): readonly Field[] | undefined {
    const type = findType(oid)?.kind === 'c' ? this.#byType.get(oid) : undefined;
    return type && fieldsOf(type);
  }

  schema(name: string): SchemaItem | undefined {
    const item = this.#byName.get(nameKey(0, name));
    return item?.kind === 'schema' ? item : undefined;
  }

  /** the name of the schema an item lies in */
  schemaNameOf(item: CatalogItem): string {
    const schema = this.items.get(item.schema);
    if (schema === undefined) throw new InvariantError(`item ${item.oid} lies in schema ${item.schema}, which does not exist`);
    return schema.name;
  }

  /** What `schemaName.name` means; without a schema, the first such name along the search path. Never a schema. */
  find(schemaName: string | undefined, name: string, searchPath: readonly string[]): CatalogItem | undefined {
    for (const candidate of schemaName === undefined ? effectiveSearchPath(searchPath) : [schemaName]) {
      const schema = this.schema(candidate);
      const found = schema && this.#byName.get(nameKey(schema.oid, name));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The name alone, looked up along this search path, means this very item. */
  isVisible(item: CatalogItem, searchPath: readonly string[]): boolean {
    return this.find(undefined, item.name, searchPath) === item;
  }

  /** The indexes that find rows of a relation: those of its keys, then those of CREATE INDEX in the order they were made. */
  indexesOn(id: RelationId): readonly { readonly name: string; readonly columns: readonly number[]; readonly unique: boolean; readonly nullsNotDistinct?: boolean }[] {
    const on = this.#byRelation.get(id);
    if (on === undefined) return [];
    return [...(on.kind === 'table' ? on.keys.map((key) => ({ ...key, unique: true })) : []), ...this.dependents(on.oid).flatMap((item) => (item.kind === 'index' && item.on === on.oid ? [item] : []))];
  }

  /** The foreign keys of a relation, which their author vouches for. */
  foreignKeysOf(id: RelationId): readonly { readonly columns: readonly number[]; readonly references: RelationId; readonly referencedColumns: readonly number[] }[] {
    const item = this.#byRelation.get(id);
    return item?.kind !== 'table' ? [] : (item.foreignKeys ?? []).flatMap((key) => {
      const target = this.item(key.references);
      return target?.kind === 'table' ? [{ columns: key.columns, references: target.id, referencedColumns: key.referencedColumns }] : [];
    });
  }

  *relations(): IterableIterator<RelationCatalogItem> {
    yield* this.#byRelation.values();
  }

  /** What needs this object directly: objects over it, and for a schema the objects in it. */
  dependents(oid: number): readonly CatalogItem[] {
    return this.#dependents.get(oid) ?? [];
  }

  /** The next snapshot. Throws SqlError, and changes nothing, where a name is taken. */
  apply(changes: readonly CatalogChange[]): CatalogSnapshot {
    const items = new Map(this.items);
    const taken = new Set(this.#byName.keys());
    let nextOid = this.nextOid;
    for (const change of changes) {
      switch (change.kind) {
        case 'create': {
          if (items.has(change.item.oid)) throw new InvariantError(`oid ${change.item.oid} is taken`);
          takeName(taken, change.item);
          items.set(change.item.oid, change.item);
          nextOid = Math.max(nextOid, ...oidsOf(change.item).map((oid) => oid + 1));
          break;
        }
        case 'replace': {
          taken.delete(keyOf(existing(items, change.item.oid)));
          takeName(taken, change.item);
          items.set(change.item.oid, change.item);
          nextOid = Math.max(nextOid, ...oidsOf(change.item).map((oid) => oid + 1));
          break;
        }
        case 'drop':
          taken.delete(keyOf(existing(items, change.oid)));
          items.delete(change.oid);
          break;
      }
    }
    return new CatalogSnapshot(this.version + 1, nextOid, items);
  }
}

const nameKey = (schema: number, name: string): string => `${schema}.${name}`;
const keyOf = (item: CatalogItem): string => nameKey(item.schema, item.name);

function existing(items: ReadonlyMap<number, CatalogItem>, oid: number): CatalogItem {
  const item = items.get(oid);
  if (item === undefined) throw new InvariantError(`no object with oid ${oid} to change`);
  return item;
}

/** Makes the type that an item gives known to `core`. Its OID never means anything else, so doing it again changes nothing. What becomes of the type later counts from its commit on, which registers it anew. */
export function registerTypesOf(item: CatalogItem): void {
  const [oid] = typeOidsOf(item);
  const type = oid === undefined || findType(oid)?.name === item.name ? undefined : userTypeOf(item);
  if (type !== undefined) registerUserType(type);
}

/** The type that an item of the catalog is, or has for its rows, for whoever reads and writes its values. */
export function userTypeOf(item: CatalogItem): UserType | undefined {
  if (item.kind === 'type') return enumOf(item);
  const fields = fieldsOf(item);
  const [oid, array] = typeOidsOf(item);
  return fields === undefined || oid === undefined || array === undefined ? undefined : { kind: 'row', oid, array, name: item.name, sqlName: quoteIdentifier(item.name), fields };
}

const enumOf = ({ oid, name, array, labels }: TypeItem): EnumType =>
  ({ kind: 'enum', oid, array, name, sqlName: quoteIdentifier(name), labels: labels.map(({ oid: _oid, ...label }) => label) });

/** The types that CREATE TYPE or a source has made, among these items: what ingest has to know. */
export const valueTypesOf = (items: Iterable<CatalogItem>): readonly UserType[] => [...items].flatMap((item) => (isType(item) ? userTypeOf(item) ?? [] : []));

const fieldsOf = (item: CatalogItem): readonly Field[] | undefined =>
  (item.kind === 'composite type' ? item.fields : isRelation(item) && item.kind !== 'sequence' ? item.type.columns.map(({ name, type }) => ({ name, type })) : undefined);

/** The OIDs of the type that an item gives, and of its array. */
export function typeOidsOf(item: CatalogItem): readonly number[] {
  if (isType(item)) return [item.oid, item.array];
  return isRelation(item) && item.kind !== 'sequence' ? [item.rowType, arrayTypeOf(item.rowType)] : [];
}

/** the oids an item cannot do without: what it was made of, the types of its columns, and its schema */
function neededBy(item: CatalogItem, byType: ReadonlyMap<number, CatalogItem>): Set<number> {
  const needed = new Set(item.dependsOn);
  if (item.schema !== 0) needed.add(item.schema);
  if (item.kind === 'index') needed.add(item.on);
  if (isRelation(item) || item.kind === 'composite type') {
    for (const { type } of isRelation(item) ? item.columns : item.fields) {
      const owner = type.oid >= firstUserOid ? byType.get(type.oid)?.oid : undefined;
      if (owner !== undefined && owner !== item.oid) needed.add(owner);
    }
  }
  if (item.kind === 'sequence' && item.ownedBy !== undefined) needed.add(item.ownedBy.table);
  if (item.kind === 'table') {
    for (const key of item.foreignKeys ?? []) if (key.references !== item.oid) needed.add(key.references);
    for (const sequence of item.columns.flatMap((column) => sequencesOf(column.default))) needed.add(sequence);
  }
  return needed;
}

/** The enum that a type is, or is an array of. */
export function enumsIn(oid: number): readonly number[] {
  const type = findType(oid);
  if (type?.kind === 'e') return [oid];
  return type !== undefined && findType(type.element)?.kind === 'e' ? [type.element] : [];
}

function takeName(taken: Set<string>, item: CatalogItem): void {
  const key = keyOf(item);
  if (taken.has(key)) throw nameIsTaken(item);
  taken.add(key);
}

/** The error for creating `item` where its name is taken, as Postgres words it. */
export function nameIsTaken(item: Pick<CatalogItem, 'kind' | 'name'>): SqlError {
  switch (item.kind) {
    case 'schema': return new SqlError('42P06', `schema "${item.name}" already exists`);
    case 'secret': case 'connection': case 'type': case 'composite type': return new SqlError('42710', `${item.kind === 'composite type' ? 'type' : item.kind} "${item.name}" already exists`);
    default: return new SqlError('42P07', `relation "${item.name}" already exists`);
  }
}

const systemSchemas: readonly SchemaItem[] = Object.entries(schemaOids).map(([name, oid]) => ({
  kind: 'schema', oid, name, schema: 0, sql: '', dependsOn: [],
  ...(name === 'public' ? { comment: 'standard public schema' } : name === 'pg_catalog' ? { comment: 'system catalog schema' } : {}),
}));

/** A catalog with nothing of the user's: the schemas and the system's relations (see system/index.ts for those). */
export function catalogWith(system: readonly SystemItem[]): CatalogSnapshot {
  return new CatalogSnapshot(0, firstUserOid, new Map([...systemSchemas, ...system].map((item) => [item.oid, item])));
}
