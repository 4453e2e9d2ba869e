import type { DefElem, Node, TransactionStmt, VariableSetStmt, VariableShowStmt } from '@pgsql/types';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import { quoteIdentifier } from '../../ir/index.ts';
import type { Plan } from '../plan.ts';
import type { Scene } from './context.ts';
import type { Outcome } from './names.ts';

/** Settings that hold a list of names; SET joins its arguments, quoting what needs it (Postgres' GUC_LIST_QUOTE), or as they are (GUC_LIST_INPUT). */
const quotedLists = new Set(['search_path', 'session_preload_libraries', 'temp_tablespaces', 'local_preload_libraries', 'shared_preload_libraries']);
const plainLists = new Set(['datestyle', 'log_destination', 'listen_addresses', 'wal_consistency_checking', 'synchronous_standby_names', 'createrole_self_grant', 'restrict_nonsystem_relation_kind']);

export function planSet(statement: VariableSetStmt, scene: Scene): Outcome {
  const local = statement.is_local === true;
  switch (statement.kind) {
    case 'VAR_RESET_ALL': return { plan: { kind: 'resetAll' } };
    case 'VAR_SET_MULTI': return { plan: planSetTransaction(statement, scene) };
    case 'VAR_SET_CURRENT': throw notSupported('SET ... FROM CURRENT', 'Give the value.');
    case 'VAR_SET_VALUE': case undefined: {
      const name = knownSetting(statement.name ?? '', scene);
      return { plan: { kind: 'set', name, value: settingValue(name, statement.args ?? []), local, tag: 'SET' } };
    }
    case 'VAR_SET_DEFAULT': case 'VAR_RESET':
      return { plan: { kind: 'set', name: knownSetting(statement.name ?? '', scene), value: null, local, tag: statement.kind === 'VAR_RESET' ? 'RESET' : 'SET' } };
    default: throw new InvariantError(`SET of kind ${statement.kind}`);
  }
}

/** A name with a dot is a setting of the user's own, as in Postgres; any other must be known. */
function knownSetting(name: string, scene: Scene): string {
  if (!name.includes('.') && scene.environment.setting(name) === undefined) throw unknownSetting(name);
  return name;
}

const unknownSetting = (name: string): SqlError => new SqlError('42704', `unrecognized configuration parameter "${name}"`);

function settingValue(name: string, args: readonly Node[]): string {
  const lower = name.toLowerCase();
  if (args.length > 1 && !quotedLists.has(lower) && !plainLists.has(lower)) throw new SqlError('22023', `SET ${name} takes only one argument`);
  return args.map((arg) => (quotedLists.has(lower) ? quoteName(argumentText(arg, name)) : argumentText(arg, name))).join(', ');
}

const quoteName = (text: string): string => (text === '' ? '""' : quoteIdentifier(text));

function argumentText(arg: Node, name: string): string {
  if ('TypeCast' in arg && arg.TypeCast.arg !== undefined) return intervalZone(argumentText(arg.TypeCast.arg, name));
  if (!('A_Const' in arg)) throw new InvariantError(`${Object.keys(arg).join()} as the value of ${name}`);
  const constant = arg.A_Const;
  if ('ival' in constant && constant.ival !== undefined) return String(constant.ival.ival ?? 0);
  if ('fval' in constant && constant.fval !== undefined) return constant.fval.fval ?? '0';
  if ('sval' in constant && constant.sval !== undefined) return constant.sval.sval ?? '';
  if ('boolval' in constant && constant.boolval !== undefined) return constant.boolval.boolval === true ? 'true' : 'false';
  throw new SqlError('22023', `invalid value for parameter "${name}"`);
}

