import { defaultTextSettings, SqlError } from '../../core/index.ts';
import type { TextSettings } from '../../core/index.ts';
import type { SettingState } from '../../catalog/index.ts';

interface Definition {
  readonly name: string;
  readonly default: string;
  readonly type: SettingState['type'];
  /** internal ones can be shown, not set */
  readonly context: 'internal' | 'user';
  readonly description: string;
  readonly choices?: readonly string[];
  readonly unit?: string;
  /** sent to the client when it changes */
  readonly reported?: boolean;
  /** the only value that is accepted: another would change what a statement means, and we do not have it */
  readonly only?: readonly string[];
}

const internal = (name: string, value: string, type: SettingState['type'], description: string, reported = false): Definition =>
  ({ name, default: value, type, context: 'internal', description, reported });
const user = (name: string, value: string, type: SettingState['type'], description: string, more: Partial<Definition> = {}): Definition =>
  ({ name, default: value, type, context: 'user', description, ...more });

/** The run-time parameters there are. Those clients set by habit and that change nothing here (planner hints, styles of escapes) are accepted for what they say. */
const definitions: readonly Definition[] = [
  user('application_name', '', 'string', 'Name of the application, as statistics show it.', { reported: true }),
  user('bytea_output', 'hex', 'enum', 'Output format of bytea.', { choices: ['escape', 'hex'] }),
  user('client_encoding', 'UTF8', 'string', "The client's character set encoding.", { reported: true, only: ['utf8', 'utf-8', 'unicode', "'utf-8'", 'sql_ascii'] }),
  user('client_min_messages', 'notice', 'enum', 'Least severity of the messages sent to the client.', { choices: ['debug5', 'debug4', 'debug3', 'debug2', 'debug1', 'log', 'notice', 'warning', 'error'] }),
  user('cluster', 'default', 'string', 'There is one cluster, the program itself.', { only: ['default', 'quickstart'] }),
  user('DateStyle', 'ISO, MDY', 'string', 'Display format of dates and times, and the order of ambiguous input.', { reported: true }),
  user('default_table_access_method', 'heap', 'string', 'Access method of new tables.', { only: ['heap'] }),
  user('default_transaction_deferrable', 'off', 'bool', 'Deferrable status of new transactions.'),
  user('default_transaction_isolation', 'serializable', 'enum', 'Isolation level of new transactions; every level is served as serializable.', { choices: ['serializable', 'repeatable read', 'read committed', 'read uncommitted'] }),
  user('default_transaction_read_only', 'off', 'bool', 'Read-only status of new transactions.', { reported: true }),
  user('enable_seqscan', 'on', 'bool', 'A hint to a planner of another kind.'),
  user('escape_string_warning', 'on', 'bool', 'Warn about backslash escapes in ordinary strings.'),
  user('extra_float_digits', '1', 'integer', 'Digits of floating-point output.'),
  user('idle_in_transaction_session_timeout', '0', 'integer', 'Idle time allowed in a transaction.', { unit: 'ms', only: ['0'] }),
  user('idle_session_timeout', '0', 'integer', 'Idle time allowed.', { unit: 'ms', only: ['0'] }),
  internal('in_hot_standby', 'off', 'bool', 'Whether hot standby is active.', true),
  internal('integer_datetimes', 'on', 'bool', 'Datetimes are integers.', true),
  user('IntervalStyle', 'postgres', 'enum', 'Display format of intervals.', { reported: true, choices: ['postgres', 'postgres_verbose', 'sql_standard', 'iso_8601'] }),
  internal('is_superuser', 'on', 'bool', 'Whether the user is a superuser.', true),
  user('jit', 'off', 'bool', 'A hint to an executor of another kind.'),
  internal('lc_collate', 'C', 'string', 'Collation order.'),
  internal('lc_ctype', 'C', 'string', 'Character classification.'),
  user('lc_messages', 'C', 'string', 'Language of messages.'),
  user('lc_monetary', 'C', 'string', 'Format of money.'),
  user('lc_numeric', 'C', 'string', 'Format of numbers.'),
  user('lc_time', 'C', 'string', 'Format of dates.'),
  user('lock_timeout', '0', 'integer', 'Time a statement may wait for the lock on rows; 0 is no limit.', { unit: 'ms' }),
  internal('max_connections', '1000', 'integer', 'Concurrent connections.'),
  internal('max_identifier_length', '63', 'integer', 'Longest identifier.'),
  internal('max_index_keys', '32', 'integer', 'Columns of an index.'),
  user('password_encryption', 'scram-sha-256', 'enum', 'How passwords are stored.', { choices: ['scram-sha-256'] }),
  user('query_memory_limit', '1024', 'integer', 'Memory that one query may hold.', { unit: 'MB' }),
  user('quote_all_identifiers', 'off', 'bool', 'Quote all identifiers in definitions.'),
  user('restrict_nonsystem_relation_kind', '', 'string', 'Kinds of relations not to be read.'),
  user('row_security', 'on', 'bool', 'Row security, of which there is none.'),
  user('search_path', '"$user", public', 'string', 'Schemas that names are looked up in.'),
  internal('server_encoding', 'UTF8', 'string', "The server's character set encoding.", true),
  internal('server_version', '15.0 (millrace 0.1.0)', 'string', 'The version of Postgres whose catalog this is, and our own.', true),
  internal('server_version_num', '150000', 'integer', 'The same as a number.'),
  internal('session_authorization', 'materialize', 'string', 'The user of the session.', true),
  user('standard_conforming_strings', 'on', 'bool', 'Backslashes in ordinary strings are themselves.', { reported: true, only: ['on'] }),
  user('statement_timeout', '0', 'integer', 'Time a statement may take; 0 is no limit.', { unit: 'ms' }),
  user('synchronize_seqscans', 'on', 'bool', 'A hint to a storage of another kind.'),
  user('TimeZone', 'UTC', 'string', 'Time zone of the session.', { reported: true }),
  user('transaction_deferrable', 'off', 'bool', 'Deferrable status of the transaction.'),
  user('transaction_isolation', 'serializable', 'enum', 'Isolation level of the transaction.', { choices: ['serializable', 'repeatable read', 'read committed', 'read uncommitted', 'strict serializable'] }),
  user('transaction_read_only', 'off', 'bool', 'Read-only status of the transaction.'),
  user('auto_route_catalog_queries', 'on', 'bool', 'Catalog queries are always answered from the catalog.'),
  user('work_mem', '4096', 'integer', 'A hint to an executor of another kind.', { unit: 'kB' }),
  user('xmloption', 'content', 'enum', 'How XML is read, if it were.', { choices: ['content', 'document'] }),
];

