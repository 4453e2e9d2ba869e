import type { SQLValueFunction } from '@pgsql/types';
import { InvariantError, Oid, notSupported, sqlType } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { functionsNamed } from '../registry.ts';
import type { CallSite } from '../typing/call-function.ts';
import { coerce } from '../typing/coerce.ts';
import type { Level } from './level.ts';
import type { Expr } from './typed.ts';

const clocks = new Map<string, number>([
  ['now', Oid.timestamptz], ['transaction_timestamp', Oid.timestamptz], ['mz_now', Oid.mzTimestamp], ['mz_logical_timestamp', Oid.numeric],
]);

/** The functions whose value is the time of the tick; undefined for any other. */
export function clockFunction(site: CallSite, argumentCount: number): Expr | undefined {
  const type = argumentCount === 0 && !site.star ? clocks.get(site.name) : undefined;
  return type === undefined ? undefined : { op: 'currentTime', type: sqlType(type), position: site.position };
}

/** `age(x)` is `age(CURRENT_DATE, x)`: the current time is in it, and a view knows. Undefined for any other function. */
export function ageUntilToday({ planning }: Level, site: CallSite, id: string, args: readonly Expr[]): Expr | undefined {
  const type = id === 'age(timestamp)' ? Oid.timestamp : id === 'age(timestamptz)' ? Oid.timestamptz : undefined;
  if (type === undefined) return undefined;
  const now: Expr = { op: 'currentTime', type: sqlType(Oid.timestamptz), position: site.position };
  const today = coerce(planning, coerce(planning, now, sqlType(Oid.date), 'explicit', site.position), sqlType(type), 'explicit', site.position);
  const name = type === Oid.timestamp ? 'timestamp' : 'timestamptz';
  return { op: 'call', function: `age(${name},${name})`, args: [today, ...args], type: sqlType(Oid.interval), position: site.position };
}

/** CURRENT_TIMESTAMP, CURRENT_USER and the other functions without parentheses. */
export function resolveValueFunction(level: Level, node: SQLValueFunction): Expr {
  const { planning } = level;
  const position = planning.at(node.location);
  const now: Expr = { op: 'currentTime', type: sqlType(Oid.timestamptz), position };
  const typmod = node.typmod ?? 0;
  switch (node.op) {
    case 'SVFOP_CURRENT_TIMESTAMP':
      return now;
    case 'SVFOP_CURRENT_TIMESTAMP_N':
      return coerce(planning, now, sqlType(Oid.timestamptz, typmod), 'explicit', position);
    case 'SVFOP_CURRENT_DATE':
      return coerce(planning, now, sqlType(Oid.date), 'explicit', position);
    case 'SVFOP_LOCALTIMESTAMP':
      return coerce(planning, now, sqlType(Oid.timestamp), 'explicit', position);
    case 'SVFOP_LOCALTIMESTAMP_N':
      return coerce(planning, now, sqlType(Oid.timestamp, typmod), 'explicit', position);
    case 'SVFOP_CURRENT_TIME':
    case 'SVFOP_CURRENT_TIME_N':
      return coerce(planning, now, sqlType(Oid.timetz, node.op === 'SVFOP_CURRENT_TIME' ? -1 : typmod), 'explicit', position);
    case 'SVFOP_LOCALTIME':
    case 'SVFOP_LOCALTIME_N':
      return coerce(planning, now, sqlType(Oid.time, node.op === 'SVFOP_LOCALTIME' ? -1 : typmod), 'explicit', position);
    case 'SVFOP_CURRENT_USER':
    case 'SVFOP_CURRENT_ROLE':
    case 'SVFOP_USER':
      return niladic(planning, 'current_user', position);
    case 'SVFOP_SESSION_USER':
      return niladic(planning, 'session_user', position);
    case 'SVFOP_CURRENT_CATALOG':
      return niladic(planning, 'current_database', position);
    case 'SVFOP_CURRENT_SCHEMA':
      return niladic(planning, 'current_schema', position);
    default:
      throw notSupported(`the function ${node.op}`, 'Use now().', position);
  }
}

function niladic(planning: Planning, name: string, position: number | undefined): Expr {
  const row = functionsNamed(name).find((candidate) => candidate.args.length === 0);
  if (row === undefined) throw new InvariantError(`no function ${name}() among the functions (planning ${planning.context.mode})`);
  return { op: 'call', function: row.id, args: [], type: sqlType(row.result), position };
}
