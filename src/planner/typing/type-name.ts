import type { Node, TypeName } from '@pgsql/types';
import type { SqlType } from '../../core/index.ts';
import { InvariantError, Oid, SqlError, findType, findTypeByName, notSupported, sqlType } from '../../core/index.ts';
import type { TypeInfo } from '../../core/index.ts';
import type { CatalogQuestions } from '../../ir/index.ts';

/**
 * The type a TypeName node means; 42704 where there is none of that name. `sql` is the statement, for positions.
 * The OIDs of users' types are added to `needed`, of which what is planned depends.
 */
export function resolveTypeName(node: TypeName, sql: string, catalog: CatalogQuestions, needed?: Set<number>): SqlType {
  // Counted only where it is told: a long statement names many types.
  const position = (): number | undefined => characterPosition(sql, node.location);
  const at = (): { readonly position?: number } => {
    const found = position();
    return found === undefined ? {} : { position: found };
  };
  const path = (node.names ?? []).map(text);
  const name = path.at(-1) ?? '';
  const schema = path.at(-2);
  if (node.setof) throw notSupported('SETOF here', 'Use the function in FROM.', position());
  const builtin = schema === undefined || schema === 'pg_catalog' || schema === 'information_schema' || schema === 'mz_catalog' ? findTypeByName(domainBase.get(name) ?? name) : undefined;
  const base = builtin ?? userType(schema, name, catalog);
  if (base !== undefined && builtin === undefined) needed?.add(catalog.typeItem(base.oid) ?? base.oid);
  if (base === undefined && refused.has(name)) throw notSupported(`type ${name}`, 'Keep the value as text, or as jsonb.', position());
  if (base === undefined) throw new SqlError('42704', `type ${quoted(path)} does not exist`, at());
  const typmods = node.typmods ?? [];
  const typmod = typmods.length === 0 ? -1 : typmodOf(base.oid, typmods, at());
  if ((node.arrayBounds ?? []).length === 0) return sqlType(base.oid, typmod);
  const array = findType(base.array);
  if (array === undefined) throw new SqlError('42704', `type ${quoted([...path.slice(0, -1), `${name}[]`])} does not exist`, at());
  return sqlType(array.oid, typmod);
}

/** An enum, the row type of a relation, or an array of either. */
function userType(schema: string | undefined, name: string, catalog: CatalogQuestions): TypeInfo | undefined {
  if (schema !== undefined && catalog.schemaByName(schema) === undefined) throw new SqlError('3F000', `schema "${schema}" does not exist`);
  const oid = catalog.typeByName(schema, name);
  return oid === undefined ? undefined : findType(oid);
}

/** Types of Postgres that are not here. */
const refused = new Set(['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'xml', 'tsvector', 'tsquery', 'gtsvector', 'pg_snapshot', 'txid_snapshot', 'regcollation']);

/** The domains of information_schema stand for their base types, as RowDescription shows them. */
const domainBase = new Map([['sql_identifier', 'name'], ['character_data', 'varchar'], ['cardinal_number', 'int4'], ['yes_or_no', 'varchar'], ['time_stamp', 'timestamptz']]);

function typmodOf(oid: number, nodes: readonly Node[], at: { readonly position?: number }): number {
  if (nodes.length === 0) return -1;
  const values = nodes.map((node) => integer(node, at));
  const [first = 0, second] = values;
  const invalid = (message: string): SqlError => new SqlError('22023', message, at);
  switch (oid) {
    case Oid.varchar:
    case Oid.bpchar: {
      const word = oid === Oid.varchar ? 'varchar' : 'char';
      if (values.length !== 1) throw new SqlError('22023', 'invalid type modifier', at);
      if (first < 1) throw invalid(`length for type ${word} must be at least 1`);
      if (first > 10485760) throw invalid(`length for type ${word} cannot exceed 10485760`);
      return first + 4;
    }
    case Oid.numeric: {
      if (values.length > 2) throw invalid('invalid NUMERIC type modifier');
      if (first < 1 || first > 1000) throw invalid(`NUMERIC precision ${first} must be between 1 and 1000`);
      if (second !== undefined && (second < -1000 || second > 1000)) throw invalid(`NUMERIC scale ${second} must be between -1000 and 1000`);
      return ((first << 16) | ((second ?? 0) & 0x7ff)) + 4;
    }
    case Oid.timestamp:
    case Oid.timestamptz:
    case Oid.time:
    case Oid.timetz:
      if (first < 0) throw invalid(`${findType(oid)!.sqlName.toUpperCase()} precision must not be negative`);
      return Math.min(first, 6);
    case Oid.bit:
    case Oid.varbit:
      if (first < 1) throw invalid(`length for type ${oid === Oid.bit ? 'bit' : 'varbit'} must be at least 1`);
      if (first > 83886080) throw invalid(`length for type ${oid === Oid.bit ? 'bit' : 'varbit'} cannot exceed 83886080`);
      return first;
    case Oid.interval:
      return second === undefined ? ((first & 0x7fff) << 16) | 0xffff : ((first & 0x7fff) << 16) | (second & 0xffff);
    default:
      throw new SqlError('42601', `type modifier is not allowed for type "${findType(oid)!.name}"`, at);
  }
}

function integer(node: Node, at: { readonly position?: number }): number {
  if ('A_Const' in node && node.A_Const.ival !== undefined) return node.A_Const.ival.ival ?? 0;
  throw new SqlError('42601', 'type modifiers must be simple constants or identifiers', at);
}

const quoted = (path: readonly string[]): string => `"${path.join('.')}"`;

function text(node: Node): string {
  if ('String' in node) return node.String.sval ?? '';
  throw new InvariantError('a part of a name that is not a string');
}

function characterPosition(sql: string, location: number | undefined): number | undefined {
  const offset = location ?? 0;
  return offset < 0 ? undefined : [...Buffer.from(sql, 'utf8').subarray(0, offset).toString('utf8')].length + 1;
}