const byName = new Map(definitions.map((definition) => [definition.name.toLowerCase(), definition]));

/** A parameter's name as it is shown, however it was written. */
export const settingName = (name: string): string => byName.get(name.toLowerCase())?.name ?? name;

const truths = ['on', 'true', 'yes', '1', 't', 'y'];
const lies = ['off', 'false', 'no', '0', 'f', 'n'];

const invalid = (definition: Definition, value: string, hint?: string): SqlError =>
  new SqlError('22023', `invalid value for parameter "${definition.name}": "${value}"`, hint === undefined ? {} : { hint });

const millisecondsPer: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

const validUnits = {
  time: 'Valid units for this parameter are "us", "ms", "s", "min", "h", and "d".', memory: 'Valid units for this parameter are "B", "kB", "MB", "GB", and "TB".',
} as const;
const kilobytesPer: Readonly<Record<string, number>> = { B: 1 / 1024, kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 };

/** How many of a parameter's own units a written unit is; undefined where it is none of its kind. */
function unitsPer(definition: Definition, unit: string | undefined): number | undefined {
  if (unit === undefined) return 1;
  if (definition.unit === 'ms') return millisecondsPer[unit];
  const kilobytes = kilobytesPer[unit];
  return definition.unit === undefined || kilobytes === undefined ? undefined : kilobytes / kilobytesPer[definition.unit]!;
}

/** The value as it is kept and shown. Throws 22023 where it is none of the parameter's. */
function normalise(definition: Definition, value: string, isTimeZone: (name: string) => boolean): string {
  if (definition.only !== undefined && !definition.only.includes(value.toLowerCase())) {
    throw definition.name === 'client_encoding'
      ? new SqlError('0A000', `client encoding "${value}" is not supported`, { hint: 'Use UTF8.' })
      : new SqlError('0A000', `setting ${definition.name} to "${value}" is not supported`, { hint: `The value served is "${definition.default}".` });
  }
  if (definition.name === 'client_encoding') return 'UTF8';
  switch (definition.type) {
    case 'bool': {
      const lower = value.toLowerCase();
      if (truths.includes(lower)) return 'on';
      if (lies.includes(lower)) return 'off';
      throw new SqlError('22023', `parameter "${definition.name}" requires a Boolean value`);
    }
    case 'integer': {
      const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d|B|kB|MB|GB|TB)?\s*$/.exec(value);
      const units = match === null ? undefined : unitsPer(definition, match[2]);
      if (match === null || units === undefined) throw invalid(definition, value, definition.unit === undefined ? undefined : validUnits[definition.unit === 'ms' ? 'time' : 'memory']);
      const number = Math.round(Number(match[1]) * units);
      if (definition.name === 'extra_float_digits' && (number < -15 || number > 3)) {
        throw new SqlError('22023', `${number} is outside the valid range for parameter "extra_float_digits" (-15 .. 3)`);
      }
      if (number < 0 && definition.name !== 'extra_float_digits') throw new SqlError('22023', `${number} is outside the valid range for parameter "${definition.name}" (0 .. 2147483647)`);
      return String(number);
    }
    case 'enum': {
      const lower = value.toLowerCase();
      if (!definition.choices!.includes(lower)) throw invalid(definition, value, `Available values: ${definition.choices!.join(', ')}.`);
      return lower;
    }
    default:
      if (definition.name === 'DateStyle') return dateStyle(definition, value);
      if (definition.name === 'TimeZone' && !isTimeZone(value)) throw invalid(definition, value);
      return value;
  }
}

