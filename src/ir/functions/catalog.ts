import { Oid, SqlError, findType, notSupported } from '../../core/index.ts';
import type { Datum, SqlArray } from '../../core/index.ts';
import type { Environment, FunctionRow } from './contract.ts';
import { defineFunctions, unbound } from './define.ts';
import type { Definition } from './define.ts';
import { objectInputs, printObject, readObject } from './object-names.ts';
import type { ObjectType } from './object-names.ts';
import { quoteIdentifier } from './keywords.ts';
import { privilegeFunctions } from './privileges.ts';
import { routinesByOid } from './routine-oids.ts';
import { formatType } from './type-names.ts';

/** Encodings by number (pg_wchar.h). */
const encodings = (
  'SQL_ASCII EUC_JP EUC_CN EUC_KR EUC_TW EUC_JIS_2004 UTF8 MULE_INTERNAL LATIN1 LATIN2 LATIN3 LATIN4 LATIN5 LATIN6 LATIN7 LATIN8 LATIN9 LATIN10 '
  + 'WIN1256 WIN1258 WIN866 WIN874 KOI8R WIN1251 WIN1252 ISO_8859_5 ISO_8859_6 ISO_8859_7 ISO_8859_8 WIN1250 WIN1253 WIN1254 WIN1255 WIN1257 KOI8U '
  + 'SJIS BIG5 GBK UHC GB18030 JOHAB SHIFT_JIS_2004'
).split(' ');
/** The bytes of their longest characters. */
const longestCharacters = [1, 3, 3, 3, 4, 3, 4, 4, ...new Array<number>(27).fill(1), 2, 2, 2, 2, 4, 3, 2];
const encodingAliases: Readonly<Record<string, string>> = { unicode: 'utf8', iso88591: 'latin1', sqlascii: 'sqlascii' };
const plainEncoding = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

function encodingNumber(name: string): number {
  const plain = plainEncoding(name);
  const wanted = encodingAliases[plain] ?? plain;
  return encodings.findIndex((encoding) => plainEncoding(encoding) === wanted);
}

/** pg_default and pg_global */
const tablespaces: ReadonlySet<number> = new Set([1663, 1664]);
/** Objects below are the server's own. */
const FIRST_OF_USERS = 16384;

const classOidsByName: Readonly<Record<string, number>> = { pg_class: 1259, pg_type: 1247, pg_proc: 1255, pg_namespace: 2615, pg_constraint: 2606, pg_database: 1262 };
const relationClass = 1259;

/** Sizes as `pg_size_pretty` shows them: the unit (log2 of its bytes), up to which value, and whether half units round up. */
const sizeUnits: readonly { readonly name: string; readonly bits: bigint; readonly limit: bigint; readonly round: boolean }[] = [
  { name: 'bytes', bits: 0n, limit: 10n * 1024n, round: false },
  ...['kB', 'MB', 'GB', 'TB', 'PB'].map((name, index) => ({ name, bits: BigInt(10 * (index + 1)), limit: 20n * 1024n - 1n, round: true })),
];

function prettySize(bytes: number | bigint): string {
  let size = BigInt(bytes);
  for (const [index, unit] of sizeUnits.entries()) {
    const next = sizeUnits[index + 1];
    if (next === undefined || (size < 0n ? -size : size) < unit.limit) {
      return `${unit.round ? (size + (size < 0n ? -1n : 1n)) / 2n : size} ${unit.name}`;
    }
    size /= 1n << (next.bits - unit.bits - (next.round ? 1n : 0n) + (unit.round ? 1n : 0n));
  }
  return '';
}

/** Schemas of the search path that exist; with the implicit ones in front, which every lookup sees first. */
function currentSchemas(environment: Environment, implicit: boolean): readonly string[] {
  const path = environment.searchPath.map((name) => (name === '$user' ? environment.user : name));
  const first = implicit ? ['pg_catalog', 'mz_catalog'].filter((name) => !path.includes(name)) : [];
  return [...first, ...path].filter((name) => environment.catalog.schemaByName(name) !== undefined);
}

