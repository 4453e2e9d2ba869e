import { Oid, findType, normalLong } from '../../core/index.ts';
import type { Datum, SqlType } from '../../core/index.ts';
import { columnsOf, quoteIdentifier } from '../../ir/index.ts';
import { constraintsOf, indexesOf } from '../definitions.ts';
import type { CatalogItem, CompositeTypeItem, ForeignKey, RelationCatalogItem, TableColumn, TableItem } from '../items.ts';
import { indexOfKey } from '../oids.ts';
import { sequencesOf } from '../parts.ts';
import { ownerOid } from '../snapshot.ts';
import type { CatalogSnapshot } from '../snapshot.ts';
import { isRelation, isTemporary, isType } from '../snapshot.ts';
import { arrayOf, definePostgres, int2Vector, oidVector } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import { defaultOperatorClass } from './operator-classes.ts';
import { typeFacts } from './type-facts.ts';

/** OIDs of the catalogs that rows name as the class of an object. */
export const classOids = { pg_class: 1259, pg_type: 1247, pg_proc: 1255, pg_namespace: 2615, pg_constraint: 2606, pg_attrdef: 2604, pg_rewrite: 2618, pg_database: 1262 } as const;

/** pg_class.relkind: what clients take the relation for. Sources are tables one can read. */
export function relationKind(item: RelationCatalogItem): 'r' | 'v' | 'm' | 'S' {
  switch (item.kind) {
    case 'sequence': return 'S';
    case 'table': case 'source': return 'r';
    case 'view': return 'v';
    case 'materialized view': return 'm';
    case 'system': return item.query === undefined ? 'r' : 'v';
  }
}

const isView = (item: RelationCatalogItem): boolean => relationKind(item) === 'v' || relationKind(item) === 'm';
const isTable = (item: CatalogItem): item is TableItem => item.kind === 'table';
/** A view's rule and a column's default are objects of their own in Postgres; theirs lie in ranges that no item's OID reaches. */
export const ruleOid = (view: number): number => 0x2000_0000 + view;
export const defaultOid = (relation: number, attribute: number): number => 0x4000_0000 + relation * 1600 + attribute;

const compositeTypes = (snapshot: CatalogSnapshot): readonly CompositeTypeItem[] => [...snapshot.items.values()].flatMap((item) => (item.kind === 'composite type' ? [item] : []));

const classDefaults: NamedRow = {
  reloftype: 0, relowner: ownerOid, reltablespace: 0, relpages: 0, reltuples: -1, relallvisible: 0, reltoastrelid: 0, relisshared: false,
  relpersistence: 'p', relchecks: 0, relhastriggers: false, relhassubclass: false, relrowsecurity: false, relforcerowsecurity: false,
  relispopulated: true, relispartition: false, relrewrite: 0, relfrozenxid: 0, relminmxid: 0,
};

function* classRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  const indexes = indexesOf(snapshot);
  const indexed = new Set(Array.from(indexes.values(), (index) => index.on.oid));
  for (const item of snapshot.relations()) {
    const kind = relationKind(item);
    yield {
      ...classDefaults, oid: item.oid, relname: item.name, relnamespace: item.schema, reltype: kind === 'S' ? 0 : item.rowType, relam: kind === 'v' || kind === 'S' ? 0 : 2,
      relfilenode: kind === 'v' ? 0 : item.oid, relhasindex: indexed.has(item.oid), relkind: kind, relnatts: item.columns.length,
      relhasrules: isView(item), relreplident: item.kind === 'system' || kind === 'v' || kind === 'S' ? 'n' : 'd', relchecks: isTable(item) ? (item.checks ?? []).length : 0,
      relpersistence: isTemporary(snapshot.schemaNameOf(item)) ? 't' : 'p',
    };
  }
  for (const type of compositeTypes(snapshot)) {
    yield {
      ...classDefaults, oid: type.relation, relname: type.name, relnamespace: type.schema, reltype: type.oid, relam: 0, relfilenode: 0, relhasindex: false, relkind: 'c', relnatts: type.fields.length,
      relhasrules: false, relreplident: 'n', reltuples: 0, relpersistence: isTemporary(snapshot.schemaNameOf(type)) ? 't' : 'p',
    };
  }
  for (const index of indexes.values()) {
    yield {
      ...classDefaults, oid: index.oid, relname: index.name, relnamespace: index.schema, reltype: 0, relam: 403, relfilenode: index.oid,
      relhasindex: false, relkind: 'i', relnatts: index.columns.length, relhasrules: false, relreplident: 'n', reltuples: 0,
    };
  }
}