function dateStyle(definition: Definition, value: string, current = 'ISO, MDY'): string {
  let [style, order] = current.split(', ') as [string, string];
  for (const part of value.split(',').map((word) => word.trim().toLowerCase())) {
    if (part === 'iso') style = 'ISO';
    else if (part === 'sql') style = 'SQL';
    else if (part === 'postgres') style = 'Postgres';
    else if (part === 'german') {
      style = 'German';
      order = 'DMY';
    } else if (['mdy', 'us', 'noneuro', 'noneuropean'].includes(part)) order = 'MDY';
    else if (['dmy', 'euro', 'european'].includes(part)) order = 'DMY';
    else if (part === 'ymd') order = 'YMD';
    else throw invalid(definition, value);
  }
  return `${style}, ${order}`;
}

/** Settings of a transaction at one moment. */
export interface SettingsMark {
  readonly values: ReadonlyMap<string, string>;
  /** set with LOCAL so far, and what they go back to */
  readonly local: ReadonlyMap<string, string | undefined>;
}

/** A session's run-time parameters: what was set, what a transaction will take back, and what it starts from. */
export class Settings {
  readonly #initial = new Map<string, string>();
  #values = new Map<string, string>();
  /** before the transaction, and before SET LOCAL in it */
  #saved: { readonly atBegin: Map<string, string>; local: Map<string, string | undefined> } | undefined;
  readonly #onReport: (name: string, value: string) => void;
  readonly #isTimeZone: (name: string) => boolean;
  /** what was made of the values since the last change: every query asks */
  #read: { all?: ReadonlyMap<string, string>; text?: TextSettings; searchPath?: readonly string[] } = {};

  constructor(start: ReadonlyMap<string, string>, onReport: (name: string, value: string) => void, isTimeZone: (name: string) => boolean) {
    this.#onReport = () => {};
    this.#isTimeZone = isTimeZone;
    for (const [name, value] of start) {
      const definition = byName.get(name.toLowerCase());
      // A start-up parameter nobody knows is an error in Postgres too.
      if (definition === undefined) throw unknown(name);
      if (definition.context === 'internal') this.#initial.set(definition.name, value);
      else this.#initial.set(definition.name, normalise(definition, value, isTimeZone));
    }
    this.#values = new Map(this.#initial);
    this.#onReport = onReport;
  }

  /** The value shown for a parameter; undefined when there is none of that name. */
  get(name: string): string | undefined {
    const lower = name.toLowerCase();
    const definition = byName.get(lower);
    if (definition === undefined) return this.#values.get(lower);
    return this.#values.get(definition.name) ?? definition.default;
  }
  /** As SHOW shows it: times with their unit. */
  show(name: string): { readonly name: string; readonly value: string } {
    const definition = byName.get(name.toLowerCase());
    const value = this.get(name);
    if (value === undefined) throw unknown(name);
    return { name: definition?.name ?? name, value: definition?.unit === 'ms' && value !== '0' ? shortest(Number(value)) : definition?.unit === 'kB' && value !== '0' && Number(value) % 1024 === 0 ? `${Number(value) / 1024}MB` : value };
  }

  /** Sets a parameter (null: back to what the session started with). `local`: until the transaction ends. */
  set(name: string, value: string | null, local: boolean): void {
    const definition = byName.get(name.toLowerCase());
    if (definition === undefined) {
      // A name with a dot is an extension's own, and takes any value.
      if (!name.includes('.')) throw unknown(name);
      this.#change(name.toLowerCase(), value ?? undefined, local);
      return;
    }
    if (definition.context === 'internal' && definition.name !== 'session_authorization') throw new SqlError('55P02', `parameter "${definition.name}" cannot be changed`);
    if (value === null) {
      this.#change(definition.name, this.#initial.get(definition.name), local);
      return;
    }
    const normal = definition.name === 'DateStyle' ? dateStyle(definition, value, this.get('DateStyle')) : normalise(definition, value, this.#isTimeZone);
    this.#change(definition.name, normal, local);
  }

  #change(name: string, value: string | undefined, local: boolean): void {
    this.#read = {};
    if (local && this.#saved !== undefined && !this.#saved.local.has(name)) this.#saved.local.set(name, this.#values.get(name));
    if (!local) this.#saved?.local.delete(name);
    const before = this.get(name);
    if (value === undefined) this.#values.delete(name);
    else this.#values.set(name, value);
    this.#report(name, before);
  }
  #report(name: string, before: string | undefined): void {
    const after = this.get(name);
    if (after !== before && byName.get(name.toLowerCase())?.reported === true) this.#onReport(name, after!);
  }