const nameArray = (items: readonly string[]): SqlArray =>
  ({ kind: 'array', element: Oid.name, dims: items.length === 0 ? [] : [items.length], lowerBounds: items.length === 0 ? [] : [1], items });

function currentSetting(name: string, missingOk: boolean, environment: Environment): Datum {
  const value = environment.setting(name);
  if (value === undefined && !missingOk) throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
  return value ?? null;
}

function setConfig(name: string | null, value: string | null, local: boolean | null, environment: Environment): Datum {
  if (name === null) throw new SqlError('22004', 'SET requires parameter name');
  if (value === null && !name.includes('.')) currentSetting(name, false, environment);
  if (value === null) throw notSupported('set_config with a NULL value', `Use RESET ${name}.`);
  environment.setSetting(name, value, local === true);
  return environment.setting(name) ?? value;
}

function viewDefinitionByName(text: string, environment: Environment): Datum {
  return environment.catalog.viewDefinition(readObject('regclass', text, environment)) ?? null;
}

function serialSequence(table: string, column: string, environment: Environment): Datum {
  const { catalog } = environment;
  const oid = readObject('regclass', table, environment);
  const attribute = catalog.columnByName(oid, column);
  const relation = catalog.relationName(oid);
  if (attribute === undefined) {
    if (relation === undefined) return null;
    throw new SqlError('42703', `column "${column}" of relation "${relation.name}" does not exist`);
  }
  const sequence = catalog.sequenceOf(oid, attribute);
  const name = sequence === undefined ? undefined : catalog.relationName(sequence);
  return name === undefined ? null : `${quoteIdentifier(name.schema)}.${quoteIdentifier(name.name)}`;
}

const relationExists = (oid: number, environment: Environment): boolean => environment.catalog.relationName(oid) !== undefined;

/** Bytes of a relation. What it holds is in the log and in memory, shared with others: no file of its own, so none to measure. */
const sizeOf = (oid: number, environment: Environment): Datum => (relationExists(oid, environment) ? 0 : null);

const nothing = (): Datum => null;

function typeIsVisible(oid: number, environment: Environment): Datum {
  const type = findType(oid);
  return type === undefined ? null : type.kind === 'c' || type.kind === 'e' ? environment.catalog.typeSchema(oid)?.visible ?? null : true;
}

function functionDefinition(oid: number): Datum {
  if (!routinesByOid().has(oid)) return null;
  throw notSupported('pg_get_functiondef of a built-in function', 'Built-in functions have no SQL text; \\df shows their arguments and results.');
}

function argumentsOf(oid: number, environment: Environment): Datum {
  const routine = routinesByOid().get(oid);
  if (routine === undefined) return null;
  const inputs = routine.row.args.map((type) => formatType(type, null, environment.catalog));
  if ('variadic' in routine.row && routine.row.variadic === true) inputs.push(`VARIADIC ${inputs.pop()!}`);
  return inputs.join(', ');
}

/** With the OUT arguments that a function returning rows of several columns has. */
function allArgumentsOf(oid: number, environment: Environment): Datum {
  const inputs = argumentsOf(oid, environment);
  const routine = routinesByOid().get(oid);
  if (typeof inputs !== 'string' || routine?.kind !== 'table function' || routine.row.columns.length === 1) return inputs;
  const outputs = routine.row.columns.map(({ name, type }) => `OUT ${name} ${formatType(type, null, environment.catalog)}`);
  return [...(inputs === '' ? [] : [inputs]), ...outputs].join(', ');
}

