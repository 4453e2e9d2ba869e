import type { ColumnDef, Constraint, CreateStmt, CreateTableAsStmt, Node, TypeName } from '@pgsql/types';
import type { TableColumn } from '../../catalog/index.ts';
import { InvariantError, Oid, SqlError, notSupported, sqlType, typeInfo } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import { coerceForAssignment, planConstant, planQuery, resolveTypeName } from '../query.ts';
import { defaultText, positionOf } from '../syntax/index.ts';
import type { CreateTableFromFileTree } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import { chooseName, nameOfRangeVar, newName, takenBy, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';
import type { Purified } from './purify.ts';

interface KeyTree {
  readonly name: string | undefined;
  readonly columns: readonly { readonly name: string; readonly position: number | undefined }[];
  readonly primary: boolean;
  readonly position: number | undefined;
}

interface TableBody {
  readonly columns: readonly TableColumn[];
  readonly keys: readonly { readonly name: string; readonly columns: readonly number[]; readonly primary: boolean }[];
}

export function planCreateTable(statement: CreateStmt, scene: Scene): Outcome {
  refuseTableFeatures(statement, scene);
  const written = nameOfRangeVar(statement.relation, scene);
  const name = newName(written, scene);
  const ifNotExists = statement.if_not_exists === true;
  const taken = whenTaken('table', name, ifNotExists, scene);
  if (taken) return taken;
  const isTaken = (candidate: string): boolean => takenBy({ schema: name.schema, name: candidate }, scene) !== undefined;
  return { plan: { kind: 'createTable', name, ...planTableBody(statement.tableElts ?? [], name.name, isTaken, scene), ifNotExists, sql: scene.sql } };
}

function refuseTableFeatures(statement: CreateStmt, scene: Scene): void {
  const position = positionOf(scene.text, statement.relation?.location);
  refusePersistence(statement.relation?.relpersistence, position);
  const refused: readonly (readonly [unknown, string, string])[] = [
    [statement.inhRelations, 'INHERITS', 'Write the columns out, and read several tables by UNION ALL.'],
    [statement.partspec, 'PARTITION BY', 'Tables are not partitioned.'],
    [statement.partbound, 'PARTITION OF', 'Tables are not partitioned.'],
    [statement.ofTypename, 'CREATE TABLE ... OF', 'Write the columns out.'],
    [statement.options, 'WITH (...) of CREATE TABLE', 'Tables have no storage parameters; leave it out.'],
    [statement.tablespacename, 'TABLESPACE', 'There is one data directory; leave it out.'],
    [statement.accessMethod, 'USING of CREATE TABLE', 'There is one way tables are stored; leave it out.'],
  ];
  for (const [present, feature, hint] of refused) if (present !== undefined) throw notSupported(feature, hint, position);
  if (statement.oncommit !== undefined && statement.oncommit !== 'ONCOMMIT_NOOP') throw notSupported('ON COMMIT', 'There are no temporary tables.', position);
}

export function refusePersistence(persistence: string | undefined, position: number | undefined): void {
  if (persistence === 't') throw notSupported('TEMPORARY', 'Make it without TEMPORARY and drop it when done.', position);
  if (persistence === 'u') throw notSupported('UNLOGGED', 'All tables are durable; leave it out.', position);
}

/** Columns and keys of `(a int, ...)`. */
export function planTableBody(elements: readonly Node[], table: string, isTaken: (name: string) => boolean, scene: Scene): TableBody {
  const columns: TableColumn[] = [];
  const keys: KeyTree[] = [];
  for (const element of elements) {
    if ('ColumnDef' in element) {
      const column = planColumn(element.ColumnDef, table, keys, scene);
      if (columns.some((other) => other.name === column.name))
        throw new SqlError('42701', `column "${column.name}" specified more than once`);
      columns.push(column);
    } else if ('Constraint' in element) keys.push(tableKey(element.Constraint, scene));
    else if ('TableLikeClause' in element)
      throw notSupported('LIKE of CREATE TABLE', 'Write the columns out.', positionOf(scene.text, element.TableLikeClause.relation?.location));
    else throw new InvariantError(`${Object.keys(element).join()} among the columns of a table`);
  }
  return planKeys(columns, keys, table, isTaken);
}

function planKeys(columns: readonly TableColumn[], keys: readonly KeyTree[], table: string, isTaken: (name: string) => boolean): TableBody {
  const primaries = keys.filter((key) => key.primary);
  if (primaries.length > 1)
    throw new SqlError('42P16', `multiple primary keys for table "${table}" are not allowed`, { position: primaries[1]!.position });
  const used = new Set<string>();
  // Postgres names the primary key's index first, whatever the order written.
  const planned = [...primaries, ...keys.filter((key) => !key.primary)].map((key) => {
    const indexes = keyColumns(key, columns, key.primary);
    const label = key.columns.map((column) => column.name).join('_');
    const name = key.name ?? chooseName(table, key.primary ? '' : label, key.primary ? 'pkey' : 'key', (candidate) => used.has(candidate) || isTaken(candidate));
    if (key.name !== undefined && (used.has(name) || isTaken(name) || name === table)) throw new SqlError('42P07', `relation "${name}" already exists`);
    used.add(name);
    return { name, columns: indexes, primary: key.primary };
  });
  const notNull = new Set(planned.filter((key) => key.primary).flatMap((key) => key.columns));
  return { columns: columns.map((column, i) => (notNull.has(i) ? { ...column, nullable: false } : column)), keys: planned };
}

function keyColumns(key: KeyTree, columns: readonly TableColumn[], primary: boolean): number[] {
  const indexes: number[] = [];
  for (const { name, position } of key.columns) {
    const index = columns.findIndex((column) => column.name === name);
    if (index < 0) throw new SqlError('42703', `column "${name}" named in key does not exist`, { position });
    if (indexes.includes(index))
      throw new SqlError('42701', `column "${name}" appears twice in ${primary ? 'primary key' : 'unique'} constraint`, { position });
    indexes.push(index);
  }
  return indexes;
}

/** There are no sequences: a number that is drawn once for ever is not kept with a table yet. */
export const generatedKeyHint = 'Give the values in INSERT, or make the column uuid DEFAULT gen_random_uuid().';

const serialTypes = new Set(['serial', 'serial2', 'serial4', 'serial8', 'smallserial', 'bigserial']);

function isSerial(type: TypeName | undefined): boolean {
  const [only, ...more] = type?.names ?? [];
  return only !== undefined && 'String' in only && more.length === 0 && (type?.arrayBounds ?? []).length === 0 && serialTypes.has(only.String.sval ?? '');
}

export function columnType(definition: ColumnDef, scene: Scene): SqlType {
  if (definition.typeName === undefined) throw new InvariantError('a column without a type');
  const type = resolveTypeName(definition.typeName, scene.text);
  if (typeInfo(type.oid).kind === 'p' || type.oid === Oid.unknown)
    throw new SqlError('42P16', `column "${definition.colname}" has pseudo-type ${typeInfo(type.oid).sqlName}`);
  return type;
}

function planColumn(definition: ColumnDef, table: string, keys: KeyTree[], scene: Scene): TableColumn {
  const name = definition.colname ?? '';
  const position = positionOf(scene.text, definition.location);
  if (definition.collClause !== undefined) throw notSupported('COLLATE of a column', 'Text is compared by bytes, as under the C collation.', position);
  if (definition.compression !== undefined || definition.storage_name !== undefined) throw notSupported('STORAGE and COMPRESSION of a column', 'Leave them out.', position);
  const serial = isSerial(definition.typeName);
  const facts = columnConstraints(definition, table, keys, scene);
  if (serial && facts.default) throw new SqlError('42601', `multiple default values specified for column "${name}" of table "${table}"`);
  if (serial) throw notSupported('SERIAL', generatedKeyHint, position);
  const type = columnType(definition, scene);
  return { name, type, nullable: facts.nullable ?? true, ...planDefault(facts.default, name, type, scene) };
}

interface ColumnFacts {
  nullable: boolean | undefined;
  default: Constraint | undefined;
}

function columnConstraints(definition: ColumnDef, table: string, keys: KeyTree[], scene: Scene): ColumnFacts {
  const name = definition.colname ?? '';
  const facts: ColumnFacts = { nullable: undefined, default: undefined };
  for (const node of definition.constraints ?? []) {
    if (!('Constraint' in node)) throw new InvariantError(`${Object.keys(node).join()} among a column's constraints`);
    const constraint = node.Constraint;
    const position = positionOf(scene.text, constraint.location);
    switch (constraint.contype) {
      case 'CONSTR_NULL': case 'CONSTR_NOTNULL': {
        const nullable = constraint.contype === 'CONSTR_NULL';
        if (facts.nullable === !nullable) throw new SqlError('42601', `conflicting NULL/NOT NULL declarations for column "${name}" of table "${table}"`, { position });
        facts.nullable = nullable;
        break;
      }
      case 'CONSTR_DEFAULT':
        if (facts.default) throw new SqlError('42601', `multiple default values specified for column "${name}" of table "${table}"`, { position });
        facts.default = constraint;
        break;
      case 'CONSTR_PRIMARY': case 'CONSTR_UNIQUE':
        refuseKeyFeatures(constraint, position);
        keys.push({ name: constraint.conname, columns: [{ name, position }], primary: constraint.contype === 'CONSTR_PRIMARY', position });
        break;
      default:
        throw refusedConstraint(constraint, position);
    }
  }
  return facts;
}

function tableKey(constraint: Constraint, scene: Scene): KeyTree {
  const position = positionOf(scene.text, constraint.location);
  if (constraint.contype !== 'CONSTR_PRIMARY' && constraint.contype !== 'CONSTR_UNIQUE') throw refusedConstraint(constraint, position);
  refuseKeyFeatures(constraint, position);
  const columns = (constraint.keys ?? []).map((key) => ({ name: 'String' in key ? (key.String.sval ?? '') : '', position }));
  return { name: constraint.conname, columns, primary: constraint.contype === 'CONSTR_PRIMARY', position };
}

function refuseKeyFeatures(constraint: Constraint, position: number | undefined): void {
  const refused: readonly (readonly [unknown, string])[] = [
    [constraint.deferrable, 'DEFERRABLE'], [constraint.including, 'INCLUDE'], [constraint.nulls_not_distinct, 'NULLS NOT DISTINCT'],
    [constraint.options, 'WITH (...) of a constraint'], [constraint.indexspace, 'USING INDEX TABLESPACE'], [constraint.without_overlaps, 'WITHOUT OVERLAPS'],
  ];
  for (const [present, feature] of refused) if (present !== undefined) throw notSupported(feature, 'Keys are plain and checked at once; leave it out.', position);
}

function refusedConstraint(constraint: Constraint, position: number | undefined): SqlError {
  switch (constraint.contype) {
    case 'CONSTR_CHECK': return notSupported('CHECK', 'Find rows that break the rule by a view.', position);
    case 'CONSTR_FOREIGN': return notSupported('REFERENCES', 'Foreign keys are not enforced; find orphans by a view.', position);
    case 'CONSTR_GENERATED': return notSupported('GENERATED ALWAYS AS (...)', 'Compute the column in a view over the table.', position);
    case 'CONSTR_IDENTITY': return notSupported('GENERATED ... AS IDENTITY', generatedKeyHint, position);
    case 'CONSTR_EXCLUSION': return notSupported('EXCLUDE', 'Find rows that break the rule by a view.', position);
    case undefined: throw new InvariantError('a constraint without a type');
    default: return notSupported(constraint.contype.replace('CONSTR_ATTR_', '').replaceAll('_', ' '), 'Keys are checked at once; leave it out.', position);
  }
}

function planDefault(constraint: Constraint | undefined, column: string, type: SqlType, scene: Scene): Pick<TableColumn, 'default' | 'defaultSql'> {
  if (constraint?.raw_expr === undefined) return {};
  const position = positionOf(scene.text, constraint.location);
  const context = planContext(scene, 'adhoc');
  const value = planConstant(constraint.raw_expr, scene.text, context);
  return { default: coerceForAssignment(value, type, column, context), defaultSql: defaultText(scene.text, position ?? 0) };
}

export function planCreateTableAs(statement: CreateTableAsStmt, scene: Scene): Outcome {
  const { into, query } = statement;
  const position = positionOf(scene.text, into?.rel?.location);
  refusePersistence(into?.rel?.relpersistence, position);
  if (into?.options !== undefined || into?.tableSpaceName !== undefined || into?.accessMethod !== undefined || (into?.onCommit ?? 'ONCOMMIT_NOOP') !== 'ONCOMMIT_NOOP')
    throw notSupported('storage options of CREATE TABLE AS', 'Leave them out.', position);
  if (query === undefined || !('SelectStmt' in query)) throw notSupported('CREATE TABLE AS EXECUTE', 'Write the query out.', position);
  const name = newName(nameOfRangeVar(into?.rel, scene), scene);
  const ifNotExists = statement.if_not_exists === true;
  const taken = whenTaken('table', name, ifNotExists, scene);
  if (taken) return taken;
  const rows = planQuery(query.SelectStmt, scene.text, planContext(scene, 'adhoc'));
  const columns = nameColumns(rows.columns, into?.colNames ?? []);
  const table = { kind: 'createTable', name, columns, keys: [], ifNotExists, sql: scene.sql } as const;
  return { plan: into?.skipData === true ? table : { ...table, rows: { kind: 'query', query: rows } } };
}

function nameColumns(columns: readonly { readonly name: string; readonly type: SqlType }[], names: readonly Node[]): TableColumn[] {
  if (names.length > columns.length) throw new SqlError('42601', 'too many column names were specified');
  const named = columns.map((column, i) => {
    const written = names[i];
    const name = written !== undefined && 'String' in written ? (written.String.sval ?? '') : column.name;
    const type = column.type.oid === Oid.unknown ? sqlType(Oid.text) : column.type;
    return { name, type, nullable: true };
  });
  const twice = named.find((column, i) => named.findIndex((other) => other.name === column.name) < i);
  if (twice) throw new SqlError('42701', `column "${twice.name}" specified more than once`);
  return named;
}

export function planCreateTableFromFile(tree: CreateTableFromFileTree, purified: Purified | undefined, scene: Scene): Outcome {
  const name = newName(tree.name, scene);
  const taken = whenTaken('table', name, tree.ifNotExists, scene);
  if (taken) return taken;
  const isTaken = (candidate: string): boolean => takenBy({ schema: name.schema, name: candidate }, scene) !== undefined;
  const body = tree.columns === null ? { columns: fileColumns(purified), keys: [] } : planTableBody(tree.columns, name.name, isTaken, scene);
  return { plan: { kind: 'createTable', name, ...body, ifNotExists: tree.ifNotExists, sql: scene.sql, rows: { kind: 'file', path: tree.path } } };
}

function fileColumns(purified: Purified | undefined): readonly TableColumn[] {
  if (purified?.kind !== 'file') throw new InvariantError('CREATE TABLE ... FROM FILE was planned without the file\'s columns');
  return purified.columns;
}