function attributeRow(relation: number, attribute: number, name: string, type: SqlType): NamedRow {
  const info = findType(type.oid) ?? { name: 'unknown', kind: 'p', element: 0, length: -2 };
  const facts = typeFacts(info, findType(info.element));
  return {
    attrelid: relation, attname: name, atttypid: type.oid, attstattarget: -1, attlen: info.length, attnum: attribute,
    attndims: info.element !== 0 && facts.input === 'array_in' ? 1 : 0, attcacheoff: -1, atttypmod: type.typmod, attbyval: facts.byValue, attalign: facts.align, attstorage: facts.storage,
    attcompression: '', attnotnull: false, atthasdef: false, atthasmissing: false, attidentity: '', attgenerated: '', attisdropped: false,
    attislocal: true, attinhcount: 0, attcollation: facts.collation,
  };
}

function* attributeRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.relations()) {
    const view = isView(item);
    for (const [index, column] of item.columns.entries()) {
      const table = isTable(item) ? item.columns[index] : undefined;
      yield {
        ...attributeRow(item.oid, index + 1, column.name, column.type), attnotnull: !column.nullable && !view, atthasdef: table?.defaultSql !== undefined,
        attidentity: table?.identity === undefined ? '' : table.identity.kind === 'always' ? 'a' : 'd', attgenerated: table?.generated === undefined ? '' : 's',
      };
    }
  }
  for (const type of compositeTypes(snapshot)) for (const [index, field] of type.fields.entries()) yield attributeRow(type.relation, index + 1, field.name, field.type);
  for (const index of indexesOf(snapshot).values()) {
    for (const [place, column] of index.columns.entries()) {
      const { name, type } = index.on.columns[column]!;
      yield attributeRow(index.oid, place + 1, name, type);
    }
  }
}

function* indexRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const index of indexesOf(snapshot).values()) {
    const types = index.columns.map((column) => index.on.columns[column]!.type.oid);
    yield {
      indexrelid: index.oid, indrelid: index.on.oid, indnatts: index.columns.length, indnkeyatts: index.columns.length, indisunique: index.unique,
      indnullsnotdistinct: index.constraint?.nullsNotDistinct === true, indisprimary: index.primary, indisexclusion: false, indimmediate: true, indisclustered: false, indisvalid: true,
      indcheckxmin: false, indisready: true, indislive: true, indisreplident: false, indkey: int2Vector(index.columns.map((column) => column + 1)),
      indcollation: oidVector(types.map((type) => collationOf(type))), indclass: oidVector(types.map(defaultOperatorClass)), indoption: int2Vector(types.map(() => 0)),
    };
  }
}

function collationOf(type: number): number {
  const info = findType(type);
  return info === undefined ? 0 : typeFacts(info, findType(info.element)).collation;
}

const constraintDefaults: NamedRow = {
  condeferrable: false, condeferred: false, convalidated: true, contypid: 0, conindid: 0, conparentid: 0, confrelid: 0, confupdtype: ' ', confdeltype: ' ', confmatchtype: ' ',
  conislocal: true, coninhcount: 0, connoinherit: false,
};

const attributes = (columns: readonly number[]): Datum => arrayOf(Oid.int2, columns.map((column) => column + 1));

function* constraintRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const table of snapshot.relations()) {
    if (!isTable(table)) continue;
    for (const constraint of constraintsOf(table)) {
      const shared: NamedRow = { ...constraintDefaults, oid: constraint.oid, conname: constraint.name, connamespace: table.schema, conrelid: table.oid };
      if (constraint.kind === 'key') {
        const { key } = constraint;
        yield { ...shared, contype: key.primary ? 'p' : 'u', conindid: indexOfKey(key.oid), connoinherit: true, conkey: attributes(key.columns) };
      } else if (constraint.kind === 'check') {
        yield { ...shared, contype: 'c', conkey: attributes([...new Set(columnsOf(constraint.check.condition))].sort((x, y) => x - y)), conbin: constraint.check.sql };
      } else {
        const { foreign } = constraint;
        yield {
          ...shared, contype: 'f', convalidated: false, connoinherit: true, confrelid: foreign.references, confupdtype: 'a', confdeltype: 'a', confmatchtype: 's',
          conkey: attributes(foreign.columns), confkey: attributes(foreign.referencedColumns), conindid: referencedIndex(snapshot, foreign),
        };
      }
    }
  }
}