function resultOf(oid: number, environment: Environment): Datum {
  const routine = routinesByOid().get(oid);
  if (routine === undefined) return null;
  if (routine.kind !== 'table function') return formatType(routine.row.result, null, environment.catalog);
  const { columns } = routine.row;
  return `SETOF ${columns.length === 1 ? formatType(columns[0]!.type, null, environment.catalog) : 'record'}`;
}

/** Input, output and to_* of the reg* types. */
const objectDefinitions: readonly Definition[] = (Object.keys(objectInputs) as ObjectType[]).flatMap((kind): Definition[] => [
  [`${kind}in(text) ${kind} stable`, (text: string, environment: Environment) => readObject(kind, text, environment)],
  [`${kind}out(${kind}) text stable total`, (oid: number, environment: Environment) => printObject(kind, oid, environment.catalog)],
  [`to_${kind}(text) ${kind} stable${kind === 'regnamespace' || kind === 'regrole' ? ' total' : ''}`, (text: string, environment: Environment) => {
    if (/^(?:-|\d+)$/.test(text)) return null;
    try {
      return objectInputs[kind].find(text, environment) ?? null;
    } catch (error) {
      // what is no name names nothing
      if (error instanceof SqlError && (error.code === '42602' || error.code === '22P02' || text.trim() === '')) return null;
      throw error;
    }
  }],
]);

const visibilityOf = (names: readonly string[]): readonly Definition[] =>
  names.map((name): Definition => [`pg_${name}_is_visible(oid) bool stable total`, () => true]);

/**
 * Relations of mz_catalog and mz_internal are found by their bare names, and yet not visible by this function: psql and its like list what is visible outside of pg_catalog,
 * and what they mean by that is the user's relations.
 */
function tableIsVisible(oid: number, environment: Environment): Datum {
  const found = environment.catalog.relationName(oid);
  if (found === undefined) return null;
  return found.visible && found.schema !== 'mz_catalog' && found.schema !== 'mz_internal';
}

const neverFound = (signatures: readonly string[]): readonly Definition[] => signatures.map((signature): Definition => [`${signature} stable total`, nothing]);

/**
 * The functions by which clients read the catalog, and what a session says of itself.
 * Manual: "System Information Functions and Operators", "System Administration Functions".
 */
