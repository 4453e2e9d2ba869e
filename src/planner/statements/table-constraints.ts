import type { Constraint, Node } from '@pgsql/types';
import { constraintNames } from '../../catalog/index.ts';
import type { TableColumn, TableItem } from '../../catalog/index.ts';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import { columnsOf } from '../../ir/index.ts';
import type { PlannedCheck, PlannedForeignKey, PlannedKey } from '../plan.ts';
import { planCheck } from '../query.ts';
import type { StoredExpression } from '../query.ts';
import { canCoerce } from '../typing/coerce.ts';
import { typeText } from '../typing/format-type.ts';
import { positionOf } from '../syntax/index.ts';
import { columnIndex, planContext } from './context.ts';
import type { Scene } from './context.ts';
import { chooseName, nameOfRangeVar, relationNamed } from './names.ts';
import { withoutPosition } from './without-position.ts';

/** A constraint as written, gathered from columns and from the table's own. */
export interface ConstraintTree {
  readonly constraint: Constraint;
  /** the column it was written behind */
  readonly column?: string;
  readonly position: number | undefined;
}

export interface PlannedConstraints {
  readonly keys: readonly PlannedKey[];
  readonly checks: readonly PlannedCheck[];
  readonly foreignKeys: readonly PlannedForeignKey[];
  /** columns that a primary key makes NOT NULL */
  readonly notNull: ReadonlySet<number>;
}

/** The table that constraints are planned for: one that is being made, or one that there is (`existing`). */
export interface ConstrainedTable {
  readonly name: string;
  readonly schema: number;
  readonly columns: readonly TableColumn[];
  readonly existing?: TableItem;
  /** whether a relation of that name lies in the table's schema */
  readonly isTaken: (name: string) => boolean;
}

export function planConstraints(trees: readonly ConstraintTree[], table: ConstrainedTable, scene: Scene): PlannedConstraints {
  const names = new Set(table.existing === undefined ? [] : constraintNames(table.existing));
  const ofKind = (...kinds: readonly Constraint['contype'][]): readonly ConstraintTree[] => trees.filter(({ constraint }) => kinds.includes(constraint.contype));
  const checks = ofKind('CONSTR_CHECK').map((tree) => planCheckConstraint(tree, table, names, scene));
  const keys = planKeys(ofKind('CONSTR_PRIMARY', 'CONSTR_UNIQUE'), table, names);
  const foreignKeys = ofKind('CONSTR_FOREIGN').map((tree) => planForeignKey(tree, { ...table, keys: [...table.existing?.keys ?? [], ...keys] }, names, scene));
  return { keys, checks, foreignKeys, notNull: new Set(keys.filter((key) => key.primary).flatMap((key) => key.columns)) };
}

/** Takes the name that was given, or makes one. */
function nameConstraint(given: string | undefined, make: (taken: (name: string) => boolean) => string, names: Set<string>, table: ConstrainedTable): string {
  if (given !== undefined && names.has(given)) {
    throw new SqlError('42710', table.existing === undefined ? `check constraint "${given}" already exists` : `constraint "${given}" for relation "${table.name}" already exists`);
  }
  const name = given ?? make((candidate) => names.has(candidate));
  names.add(name);
  return name;
}

function planCheckConstraint({ constraint, position }: ConstraintTree, table: ConstrainedTable, names: Set<string>, scene: Scene): PlannedCheck {
  refuseFeatures(constraint, position);
  if (constraint.is_enforced !== true) throw notSupported('CHECK ... NOT ENFORCED', 'Leave it out, or have the rule enforced.', position);
  if (constraint.raw_expr === undefined) throw new InvariantError('a CHECK without a condition');
  const { raw_expr: expression } = constraint;
  const read = (): StoredExpression => planCheck(expression, scene.text, table.name, table.columns, planContext(scene, 'adhoc'));
  const { value: condition, sql } = table.existing === undefined ? read() : withoutPosition(read);
  const [only, ...more] = columnsOf(condition);
  const label = only !== undefined && more.length === 0 ? table.columns[only]!.name : '';
  return { name: nameConstraint(constraint.conname, (taken) => chooseName(table.name, label, 'check', taken), names, table), condition, sql };
}

function planKeys(trees: readonly ConstraintTree[], table: ConstrainedTable, names: Set<string>): readonly PlannedKey[] {
  const isPrimary = ({ constraint }: ConstraintTree): boolean => constraint.contype === 'CONSTR_PRIMARY';
  const primaries = trees.filter(isPrimary);
  const already = table.existing?.keys.some((key) => key.primary) === true;
  const surplus = primaries[already ? 0 : 1];
  if (surplus !== undefined) throw new SqlError('42P16', `multiple primary keys for table "${table.name}" are not allowed`, already ? {} : { position: surplus.position });
  const used = new Set<string>();
  // Postgres names the primary key's index first, whatever the order written.
  return [...primaries, ...trees.filter((tree) => !isPrimary(tree))].map((tree) => {
    const { constraint, position } = tree;
    const primary = isPrimary(tree);
    refuseFeatures(constraint, position);
    const written = tree.column === undefined ? namesIn(constraint.keys) : [tree.column];
    const columns = keyColumns(written, table.columns, primary, position);
    const taken = (candidate: string): boolean => used.has(candidate) || names.has(candidate) || table.isTaken(candidate);
    const name = constraint.conname ?? chooseName(table.name, primary ? '' : written.join('_'), primary ? 'pkey' : 'key', taken);
    if (constraint.conname !== undefined && (used.has(name) || table.isTaken(name) || name === table.name)) throw new SqlError('42P07', `relation "${name}" already exists`);
    if (constraint.conname !== undefined && names.has(name)) throw new SqlError('42710', `constraint "${name}" for relation "${table.name}" already exists`);
    used.add(name);
    names.add(name);
    return { name, columns, primary, ...(constraint.nulls_not_distinct === true ? { nullsNotDistinct: true } : {}) };
  });
}

