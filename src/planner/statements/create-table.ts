import type { ColumnDef, Constraint, CreateStmt, CreateTableAsStmt, Node } from '@pgsql/types';
import type { TableColumn } from '../../catalog/index.ts';
import { InvariantError, Oid, SqlError, notSupported, sqlType, typeInfo } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import type { PlannedColumn, PlannedTable, PlannedSequence, QualifiedName } from '../plan.ts';
import { planDefault, planGenerated, planQuery, resolveTypeName } from '../query.ts';
import { positionOf } from '../syntax/index.ts';
import type { CreateTableFromFileTree } from '../syntax/index.ts';
import { columnIndex, planContext } from './context.ts';
import type { Scene } from './context.ts';
import { chooseName, newName, TEMPORARY, newRelationName, takenBy, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';
import type { Purified } from './purify.ts';
import { planLike } from './like.ts';
import type { Liked } from './like.ts';
import { definitions, readSequenceOptions } from './sequences.ts';
import { planConstraints, positionOfConstraint, refusedConstraint } from './table-constraints.ts';
import type { ConstraintTree } from './table-constraints.ts';

export function planCreateTable(statement: CreateStmt, scene: Scene): Outcome {
  refuseTableFeatures(statement, scene);
  const name = newRelationName(statement.relation, scene);
  const ifNotExists = statement.if_not_exists === true;
  const there = ifNotExists ? whenTaken('table', name, true, scene) : undefined;
  if (there) return there;
  const isTaken = (candidate: string): boolean => takenBy({ schema: name.schema, name: candidate }, scene) !== undefined;
  const onCommit = onCommitOf(statement.oncommit, name.schema === TEMPORARY);
  const body = planTableBody(statement.tableElts ?? [], name, isTaken, scene);
  whenTaken('table', name, false, scene);
  return { plan: { kind: 'createTable', tag: 'CREATE TABLE', name, ...body, ifNotExists, sql: scene.sql, ...(onCommit === undefined ? {} : { onCommit }) } };
}

function refuseTableFeatures(statement: CreateStmt, scene: Scene): void {
  const position = positionOf(scene.text, statement.relation?.location);
  refuseUnlogged(statement.relation?.relpersistence, position);
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
}

/** What a temporary table does at the end of each transaction. */
function onCommitOf(action: CreateStmt['oncommit'], temporary: boolean): 'drop' | 'delete' | undefined {
  if (action === undefined || action === 'ONCOMMIT_NOOP') return undefined;
  if (!temporary) throw new SqlError('42P16', 'ON COMMIT can only be used on temporary tables');
  return action === 'ONCOMMIT_DROP' ? 'drop' : action === 'ONCOMMIT_DELETE_ROWS' ? 'delete' : undefined;
}

export function refuseUnlogged(persistence: string | undefined, position: number | undefined): void {
  if (persistence === 'u') throw notSupported('UNLOGGED', 'All tables are durable; leave it out.', position);
}

/** Columns and constraints of `(a int, ...)`. */
export function planTableBody(elements: readonly Node[], name: QualifiedName, isTaken: (name: string) => boolean, scene: Scene): PlannedTable {
  const table = name.name;
  const drafts: Draft[] = [];
  const constraints: ConstraintTree[] = [];
  const liked: Liked[] = [];
  const sequences = new Set<string>();
  const taken = (candidate: string): boolean => sequences.has(candidate) || candidate === table || isTaken(candidate);
  const add = (draft: Draft): void => {
    if (drafts.some((other) => other.column.name === draft.column.name)) throw new SqlError('42701', `column "${draft.column.name}" specified more than once`);
    if (draft.column.sequence !== undefined) sequences.add(draft.column.sequence.name);
    drafts.push(draft);
  };
  for (const element of elements) {
    if ('ColumnDef' in element) {
      const draft = draftColumn(element.ColumnDef, table, taken, scene);
      add(draft);
      constraints.push(...draft.constraints);
    } else if ('Constraint' in element) constraints.push(tableConstraint(element.Constraint, scene));
    else if ('TableLikeClause' in element) {
      const like = planLike(element.TableLikeClause, table, drafts.length, taken, scene);
      for (const column of like.columns) add({ column, constraints: [] });
      liked.push(like);
    } else throw new InvariantError(`${Object.keys(element).join()} among the columns of a table`);
  }
  const columns = finishColumns(drafts, table, [], scene);
  const { notNull, ...planned } = planConstraints(constraints, { name: table, schema: name.schema, columns, isTaken: taken }, scene);
  const keys = [...liked.flatMap((like) => like.keys), ...planned.keys];
  const comments = new Map(liked.flatMap((like) => [...like.columnComments]).map(([column, text]) => [columnIndex(columns, column) + 1, text]));
  return {
    columns: columns.map((column, i) => (notNull.has(i) || keys.some((key) => key.primary && key.columns.includes(i)) ? { ...column, nullable: false } : column)),
    keys, checks: [...liked.flatMap((like) => like.checks), ...planned.checks], foreignKeys: planned.foreignKeys, ...(comments.size === 0 ? {} : { columnComments: comments }),
  };
}

/** A column whose generation expression waits until all columns are known. */
export interface Draft {
  readonly column: PlannedColumn;
  readonly generated?: Node;
  readonly constraints: readonly ConstraintTree[];
}

/** The drafts as columns: generation expressions are read over all of them (and over those that were there `before`). */
export function finishColumns(drafts: readonly Draft[], table: string, before: readonly TableColumn[], scene: Scene, read: <T>(plan: () => T) => T = (plan) => plan()): readonly PlannedColumn[] {
  const all = [...before, ...drafts.map(({ column }) => column)];
  const isGenerated = (at: number): boolean => (at < before.length ? before[at]!.generated !== undefined : drafts[at - before.length]!.generated !== undefined);
  return drafts.map(({ column, generated }, i) => {
    if (generated === undefined) return column;
    const { value, sql } = read(() => planGenerated(generated, scene.text, table, all, isGenerated, before.length + i, planContext(scene, 'adhoc')));
    return { ...column, generated: value, defaultSql: sql };
  });
}

const serialTypes: Readonly<Record<string, number>> = {
  serial: Oid.int4, serial4: Oid.int4, serial2: Oid.int2, smallserial: Oid.int2, serial8: Oid.int8, bigserial: Oid.int8,
};

function serialType({ typeName }: ColumnDef, scene: Scene): number | undefined {
  const [only, ...more] = typeName?.names ?? [];
  const found = only !== undefined && 'String' in only && more.length === 0 ? serialTypes[only.String.sval ?? ''] : undefined;
  if (found !== undefined && (typeName?.arrayBounds ?? []).length > 0) throw new SqlError('0A000', 'array of serial is not implemented', { position: positionOf(scene.text, typeName?.location) });
  return found;
}

export function columnType(definition: ColumnDef, scene: Scene): SqlType {
  if (definition.typeName === undefined) throw new InvariantError('a column without a type');
  const type = resolveTypeName(definition.typeName, scene.text, scene.environment.catalog);
  if (typeInfo(type.oid).kind === 'p' || type.oid === Oid.unknown) throw isPseudoType(definition.colname ?? '', type);
  return type;
}

const isPseudoType = (column: string, type: SqlType): SqlError => new SqlError('42P16', `column "${column}" has pseudo-type ${typeInfo(type.oid).sqlName}`);

export function draftColumn(definition: ColumnDef, table: string, isTaken: (name: string) => boolean, scene: Scene, read: <T>(plan: () => T) => T = (plan) => plan()): Draft {
  const name = definition.colname ?? '';
  const position = positionOf(scene.text, definition.location);
  if (definition.collClause !== undefined) throw notSupported('COLLATE of a column', 'Text is compared by bytes, as under the C collation.', position);
  if (definition.compression !== undefined || definition.storage_name !== undefined) throw notSupported('STORAGE and COMPRESSION of a column', 'Leave them out.', position);
  const serial = serialType(definition, scene);
  const facts = columnFacts(definition, table, serial !== undefined, scene);
  if (serial !== undefined && facts.identity) throw new SqlError('42601', `both default and identity specified for column "${name}" of table "${table}"`);
  if (serial !== undefined && facts.default) throw new SqlError('42601', `multiple default values specified for column "${name}" of table "${table}"`);
  const type = serial === undefined ? columnType(definition, scene) : sqlType(serial);
  const sequence = serial !== undefined || facts.identity !== undefined ? columnSequence(facts.identity, type, table, name, isTaken, scene) : undefined;
  const expression = facts.default?.raw_expr;
  const stored = expression === undefined ? undefined : read(() => planDefault(expression, scene.text, name, type, planContext(scene, 'adhoc')));
  const column: PlannedColumn = {
    name, type, nullable: facts.nullable ?? sequence === undefined, ...(stored && { default: stored.value, defaultSql: stored.sql }), ...(sequence && { sequence }),
  };
  return { column, constraints: facts.constraints, ...(facts.generated?.raw_expr === undefined ? {} : { generated: facts.generated.raw_expr }) };
}

/** The counter of a SERIAL (without `identity`) or IDENTITY column. */
export function columnSequence(identity: Constraint | undefined, type: SqlType, table: string, column: string, isTaken: (name: string) => boolean, scene: Scene): PlannedSequence {
  const { options } = readSequenceOptions(definitions(identity?.options), undefined, scene, type.oid, identity !== undefined);
  const kind = identity === undefined ? 'serial' : identity.generated_when === 'a' ? 'always' : 'by default';
  return { name: chooseName(table, column, 'seq', isTaken), options, kind };
}

interface ColumnFacts {
  nullable: boolean | undefined;
  default: Constraint | undefined;
  identity: Constraint | undefined;
  generated: Constraint | undefined;
  readonly constraints: ConstraintTree[];
}

/** What stands behind a column's type. */
function columnFacts(definition: ColumnDef, table: string, serial: boolean, scene: Scene): ColumnFacts {
  const name = definition.colname ?? '';
  const of = `specified for column "${name}" of table "${table}"`;
  const facts: ColumnFacts = { nullable: serial ? false : undefined, default: undefined, identity: undefined, generated: undefined, constraints: [] };
  for (const constraint of attributedConstraints(definition.constraints ?? [])) {
    const position = positionOfConstraint(constraint, scene);
    const once = (given: Constraint | undefined, message: string): void => {
      if (given !== undefined) throw new SqlError('42601', message, { position });
    };
    switch (constraint.contype) {
      case 'CONSTR_NULL': case 'CONSTR_NOTNULL': {
        const nullable = constraint.contype === 'CONSTR_NULL';
        if (facts.nullable === !nullable) throw new SqlError('42601', `conflicting NULL/NOT NULL declarations for column "${name}" of table "${table}"`, { position });
        facts.nullable = nullable;
        break;
      }
      case 'CONSTR_DEFAULT':
        once(facts.default, `multiple default values ${of}`);
        facts.default = constraint;
        break;
      case 'CONSTR_IDENTITY':
        once(facts.identity, `multiple identity specifications for column "${name}" of table "${table}"`);
        facts.identity = constraint;
        if (facts.nullable === true) throw new SqlError('42601', `conflicting NULL/NOT NULL declarations for column "${name}" of table "${table}"`, { position });
        facts.nullable = false;
        break;
      case 'CONSTR_GENERATED':
        once(facts.generated, `multiple generation clauses ${of}`);
        if (constraint.generated_kind !== 's') throw notSupported('a VIRTUAL generated column', 'Write STORED, or compute the column in a view over the table.', position);
        facts.generated = constraint;
        break;
      case 'CONSTR_PRIMARY': case 'CONSTR_UNIQUE': case 'CONSTR_CHECK': case 'CONSTR_FOREIGN':
        facts.constraints.push({ constraint, column: name, position });
        break;
      default:
        throw refusedConstraint(constraint, position);
    }
    if (facts.default && facts.identity) throw new SqlError('42601', `both default and identity ${of}`, { position });
    if (facts.default && facts.generated) throw new SqlError('42601', `both default and generation expression ${of}`, { position });
    if (facts.identity && facts.generated) throw new SqlError('42601', `both identity and generation expression ${of}`, { position });
  }
  return facts;
}

/** Column constraints with what is written behind them: ENFORCED and NOT ENFORCED are nodes of their own. */
function attributedConstraints(nodes: readonly Node[]): readonly Constraint[] {
  const found: Constraint[] = [];
  for (const node of nodes) {
    if (!('Constraint' in node)) throw new InvariantError(`${Object.keys(node).join()} among a column's constraints`);
    const constraint = node.Constraint;
    const last = found.at(-1);
    const enforcement = constraint.contype === 'CONSTR_ATTR_ENFORCED' || constraint.contype === 'CONSTR_ATTR_NOT_ENFORCED';
    if (enforcement && (last?.contype === 'CONSTR_FOREIGN' || last?.contype === 'CONSTR_CHECK')) {
      found[found.length - 1] = { ...last, is_enforced: constraint.contype === 'CONSTR_ATTR_ENFORCED' };
    } else found.push(constraint);
  }
  return found;
}

export function tableConstraint(constraint: Constraint, scene: Scene): ConstraintTree {
  const position = positionOfConstraint(constraint, scene);
  switch (constraint.contype) {
    case 'CONSTR_PRIMARY': case 'CONSTR_UNIQUE': case 'CONSTR_CHECK': case 'CONSTR_FOREIGN':
      return { constraint, position };
    default:
      throw refusedConstraint(constraint, position);
  }
}

export function planCreateTableAs(statement: CreateTableAsStmt, scene: Scene): Outcome {
  const { into, query } = statement;
  const position = positionOf(scene.text, into?.rel?.location);
  refuseUnlogged(into?.rel?.relpersistence, position);
  if (into?.options !== undefined || into?.tableSpaceName !== undefined || into?.accessMethod !== undefined)
    throw notSupported('storage options of CREATE TABLE AS', 'Leave them out.', position);
  if (query === undefined || !('SelectStmt' in query)) throw notSupported('CREATE TABLE AS EXECUTE', 'Write the query out.', position);
  const name = newRelationName(into?.rel, scene);
  const onCommit = onCommitOf(into?.onCommit, name.schema === TEMPORARY);
  const ifNotExists = statement.if_not_exists === true;
  const rows = planQuery(query.SelectStmt, scene.text, planContext(scene, 'adhoc'));
  const taken = whenTaken('table', name, ifNotExists, scene, 'CREATE TABLE AS');
  if (taken) return taken;
  const columns = nameColumns(rows.columns, into?.colNames ?? []);
  const table = { kind: 'createTable', tag: 'CREATE TABLE AS', name, columns, keys: [], checks: [], foreignKeys: [], ifNotExists, sql: scene.sql, ...(onCommit === undefined ? {} : { onCommit }) } as const;
  return { plan: into?.skipData === true ? table : { ...table, rows: { kind: 'query', query: rows } } };
}

function nameColumns(columns: readonly { readonly name: string; readonly type: SqlType }[], names: readonly Node[]): TableColumn[] {
  if (names.length > columns.length) throw new SqlError('42601', 'too many column names were specified');
  const named = columns.map((column, i) => {
    const written = names[i];
    const name = written !== undefined && 'String' in written ? (written.String.sval ?? '') : column.name;
    const type = column.type.oid === Oid.unknown ? sqlType(Oid.text) : column.type;
    if (typeInfo(type.oid).kind === 'p') throw isPseudoType(name, type);
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
  const body = tree.columns === null ? { columns: fileColumns(purified), keys: [], checks: [], foreignKeys: [] } : planTableBody(tree.columns, name, isTaken, scene);
  return { plan: { kind: 'createTable', tag: 'CREATE TABLE', name, ...body, ifNotExists: tree.ifNotExists, sql: scene.sql, rows: { kind: 'file', path: tree.path } } };
}

function fileColumns(purified: Purified | undefined): readonly TableColumn[] {
  if (purified?.kind !== 'file') throw new InvariantError('CREATE TABLE ... FROM FILE was planned without the file\'s columns');
  return purified.columns;
}