export const catalogFunctions: readonly FunctionRow[] = [...privilegeFunctions, ...defineFunctions([
  ...objectDefinitions,
  ['regclass(text) regclass stable', (text: string, environment: Environment) => readObject('regclass', text, environment)],

  ['current_database() name stable total', (environment: Environment) => environment.database],
  ['current_catalog() name stable total', (environment: Environment) => environment.database],
  ['current_schema() name stable total', (environment: Environment) => currentSchemas(environment, false)[0] ?? null],
  ['current_schemas(bool) _name stable total', (implicit: boolean, environment: Environment) => nameArray(currentSchemas(environment, implicit))],
  ...['current_user', 'session_user', 'user', 'current_role', 'getpgusername'].map((name): Definition =>
    [`${name}() name stable total`, (environment: Environment) => environment.user]),
  ['version() text stable total', (environment: Environment) => `PostgreSQL ${environment.setting('server_version') ?? ''}`.trim()],
  ['pg_backend_pid() int4 stable total', (environment: Environment) => environment.backendPid],
  ['pg_postmaster_start_time() timestamptz stable total', (environment: Environment) => environment.serverStartMicros ?? null],
  ['pg_conf_load_time() timestamptz stable total', (environment: Environment) => environment.serverStartMicros ?? null],
  ['pg_is_in_recovery() bool stable total', () => false],
  ['txid_current() int8 stable total', (environment: Environment) => environment.transactionTimeMicros],
  ['current_setting(text) text stable', (name: string, environment: Environment) => currentSetting(name, false, environment)],
  ['current_setting(text,bool) text stable', currentSetting],
  ['set_config(text,text,bool) text volatile null', setConfig],
  ['pg_advisory_unlock_all() void volatile total', () => ''],
  ['pg_my_temp_schema() oid stable total', () => 0],
  ['pg_is_other_temp_schema(oid) bool stable total', () => false],
  ...neverFound(['inet_server_addr() inet', 'inet_client_addr() inet', 'inet_server_port() int4', 'inet_client_port() int4']),

  ['getdatabaseencoding() name stable total', () => 'UTF8'],
  ['pg_client_encoding() name stable total', (environment: Environment) => environment.setting('client_encoding') ?? 'UTF8'],
  ['pg_encoding_to_char(int4) name stable total', (encoding: number) => encodings[encoding] ?? ''],
  ['pg_char_to_encoding(name) int4 stable total', encodingNumber],
  ['pg_encoding_max_length(int4) int4 total', (encoding: number) => longestCharacters[encoding] ?? null],

  ['format_type(oid,int4) text stable total null', (oid: number | null, typmod: number | null, environment: Environment) =>
    (oid === null ? null : formatType(oid, typmod, environment.catalog))],
  ['pg_typeof(any) regtype stable total null', unbound, { bind: ([argument]) => () => argument!.type.oid }],
  ['pg_get_userbyid(oid) name stable total', (oid: number, environment: Environment) => environment.catalog.roleName(oid) ?? `unknown (OID=${oid})`],
  ['pg_get_expr(pg_node_tree,oid) text stable total', (text: string, _: number, environment: Environment) => environment.catalog.expressionText(text, false)],
  ['pg_get_expr(pg_node_tree,oid,bool) text stable total', (text: string, _: number, pretty: boolean, environment: Environment) => environment.catalog.expressionText(text, pretty)],
  ['pg_get_viewdef(oid) text stable total', (oid: number, environment: Environment) => environment.catalog.viewDefinition(oid) ?? null],
  ['pg_get_viewdef(oid,bool) text stable total', (oid: number, _: boolean, environment: Environment) => environment.catalog.viewDefinition(oid) ?? null],
  ['pg_get_viewdef(oid,int4) text stable total', (oid: number, _: number, environment: Environment) => environment.catalog.viewDefinition(oid) ?? null],
  ['pg_get_viewdef(text) text stable', viewDefinitionByName],
  ['pg_get_viewdef(text,bool) text stable', (text: string, _: boolean, environment: Environment) => viewDefinitionByName(text, environment)],
  ['pg_get_indexdef(oid) text stable total', (oid: number, environment: Environment) => environment.catalog.indexDefinition(oid, 0) ?? null],
  ['pg_get_indexdef(oid,int4,bool) text stable total', (oid: number, column: number, _: boolean, environment: Environment) =>
    environment.catalog.indexDefinition(oid, column) ?? null],
  ['pg_get_constraintdef(oid) text stable total', (oid: number, environment: Environment) => environment.catalog.constraintDefinition(oid, false) ?? null],
  ['pg_get_constraintdef(oid,bool) text stable total', (oid: number, pretty: boolean, environment: Environment) => environment.catalog.constraintDefinition(oid, pretty) ?? null],
  ['pg_get_serial_sequence(text,text) text stable', serialSequence],
  ['pg_get_functiondef(oid) text stable', functionDefinition],
  ['pg_get_function_arguments(oid) text stable total', allArgumentsOf],
  ['pg_get_function_identity_arguments(oid) text stable total', argumentsOf],
  ['pg_get_function_result(oid) text stable total', resultOf],
  ...neverFound([
    'pg_get_function_sqlbody(oid) text', 'pg_get_function_arg_default(oid,int4) text', 'pg_get_triggerdef(oid) text', 'pg_get_triggerdef(oid,bool) text',
    'pg_get_ruledef(oid) text', 'pg_get_ruledef(oid,bool) text', 'pg_get_partkeydef(oid) text', 'pg_get_partition_constraintdef(oid) text',
    'pg_get_statisticsobjdef(oid) text', 'pg_get_statisticsobjdef_columns(oid) text', 'shobj_description(oid,name) text',
  ]),

  ['obj_description(oid,name) text stable total', (oid: number, catalogName: string, environment: Environment) =>
    environment.catalog.comment(oid, classOidsByName[catalogName] ?? 0, 0) ?? null],
  ['obj_description(oid) text stable total', (oid: number, environment: Environment) => {
    for (const classOid of Object.values(classOidsByName)) {
      const found = environment.catalog.comment(oid, classOid, 0);
      if (found !== undefined) return found;
    }
    return null;
  }],
  ['col_description(oid,int4) text stable total', (oid: number, column: number, environment: Environment) =>
    environment.catalog.comment(oid, relationClass, column) ?? null],

  ['pg_table_is_visible(oid) bool stable total', tableIsVisible],
  ['pg_type_is_visible(oid) bool stable total', typeIsVisible],
  ['pg_function_is_visible(oid) bool stable total', (oid: number) => (routinesByOid().has(oid) ? true : null)],
  ...visibilityOf(['operator', 'opclass', 'opfamily', 'collation', 'conversion', 'statistics_obj', 'ts_config', 'ts_dict', 'ts_parser', 'ts_template']),

  ...['pg_relation_size(regclass)', 'pg_table_size(regclass)', 'pg_total_relation_size(regclass)', 'pg_indexes_size(regclass)'].map((signature): Definition =>
    [`${signature} int8 stable total`, sizeOf]),
  ['pg_relation_size(regclass,text) int8 stable', (oid: number, fork: string, environment: Environment) => {
    const size = sizeOf(oid, environment);
    if (size !== null && !['main', 'fsm', 'vm', 'init'].includes(fork)) throw new SqlError('22023', 'invalid fork name', { hint: 'Valid fork names are "main", "fsm", "vm", and "init".' });
    return size;
  }],
  ['pg_database_size(name) int8 stable', (name: string, environment: Environment) => {
    if (name !== environment.database) throw new SqlError('3D000', `database "${name}" does not exist`);
    return 0;
  }],
  ['pg_database_size(oid) int8 stable', (oid: number, environment: Environment) => {
    if (environment.catalog.databaseName(oid) === undefined) throw new SqlError('42704', `database with OID ${oid} does not exist`);
    return 0;
  }],
  ['pg_tablespace_size(oid) int8 stable', (oid: number) => {
    if (!tablespaces.has(oid)) throw new SqlError('42704', `tablespace with OID ${oid} does not exist`);
    return 0;
  }],
  ['pg_tablespace_location(oid) text stable', (oid: number) => {
    if (oid !== 0 && !tablespaces.has(oid)) throw new SqlError('58P01', `could not stat file "pg_tblspc/${oid}": No such file or directory`);
    return '';
  }],
  ['system_user() text stable total', () => null],
  ['pg_basetype(regtype) regtype stable total', (oid: number) => (findType(oid) === undefined ? null : oid)],
  ['pg_size_pretty(int8) text total', prettySize],
  ['pg_relation_is_publishable(regclass) bool stable total', (oid: number, environment: Environment) =>
    (environment.catalog.relationName(oid) === undefined ? null : oid >= FIRST_OF_USERS)],
  ['pg_relation_is_updatable(regclass,bool) int4 stable total', (oid: number, _: boolean, environment: Environment) =>
    (relationExists(oid, environment) && environment.catalog.viewDefinition(oid) === undefined ? 28 : 0)],
  ['pg_relation_filenode(regclass) oid stable total', (oid: number, environment: Environment) => (relationExists(oid, environment) ? oid : null)],
  ...['numscans', 'tuples_returned', 'tuples_fetched', 'tuples_inserted', 'tuples_updated', 'tuples_deleted', 'live_tuples', 'dead_tuples'].map((what): Definition =>
    [`pg_stat_get_${what}(oid) int8 stable total`, () => 0]),
])];