/** SET TIME ZONE INTERVAL '+02:00': the offset east of UTC, which a POSIX zone counts west. */
function intervalZone(text: string): string {
  const parts = /^\s*([+-]?)(\d{1,2})(?::(\d{2}))?\s*$/.exec(text);
  if (!parts) throw new SqlError('22023', `invalid value for parameter "TimeZone": "${text}"`);
  const [, sign, hours, minutes = '00'] = parts;
  const east = sign !== '-';
  const offset = `${hours!.padStart(2, '0')}:${minutes}`;
  return `<${east ? '+' : '-'}${offset}>${east ? '-' : '+'}${offset}`;
}

type SetPlan = Extract<Plan, { kind: 'set' }>;

/** SET TRANSACTION ..., SET SESSION CHARACTERISTICS AS TRANSACTION ... */
function planSetTransaction(statement: VariableSetStmt, scene: Scene): Plan {
  if (statement.name === 'TRANSACTION SNAPSHOT') throw notSupported('SET TRANSACTION SNAPSHOT', 'A transaction reads the time of its first query.');
  const session = statement.name === 'SESSION CHARACTERISTICS';
  const modes = (statement.args ?? []).flatMap((arg) => ('DefElem' in arg ? [arg.DefElem] : []));
  const settings = modes.map((mode) => {
    const name = knownSetting(`${session ? 'default_' : ''}${mode.defname}`, scene);
    return { name, value: modeValue(mode) };
  });
  const [first, ...also] = settings;
  if (first === undefined) return { kind: 'noop', tag: 'SET' };
  const plan: SetPlan = { kind: 'set', ...first, local: !session, tag: 'SET' };
  return also.length === 0 ? plan : { ...plan, also };
}

function modeValue(mode: DefElem): string {
  const arg = mode.arg;
  if (mode.defname === 'transaction_isolation') return arg === undefined ? '' : argumentText(arg, 'transaction_isolation');
  return isTrue(arg) ? 'on' : 'off';
}

const isTrue = (arg: Node | undefined): boolean =>
  arg !== undefined && 'A_Const' in arg && 'ival' in arg.A_Const && (arg.A_Const.ival?.ival ?? 0) !== 0;

export function planShowSetting(statement: VariableShowStmt, scene: Scene): Outcome {
  const name = statement.name ?? '';
  if (name !== 'all' && scene.environment.setting(name) === undefined) throw unknownSetting(name);
  return { plan: { kind: 'show', name } };
}

/**
 * BEGIN and its kin. Accepted without effect: the isolation level (every transaction reads one time, which is at least what any level asks for)
 * and [NOT] DEFERRABLE (reads never wait for writes).
 */
export function planTransaction(statement: TransactionStmt): Outcome {
  const name = statement.savepoint_name ?? '';
  const chain = statement.chain === true;
  switch (statement.kind) {
    case undefined: case 'TRANS_STMT_BEGIN': case 'TRANS_STMT_START':
      return { plan: { kind: 'begin', readOnly: isReadOnly(statement.options ?? []), tag: statement.kind === 'TRANS_STMT_START' ? 'START TRANSACTION' : 'BEGIN' } };
    case 'TRANS_STMT_COMMIT': return { plan: { kind: 'commit', chain } };
    case 'TRANS_STMT_ROLLBACK': return { plan: { kind: 'rollback', chain } };
    case 'TRANS_STMT_SAVEPOINT': return { plan: { kind: 'savepoint', name } };
    case 'TRANS_STMT_RELEASE': return { plan: { kind: 'release', name } };
    case 'TRANS_STMT_ROLLBACK_TO': return { plan: { kind: 'rollbackTo', name } };
    case 'TRANS_STMT_PREPARE': case 'TRANS_STMT_COMMIT_PREPARED': case 'TRANS_STMT_ROLLBACK_PREPARED':
      throw notSupported('two-phase commit', 'Use BEGIN and COMMIT.');
  }
}

const isReadOnly = (options: readonly Node[]): boolean =>
  options.some((option) => 'DefElem' in option && option.DefElem.defname === 'transaction_read_only' && isTrue(option.DefElem.arg));