function referencedIndex(snapshot: CatalogSnapshot, foreign: ForeignKey): number {
  const target = snapshot.item(foreign.references);
  const sorted = foreign.referencedColumns.toSorted((x, y) => x - y).join();
  const key = target?.kind === 'table' ? target.keys.find((candidate) => candidate.columns.toSorted((x, y) => x - y).join() === sorted) : undefined;
  return key === undefined ? 0 : indexOfKey(key.oid);
}

function* sequenceRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.items.values()) {
    if (item.kind !== 'sequence') continue;
    const { type, start, increment, minimum, maximum, cache, cycle } = item.options;
    yield {
      seqrelid: item.oid, seqtypid: type, seqstart: normalLong(start), seqincrement: normalLong(increment), seqmax: normalLong(maximum), seqmin: normalLong(minimum),
      seqcache: normalLong(cache), seqcycle: cycle,
    };
  }
}

/** A default that draws from a sequence names it as it is called now. */
function defaultTextOf(snapshot: CatalogSnapshot, column: TableColumn): string {
  const sequence = column.defaultSql === 'nextval' ? snapshot.item(sequencesOf(column.default)[0] ?? 0) : undefined;
  if (sequence === undefined) return column.defaultSql ?? '';
  const schema = snapshot.schemaNameOf(sequence);
  const name = schema === 'public' ? quoteIdentifier(sequence.name) : `${quoteIdentifier(schema)}.${quoteIdentifier(sequence.name)}`;
  return `nextval('${name.replaceAll("'", "''")}'::regclass)`;
}

function* defaultRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.relations()) {
    if (!isTable(item)) continue;
    for (const [index, column] of item.columns.entries()) {
      if (column.defaultSql !== undefined) {
        yield { oid: defaultOid(item.oid, index + 1), adrelid: item.oid, adnum: index + 1, adbin: defaultTextOf(snapshot, column) };
      }
    }
  }
}

function* descriptionRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.items.values()) {
    const classoid = item.kind === 'schema' ? classOids.pg_namespace : isType(item) ? classOids.pg_type : classOids.pg_class;
    if (item.comment !== undefined) yield { objoid: item.oid, classoid, objsubid: 0, description: item.comment };
    if (!isRelation(item)) continue;
    for (const [attribute, description] of item.columnComments ?? []) yield { objoid: item.oid, classoid, objsubid: attribute, description };
    for (const constraint of isTable(item) ? constraintsOf(item) : []) {
      if (constraint.comment !== undefined) yield { objoid: constraint.oid, classoid: classOids.pg_constraint, objsubid: 0, description: constraint.comment };
    }
  }
}

function* rewriteRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.relations()) {
    if (!isView(item) || item.kind === 'system') continue;
    yield {
      oid: ruleOid(item.oid), rulename: '_RETURN', ev_class: item.oid, ev_type: '1', ev_enabled: 'O', is_instead: true, ev_qual: '<>',
      ev_action: 'query' in item ? item.query ?? '<>' : '<>',
    };
  }
}

function* dependRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  const row = (classid: number, objid: number, refclassid: number, refobjid: number, deptype: string, refobjsubid = 0): NamedRow =>
    ({ classid, objid, objsubid: 0, refclassid, refobjid, refobjsubid, deptype });
  for (const item of snapshot.items.values()) {
    if (item.kind === 'system' || item.kind === 'schema') continue;
    if (item.kind === 'secret' || item.kind === 'connection') continue;
    if (item.kind === 'composite type') {
      yield row(classOids.pg_type, item.oid, classOids.pg_class, item.relation, 'i');
      yield row(classOids.pg_type, item.array, classOids.pg_type, item.oid, 'i');
      yield row(classOids.pg_class, item.relation, classOids.pg_namespace, item.schema, 'n');
      for (const [index, { type }] of item.fields.entries()) if (snapshot.typeItem(type.oid) !== undefined) yield { ...row(classOids.pg_class, item.relation, classOids.pg_type, type.oid, 'n'), objsubid: index + 1 };
      continue;
    }
    if (item.kind === 'type') {
      yield row(classOids.pg_type, item.oid, classOids.pg_namespace, item.schema, 'n');
      yield row(classOids.pg_type, item.array, classOids.pg_type, item.oid, 'i');
      continue;
    }
    yield row(classOids.pg_class, item.oid, classOids.pg_namespace, item.schema, 'n');
    if (isRelation(item)) for (const [index, { type }] of item.columns.entries()) if (snapshot.typeItem(type.oid) !== undefined) yield { ...row(classOids.pg_class, item.oid, classOids.pg_type, type.oid, 'n'), objsubid: index + 1 };
    const view = isRelation(item) && isView(item);
    // As in Postgres, it is a view's rule that depends on what the view reads.
    if (view) yield row(classOids.pg_rewrite, ruleOid(item.oid), classOids.pg_class, item.oid, 'i');
    for (const needed of item.dependsOn) {
      if (item.kind === 'index' && needed === item.on) continue;
      const target = snapshot.item(needed);
      if (target === undefined || target.kind === 'schema' || isType(target) || target.kind === 'secret' || target.kind === 'connection') continue;
      yield view ? row(classOids.pg_rewrite, ruleOid(item.oid), classOids.pg_class, needed, 'n') : row(classOids.pg_class, item.oid, classOids.pg_class, needed, 'n');
    }
    if (item.kind === 'sequence' && item.ownedBy !== undefined) {
      yield row(classOids.pg_class, item.oid, classOids.pg_class, item.ownedBy.table, item.ownedBy.internal ? 'i' : 'a', item.ownedBy.column + 1);
    }
    if (!isTable(item)) continue;
    for (const [index, column] of item.columns.entries()) {
      if (column.defaultSql === undefined) continue;
      yield row(classOids.pg_attrdef, defaultOid(item.oid, index + 1), classOids.pg_class, item.oid, 'a', index + 1);
      for (const sequence of sequencesOf(column.default)) yield row(classOids.pg_attrdef, defaultOid(item.oid, index + 1), classOids.pg_class, sequence, 'n');
    }
    for (const check of item.checks ?? []) {
      for (const column of new Set(columnsOf(check.condition))) yield row(classOids.pg_constraint, check.oid, classOids.pg_class, item.oid, 'a', column + 1);
    }
    for (const foreign of item.foreignKeys ?? []) {
      for (const column of foreign.columns) yield row(classOids.pg_constraint, foreign.oid, classOids.pg_class, item.oid, 'a', column + 1);
      for (const column of foreign.referencedColumns) yield row(classOids.pg_constraint, foreign.oid, classOids.pg_class, foreign.references, 'n', column + 1);
    }
  }
  for (const index of indexesOf(snapshot).values()) {
    if (index.constraint === undefined) {
      for (const column of index.columns) yield row(classOids.pg_class, index.oid, classOids.pg_class, index.on.oid, 'a', column + 1);
    } else {
      yield row(classOids.pg_class, index.oid, classOids.pg_constraint, index.constraint.oid, 'i');
      for (const column of index.columns) yield row(classOids.pg_constraint, index.constraint.oid, classOids.pg_class, index.on.oid, 'a', column + 1);
    }
  }
}

/** Relations and what hangs on them: columns, indexes, constraints, defaults, comments, dependencies. */
export const relationCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_namespace', (snapshot) => snapshot.schemas.map((schema) => ({ oid: schema.oid, nspname: schema.name, nspowner: ownerOid }))),
  definePostgres('pg_class', classRows),
  definePostgres('pg_attribute', attributeRows),
  definePostgres('pg_index', indexRows),
  definePostgres('pg_constraint', constraintRows),
  definePostgres('pg_sequence', sequenceRows),
  definePostgres('pg_attrdef', defaultRows),
  definePostgres('pg_description', descriptionRows),
  definePostgres('pg_rewrite', rewriteRows),
  definePostgres('pg_depend', dependRows),
];