  resetAll(): void {
    for (const definition of definitions) if (definition.context === 'user') this.#change(definition.name, this.#initial.get(definition.name), false);
  }
  begin(): void {
    this.#saved = { atBegin: new Map(this.#values), local: new Map() };
  }
  /** How settings stand now, to be brought back by `restore` within the same transaction. */
  mark(): SettingsMark {
    return { values: new Map(this.#values), local: new Map(this.#saved?.local) };
  }
  restore({ values, local }: SettingsMark): void {
    if (this.#saved !== undefined) this.#saved.local = new Map(local);
    this.#bringBack(values);
  }
  commit(): void {
    const saved = this.#saved;
    this.#saved = undefined;
    for (const [name, value] of saved?.local ?? []) this.#change(name, value, false);
  }
  rollback(): void {
    const saved = this.#saved;
    this.#saved = undefined;
    if (saved !== undefined) this.#bringBack(saved.atBegin);
  }
  #bringBack(values: ReadonlyMap<string, string>): void {
    this.#read = {};
    const names = new Set([...this.#values.keys(), ...values.keys()]);
    for (const name of names) {
      const before = this.get(name);
      const value = values.get(name);
      if (value === undefined) this.#values.delete(name);
      else this.#values.set(name, value);
      this.#report(name, before);
    }
  }

  get reported(): Map<string, string> {
    return new Map(definitions.filter((definition) => definition.reported === true).map((definition) => [definition.name, this.get(definition.name)!]));
  }
  /** Every parameter as current_setting shows it. */
  get all(): ReadonlyMap<string, string> {
    return (this.#read.all ??= new Map([...definitions.map((definition) => [definition.name.toLowerCase(), this.show(definition.name).value] as const), ...[...this.#values].filter(([name]) => name.includes('.'))]));
  }
  states(): SettingState[] {
    return definitions.map((definition) => ({
      name: definition.name, setting: this.get(definition.name)!, category: 'Settings', description: definition.description, context: definition.context, type: definition.type,
      source: this.#values.has(definition.name) ? 'session' : 'default', bootValue: definition.default, resetValue: this.#initial.get(definition.name) ?? definition.default,
      ...(definition.unit === undefined ? {} : { unit: definition.unit }), ...(definition.choices === undefined ? {} : { choices: definition.choices }),
    }));
  }

  /** How values are written. */
  get text(): TextSettings {
    return (this.#read.text ??= this.#text());
  }
  #text(): TextSettings {
    const [style, order] = this.get('DateStyle')!.split(', ');
    return {
      ...defaultTextSettings,
      timeZone: this.get('TimeZone')!,
      dateStyle: style as TextSettings['dateStyle'],
      dateOrder: order as TextSettings['dateOrder'],
      intervalStyle: this.get('IntervalStyle') as TextSettings['intervalStyle'],
      extraFloatDigits: Number(this.get('extra_float_digits')),
      byteaOutput: this.get('bytea_output') as TextSettings['byteaOutput'],
    };
  }
  /** The schemas named by search_path, `"$user"` left out: there is no schema of that name. */
  get searchPath(): readonly string[] {
    return (this.#read.searchPath ??= splitIdentifiers(this.get('search_path')!).filter((name) => name !== '$user'));
  }
}

const unknown = (name: string): SqlError => new SqlError('42704', `unrecognized configuration parameter "${name}"`);

function shortest(ms: number): string {
  for (const [unit, size] of [['d', 86_400_000], ['h', 3_600_000], ['min', 60_000], ['s', 1000]] as const) if (ms % size === 0) return `${ms / size}${unit}`;
  return `${ms}ms`;
}

/** `a, "B c"` to the names meant: unquoted ones in lower case. */
export function splitIdentifiers(list: string): string[] {
  const names: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,\s"]+))\s*(?:,|$)/gy;
  while (pattern.lastIndex < list.length) {
    const match = pattern.exec(list);
    if (match === null) throw new SqlError('22023', `invalid value for parameter "search_path": "${list}"`, { detail: 'List syntax is invalid.' });
    names.push(match[1] !== undefined ? match[1].replaceAll('""', '"') : match[2]!.toLowerCase());
  }
  return names;
}
