import { SqlError } from '../../core/index.ts';
import type { CatalogQuestions, Environment } from './contract.ts';
import { quoteIdentifier } from './keywords.ts';
import { procedureArguments, procedureName, procedureOid, procedureOids } from './proc-oids.ts';
import { routinesByOid } from './routine-oids.ts';
import { formatType, parseTypeName, splitName } from './type-names.ts';

/** A qualified name taken apart; `database.schema.name` must name this database. */
function qualified(text: string, environment: Environment, quoted = false): { readonly schema: string | undefined; readonly name: string } {
  const parts = splitName(text);
  if (parts === undefined) throw new SqlError('42602', 'invalid name syntax');
  if (parts.length > 3) throw new SqlError('42601', `improper relation name (too many dotted names): ${parts.join('.')}`);
  if (parts.length === 3 && parts[0] !== environment.database) {
    const name = parts.join('.');
    throw new SqlError('0A000', `cross-database references are not implemented: ${quoted ? `"${name}"` : name}`);
  }
  return { schema: parts.at(-2), name: parts.at(-1)! };
}

/** An OID written out: reg* input takes digits for themselves, and `-` for none. */
const writtenOid = (text: string): number | undefined => (text === '-' ? 0 : /^\d+$/.test(text) ? Number(text) : undefined);

/** What a text names: undefined where there is no such object; throws where the text is no name. Each the input of one reg* type. */
export interface ObjectInput {
  find(text: string, environment: Environment): number | undefined;
  missing(text: string): SqlError;
}

const only = (text: string): string => {
  const parts = splitName(text);
  if (parts === undefined || parts.length !== 1) throw new SqlError('42602', 'invalid name syntax');
  return parts[0]!;
};

const relation: ObjectInput = {
  find(text, environment) {
    const { schema, name } = qualified(text, environment, true);
    return environment.catalog.relationByName(schema, name);
  },
  missing: (text) => new SqlError('42P01', `relation "${(splitName(text) ?? [text]).join('.')}" does not exist`),
};

const procedure: ObjectInput = {
  find(text, environment) {
    const { schema, name } = qualified(text, environment);
    const found = schema === undefined || schema === 'pg_catalog' ? procedureOids(name) : [];
    if (found.length > 1) throw new SqlError('42725', `more than one function named "${text}"`);
    return found[0];
  },
  missing: (text) => new SqlError('42883', `function "${text}" does not exist`),
};

const procedureWithArguments: ObjectInput = {
  find(text, environment) {
    const open = text.indexOf('(');
    if (open < 0) throw new SqlError('22P02', 'expected a left parenthesis');
    if (!text.trimEnd().endsWith(')')) throw new SqlError('22P02', 'expected a right parenthesis');
    const { schema, name } = qualified(text.slice(0, open), environment);
    const list = text.trimEnd().slice(open + 1, -1).trim();
    const types = list === '' ? [] : list.split(/,(?![^(]*\))/).map((type) => parseTypeName(type, environment.catalog));
    return schema === undefined || schema === 'pg_catalog' ? procedureOid(name, types) : undefined;
  },
  missing: (text) => new SqlError('42883', `function "${text}" does not exist`),
};

const type: ObjectInput = {
  find(text, environment) {
    try {
      return parseTypeName(text, environment.catalog);
    } catch (error) {
      if (error instanceof SqlError && error.code === '42704') return undefined;
      throw error;
    }
  },
  missing: (text) => new SqlError('42704', `type "${text}" does not exist`),
};

const schema: ObjectInput = {
  find: (text, environment) => environment.catalog.schemaByName(only(text)),
  missing: (text) => new SqlError('3F000', `schema "${only(text)}" does not exist`),
};

const role: ObjectInput = {
  find: (text, environment) => environment.catalog.roleByName(only(text)),
  missing: (text) => new SqlError('42704', `role "${only(text)}" does not exist`),
};

export const objectInputs = { regclass: relation, regproc: procedure, regprocedure: procedureWithArguments, regtype: type, regnamespace: schema, regrole: role } as const;
export type ObjectType = keyof typeof objectInputs;

/** Input of a reg* type: the OID of what the text names. */
export function readObject(kind: ObjectType, text: string, environment: Environment): number {
  const found = writtenOid(text) ?? objectInputs[kind].find(text, environment);
  if (found === undefined) throw objectInputs[kind].missing(text);
  return found;
}

/** The name of an object, with its schema where the name alone would not find it. */
const printName = (name: { readonly schema: string; readonly name: string; readonly visible: boolean } | undefined): string | undefined =>
  name === undefined ? undefined : name.visible ? quoteIdentifier(name.name) : `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`;

const quoted = (name: string | undefined): string | undefined => (name === undefined ? undefined : quoteIdentifier(name));

const printers: Record<ObjectType, (oid: number, catalog: CatalogQuestions) => string | undefined> = {
  regclass: (oid, catalog) => printName(catalog.relationName(oid)),
  regproc: (oid) => {
    const name = procedureName(oid) ?? routinesByOid().get(oid)?.row.name;
    return name === undefined ? undefined : procedureOids(name).length <= 1 ? quoteIdentifier(name) : `pg_catalog.${quoteIdentifier(name)}`;
  },
  regprocedure: (oid, catalog) => {
    const name = procedureName(oid);
    return name === undefined ? undefined : `${quoteIdentifier(name)}(${procedureArguments(oid).map((argument) => formatType(argument, null, catalog)).join(',')})`;
  },
  regtype: (oid, catalog) => {
    const text = formatType(oid, null, catalog);
    return text === '???' ? undefined : text;
  },
  regnamespace: (oid, catalog) => quoted(catalog.schemaName(oid)),
  regrole: (oid, catalog) => quoted(catalog.roleName(oid)),
};

/** Output of a reg* type: the object's name, or the number where there is no such object. */
export const printObject = (kind: ObjectType, oid: number, catalog: CatalogQuestions): string => (oid === 0 ? '-' : printers[kind](oid, catalog) ?? String(oid));