export const namesIn = (nodes: readonly Node[] | undefined): string[] => (nodes ?? []).map((node) => ('String' in node ? (node.String.sval ?? '') : ''));

function keyColumns(names: readonly string[], columns: readonly TableColumn[], primary: boolean, position: number | undefined): number[] {
  const indexes: number[] = [];
  for (const name of names) {
    const index = columnIndex(columns, name);
    if (index < 0) throw new SqlError('42703', `column "${name}" named in key does not exist`, { position });
    if (indexes.includes(index)) throw new SqlError('42701', `column "${name}" appears twice in ${primary ? 'primary key' : 'unique'} constraint`, { position });
    indexes.push(index);
  }
  return indexes;
}

function refuseFeatures(constraint: Constraint, position: number | undefined): void {
  const refused: readonly (readonly [unknown, string])[] = [
    [constraint.deferrable, 'DEFERRABLE'], [constraint.including, 'INCLUDE'], [constraint.options, 'WITH (...) of a constraint'], [constraint.indexname, 'USING INDEX of a constraint'],
    [constraint.indexspace, 'USING INDEX TABLESPACE'], [constraint.without_overlaps, 'WITHOUT OVERLAPS'],
  ];
  for (const [present, feature] of refused) if (present !== undefined) throw notSupported(feature, 'Constraints are plain and checked at once; leave it out.', position);
}

type Referencing = ConstrainedTable & { readonly keys: readonly PlannedKey[] };

/** A foreign key that is taken on trust. Its target must be a key, as in Postgres. */
function planForeignKey(tree: ConstraintTree, table: Referencing, names: Set<string>, scene: Scene): PlannedForeignKey {
  const { constraint, position } = tree;
  if (constraint.is_enforced === true) {
    throw notSupported('an enforced foreign key', 'Write REFERENCES ... NOT ENFORCED: the key is kept as a fact about the rows, and a view can find orphans.', position);
  }
  const written = tree.column === undefined ? namesIn(constraint.fk_attrs) : [tree.column];
  const target = referencedTable(constraint, table, scene);
  const columns = written.map((name) => foreignColumn(name, table.columns));
  const keys = target === 'self' ? table.keys : target.keys;
  const targetColumns = target === 'self' ? table.columns : target.columns;
  const targetName = target === 'self' ? table.name : target.name;
  const named = namesIn(constraint.pk_attrs).map((name) => foreignColumn(name, targetColumns));
  const primary = keys.find((key) => key.primary);
  if (named.length === 0 && primary === undefined) throw new SqlError('42704', `there is no primary key for referenced table "${targetName}"`);
  const referencedColumns = named.length === 0 ? primary!.columns : named;
  if (columns.length !== referencedColumns.length) throw new SqlError('42830', 'number of referencing and referenced columns for foreign key disagree');
  const sorted = (list: readonly number[]): string => list.toSorted((a, b) => a - b).join();
  if (!keys.some((key) => sorted(key.columns) === sorted(referencedColumns))) throw new SqlError('42830', `there is no unique constraint matching given keys for referenced table "${targetName}"`);
  const name = nameConstraint(constraint.conname, (taken) => chooseName(table.name, written.join('_'), 'fkey', taken), names, table);
  requireAlike(name, columns.map((column, i) => [table.columns[column]!, targetColumns[referencedColumns[i]!]!]));
  return { name, columns, references: target === 'self' ? 'self' : target.oid, referencedColumns };
}

/** The columns of a foreign key, each with the one it refers to, can be compared: 42804. */
export function requireAlike(name: string, pairs: readonly (readonly [own: TableColumn, other: TableColumn])[]): void {
  for (const [own, other] of pairs) {
    if (canCoerce(own.type.oid, other.type.oid, 'implicit') || canCoerce(other.type.oid, own.type.oid, 'implicit')) continue;
    throw new SqlError('42804', `foreign key constraint "${name}" cannot be implemented`, {
      detail: `Key columns "${own.name}" of the referencing table and "${other.name}" of the referenced table are of incompatible types: ${typeText(own.type.oid)} and ${typeText(other.type.oid)}.`,
    });
  }
}

function referencedTable(constraint: Constraint, table: ConstrainedTable, scene: Scene): TableItem | 'self' {
  const name = nameOfRangeVar(constraint.pktable, scene);
  if (table.existing === undefined && name.parts.length === 1 && name.parts[0] === table.name) return 'self';
  const target = relationNamed({ ...name, position: 0 }, scene);
  if (target.oid === table.existing?.oid) return 'self';
  if (target.kind !== 'table') throw new SqlError('42809', `referenced relation "${target.name}" is not a table`);
  return target;
}

function foreignColumn(name: string, columns: readonly TableColumn[]): number {
  const index = columnIndex(columns, name);
  if (index < 0) throw new SqlError('42703', `column "${name}" referenced in foreign key constraint does not exist`);
  return index;
}

/** What CREATE and ALTER TABLE know of constraints and do not do. */
export function refusedConstraint(constraint: Constraint, position: number | undefined): SqlError {
  switch (constraint.contype) {
    case 'CONSTR_EXCLUSION': return notSupported('EXCLUDE', 'Find rows that break the rule by a view.', position);
    case undefined: throw new InvariantError('a constraint without a type');
    default: return notSupported(constraint.contype.replace('CONSTR_ATTR_', '').replaceAll('_', ' '), 'Constraints are checked at once; leave it out.', position);
  }
}

export const positionOfConstraint = (constraint: Constraint, scene: Scene): number | undefined => positionOf(scene.text, constraint.location);
