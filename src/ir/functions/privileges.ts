import { findType, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Environment, FunctionRow } from './contract.ts';
import { defineFunctions } from './define.ts';
import type { Definition } from './define.ts';
import { objectInputs, readObject } from './object-names.ts';
import type { ObjectType } from './object-names.ts';
import { routinesByOid } from './routine-oids.ts';

/** How one kind of object is named and what may be done with it. */
interface Kind {
  readonly name: string;
  readonly privileges: readonly string[];
  /** throws where no object has the name */
  byName(text: string, environment: Environment): void;
  exists(oid: number, environment: Environment): boolean;
  /** whether the role that may do everything is told so before the object is looked for */
  readonly roleFirst?: true;
}

const named = (kind: ObjectType) => (text: string, environment: Environment): void => {
  if (objectInputs[kind].find(text, environment) === undefined) throw objectInputs[kind].missing(text);
};
const relationExists = (oid: number, environment: Environment): boolean => environment.catalog.relationName(oid) !== undefined;
const tablePrivileges = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger', 'maintain'];

const kinds: readonly Kind[] = [
  { name: 'table', privileges: tablePrivileges, byName: named('regclass'), exists: relationExists },
  { name: 'any_column', privileges: ['select', 'insert', 'update', 'references'], byName: named('regclass'), exists: relationExists },
  { name: 'sequence', privileges: ['usage', 'select', 'update'], byName: named('regclass'), exists: relationExists },
  {
    name: 'schema', privileges: ['create', 'usage'],
    byName(text, environment) {
      if (environment.catalog.schemaByName(text) === undefined) throw new SqlError('3F000', `schema "${text}" does not exist`);
    },
    exists: (oid, environment) => environment.catalog.schemaName(oid) !== undefined, roleFirst: true,
  },
  {
    name: 'database', privileges: ['create', 'connect', 'temporary', 'temp'],
    byName(text, environment) {
      if (text !== environment.database) throw new SqlError('3D000', `database "${text}" does not exist`);
    },
    exists: (oid, environment) => environment.catalog.databaseName(oid) !== undefined, roleFirst: true,
  },
  { name: 'function', privileges: ['execute'], byName: named('regprocedure'), exists: (oid) => routinesByOid().has(oid), roleFirst: true },
  { name: 'type', privileges: ['usage'], byName: named('regtype'), exists: (oid) => findType(oid) !== undefined, roleFirst: true },
];

/** `SELECT, INSERT WITH GRANT OPTION`: a list, of which any one is enough. */
function checkPrivileges(text: string, known: readonly string[], suffix: string): void {
  for (const part of text.split(',')) {
    const word = part.trim().toLowerCase();
    const bare = word.endsWith(suffix) ? word.slice(0, -suffix.length).trim() : word;
    if (!known.includes(bare)) throw new SqlError('22023', `unrecognized privilege type: "${part.trim()}"`);
  }
}

function checkRole(role: string | number, environment: Environment): void {
  if (typeof role === 'string' && role !== 'public' && environment.catalog.roleByName(role) === undefined) {
    throw new SqlError('42704', `role "${role}" does not exist`);
  }
}

/** Everyone may do everything with what exists: NULL for an OID that is nothing's, an error for a name that is nothing's. */
function answer(kind: Kind, role: string | number | undefined, object: string | number, privileges: string, environment: Environment): Datum {
  // of a sequence the privilege is read first
  if (kind.name === 'sequence') checkPrivileges(privileges, kind.privileges, 'with grant option');
  if (typeof object === 'string') kind.byName(object, environment);
  checkPrivileges(privileges, kind.privileges, 'with grant option');
  return typeof object === 'string' || (kind.roleFirst === true && role !== 'public' && role !== 0) || kind.exists(object, environment) ? true : null;
}

/** With the asking role in front (by name or OID), and without; the object by name or OID. */
const kindDefinitions = kinds.flatMap((kind): Definition[] => ['text', 'oid'].flatMap((object): Definition[] => [
  [`has_${kind.name}_privilege(${object},text) bool stable`, (target: string | number, privileges: string, environment: Environment) =>
    answer(kind, undefined, target, privileges, environment)],
  ...['name', 'oid'].map((role): Definition => [
    `has_${kind.name}_privilege(${role},${object},text) bool stable`, (asking: string | number, target: string | number, privileges: string, environment: Environment) => {
      checkRole(asking, environment);
      return answer(kind, asking, target, privileges, environment);
    }]),
]));

/** Those with the numbers -1, -2, ..., which tables have and views have not. */
const systemColumns = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid'];

function hasColumn(relation: number, column: string | number, { catalog }: Environment): boolean {
  const system = typeof column === 'string' ? systemColumns.includes(column) : column < 0 && -column <= systemColumns.length;
  if (system && catalog.viewDefinition(relation) === undefined) return true;
  return (typeof column === 'string' ? catalog.columnByName(relation, column) : catalog.columnName(relation, column)) !== undefined;
}

const columnPrivileges = ['select', 'insert', 'update', 'references'];

function answerForColumn(table: string | number, column: string | number, privileges: string, environment: Environment): Datum {
  const oid = typeof table === 'string' ? readObject('regclass', table, environment) : table;
  const relation = environment.catalog.relationName(oid);
  if (relation === undefined) {
    checkPrivileges(privileges, columnPrivileges, 'with grant option');
    return null;
  }
  const found = hasColumn(oid, column, environment);
  if (!found && typeof column === 'string') {
    throw new SqlError('42703', `column "${column}" of relation "${relation.name}" does not exist`);
  }
  checkPrivileges(privileges, columnPrivileges, 'with grant option');
  return found ? true : null;
}

const columnDefinitions = ['text', 'oid'].flatMap((table) => ['text', 'int2'].flatMap((column): Definition[] => [
  [`has_column_privilege(${table},${column},text) bool stable`, answerForColumn],
  ...['name', 'oid'].map((role): Definition => [`has_column_privilege(${role},${table},${column},text) bool stable`,
    (asking: string | number, target: string | number, attribute: string | number, privileges: string, environment: Environment) => {
      checkRole(asking, environment);
      return answerForColumn(target, attribute, privileges, environment);
    }]),
]));

function hasRole(role: string | number, privileges: string, environment: Environment): Datum {
  checkRole(role, environment);
  checkPrivileges(privileges, ['usage', 'member', 'set'], privileges.toLowerCase().includes('with grant') ? 'with grant option' : 'with admin option');
  return true;
}

const roleDefinitions = ['name', 'oid'].flatMap((role): Definition[] => [
  [`pg_has_role(${role},text) bool stable`, hasRole],
  ...['name', 'oid'].map((asking): Definition => [`pg_has_role(${asking},${role},text) bool stable`,
    (who: string | number, target: string | number, privileges: string, environment: Environment) => {
      checkRole(who, environment);
      return hasRole(target, privileges, environment);
    }]),
]);

/**
 * has_*_privilege and pg_has_role. There are no grants: whoever may connect may do everything.
 * Manual: "Access Privilege Inquiry Functions".
 */
export const privilegeFunctions: readonly FunctionRow[] = defineFunctions([...kindDefinitions, ...columnDefinitions, ...roleDefinitions]);
