import { codecOf, defaultTextSettings, findType, InvariantError, isMultirangeType, isRangeType, Oid, rangeElement, SqlError, typeInfo } from '../../src/core/index.ts';
import type { Datum } from '../../src/core/index.ts';
import { evaluatorOf } from '../../src/ir/index.ts';
import type { Environment, FunctionRow, Scalar, TableFunctionRow } from '../../src/ir/index.ts';
import { anySamples, samples } from './samples.ts';
import type { Judge } from '../support/judge.ts';

/** A value with its type, and the SQL that spells it. */
export interface Argument {
  readonly oid: number;
  readonly value: Datum;
  readonly sql: string;
}

const unasked = (): never => {
  throw new InvariantError('not asked in these tests');
};
export const environment: Environment = {
  settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, clockMicros: () => 0, random: () => 0.5, user: 'postgres', database: 'postgres', searchPath: ['public'], backendPid: 1,
  setting: unasked, setSetting: unasked,
  catalog: {
    relationByName: unasked, relationName: unasked, schemaByName: unasked, schemaName: unasked, roleName: unasked, roleByName: unasked, databaseName: unasked,
    viewDefinition: unasked, indexDefinition: unasked, constraintDefinition: unasked, expressionText: unasked, sequenceOf: unasked, comment: unasked, columnName: unasked, columnByName: unasked, typeByName: unasked, typeItem: unasked, typeSchema: unasked,
  },
};

export function argument(type: string, text: string): Argument {
  const oid = findType(namedOid(type))!.oid;
  return { oid, value: codecOf(oid).parse(text, defaultTextSettings, -1), sql: `'${text.replaceAll("'", "''")}'::pg_catalog."${typeInfo(oid).name}"` };
}

const oids = new Map<string, number>();
function namedOid(name: string): number {
  if (oids.size === 0) for (let oid = 1; oid < 17000; oid++) if (findType(oid)) oids.set(findType(oid)!.name, oid);
  const found = oids.get(name);
  if (found === undefined) throw new InvariantError(`no type ${name}`);
  return found;
}

const nullOf = (oid: number): Argument => ({ oid, value: null, sql: `null::pg_catalog."${typeInfo(oid).name}"` });

const polymorphic: ReadonlySet<string> = new Set(['any', 'anyelement', 'anynonarray']);

/** A row of int4, text and numeric, each as written or null. */
function recordOf(...fields: readonly (string | null)[]): Argument {
  const types = ['int4', 'text', 'numeric'];
  const parts = fields.map((text, index) => (text === null ? nullOf(namedOid(types[index]!)) : argument(types[index]!, text)));
  return { oid: Oid.record, value: { kind: 'record', types: parts.map(({ oid: type }) => type), fields: parts.map(({ value }) => value) }, sql: `row(${parts.map(({ sql }) => sql).join(', ')})` };
}

function argumentsOfType(oid: number): readonly Argument[] | undefined {
  const type = typeInfo(oid).name;
  if (type === 'record') return [recordOf('1', 'a', '1.0'), recordOf('1', 'a', '1.00'), recordOf('1', 'b', '1'), recordOf('2', null, '1'), recordOf(null, 'a', null), recordOf('-1', '', 'NaN')];
  if (type === 'anynonarray') return anySamples.filter(([name]) => !name.startsWith('_')).map(([name, text]) => argument(name, text));
  if (polymorphic.has(type)) return anySamples.map(([name, text]) => argument(name, text));
  if (type === 'anyarray') return [argument('_int4', '{{1,2},{3,NULL}}'), argument('_text', '{}'), argument('_text', '{a,"b c"}')];
  const texts = samples[type];
  return texts === undefined || texts.length === 0 ? undefined : [...texts.map((text) => argument(type, text)), nullOf(oid)];
}

/** What the polymorphic types stand for together, in the calls of functions over ranges. */
const instances: readonly Readonly<Record<string, string>>[] = [
  { anyrange: 'int4range', anymultirange: 'int4multirange', anyelement: 'int4' },
  { anyrange: 'numrange', anymultirange: 'nummultirange', anyelement: 'numeric' },
  { anyrange: 'tsrange', anymultirange: 'tsmultirange', anyelement: 'timestamp' },
];
const overRanges = (row: FunctionRow | TableFunctionRow): boolean => row.args.some((oid) => oid === Oid.anyrange || oid === Oid.anymultirange);

/** Argument lists for a function: all combinations where they are few, otherwise a spread of `most` of them. Undefined: a type without samples. */
export function callsOf(row: FunctionRow | TableFunctionRow, most: number): readonly (readonly Argument[])[] | undefined {
  if (!overRanges(row)) return combinations(row.args, most);
  return instances.flatMap((instance) => combinations(row.args.map((oid) => namedOid(instance[typeInfo(oid).name] ?? typeInfo(oid).name)), most) ?? []);
}

function combinations(types: readonly number[], most: number): readonly (readonly Argument[])[] | undefined {
  const lists = types.map(argumentsOfType);
  if (lists.some((list) => list === undefined)) return undefined;
  const known = lists as readonly (readonly Argument[])[];
  const total = known.reduce((product, list) => product * list.length, 1);
  const step = total <= most ? 1 : total / most;
  const calls: Argument[][] = [];
  for (let i = 0; i < total; i += step) {
    // A fractional step walks through all residues of every list; the seventh part keeps lists of one length out of step.
    let rest = Math.floor(i);
    calls.push(known.map((list) => {
      const at = rest % list.length;
      rest = Math.floor(rest / list.length);
      return list[at]!;
    }));
  }
  return calls;
}

const literals = (call: readonly Argument[]): readonly Scalar[] => call.map(({ oid, value }) => ({ op: 'literal', value, type: { oid, typmod: -1 } }));

const complaint = (error: unknown): string => {
  if (error instanceof SqlError) return `${error.code}: ${error.message}`;
  throw error;
};

/** The type that a polymorphic result has in this call. */
function concrete(declared: number, call: readonly Argument[], result: Datum): number {
  if (typeof result === 'object' && result !== null && ('kind' in result) && (result.kind === 'range' || result.kind === 'multirange')) return result.type;
  const ranged = call.find(({ oid }) => isRangeType(oid) || isMultirangeType(oid));
  return declared !== Oid.anyelement ? declared : ranged === undefined ? call[0]!.oid : rangeElement(ranged.oid);
}

/** What we make of a call, as the judge's `attempt` words it. */
export function answer(row: FunctionRow, call: readonly Argument[]): string | null {
  try {
    if (row.strict && call.some((argument) => argument.value === null)) return null;
    const result = evaluatorOf(row, literals(call))(...call.map((argument) => argument.value), environment);
    return result === null ? null : `= ${codecOf(concrete(row.result, call, result)).print(result, environment.settings)}`;
  } catch (error) {
    return complaint(error);
  }
}

export function tableAnswer(row: TableFunctionRow, call: readonly Argument[]): string {
  try {
    if (row.strict && call.some((argument) => argument.value === null)) return '= ';
    const rows = Array.from(row.evaluate(...call.map((argument) => argument.value), environment));
    return `= ${rows.map((cells) => cells.map((cell, i) => (cell === null ? 'null' : `<${codecOf(concrete(row.columns[i]!.type, call, cell)).print(cell, environment.settings)}>`)).join(',')).join(';')}`;
  } catch (error) {
    return complaint(error);
  }
}

export const sqlOf = (row: FunctionRow | TableFunctionRow, call: readonly Argument[]): string =>
  `pg_catalog."${row.name}"(${call.map(({ sql }, i) => (row.variadic && i === call.length - 1 && row.args[i] !== 2276 ? `variadic ${sql}` : sql)).join(', ')})`;

/** Lets the judge evaluate expressions one by one: `= text form`, null, or `SQLSTATE: message`. */
export async function prepareJudge(judge: Judge): Promise<void> {
  await judge.query(`
    set time zone 'UTC';
    create function attempt(expression text) returns text language plpgsql as $$
    declare missing boolean; printed text;
    begin
      execute 'select x is null and x is not distinct from null, format(''%s'', x) from (select ' || expression || ' as x) s' into missing, printed;
      return case when missing then null else '= ' || printed end;
    exception when others then return sqlstate || ': ' || sqlerrm;
    end $$;
    create function attempt_rows(expression text, columns text) returns text language plpgsql as $$
    declare printed text;
    begin
      execute 'select coalesce(string_agg(concat_ws('','', ' || columns || '), '';''), '''') from ' || expression into printed;
      return '= ' || printed;
    exception when others then return sqlstate || ': ' || sqlerrm;
    end $$`);
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

export async function judged(judge: Judge, expressions: readonly string[]): Promise<readonly (string | null)[]> {
  const { rows } = await judge.query(`set standard_conforming_strings = on; select attempt(e) from unnest(array[${expressions.map(literal).join(',\n')}]::text[]) with ordinality u(e, n) order by n`);
  return rows.map(([cell]) => cell ?? null);
}

export async function judgedRows(judge: Judge, calls: readonly { readonly sql: string; readonly columns: readonly string[] }[]): Promise<readonly (string | null)[]> {
  const { rows } = await judge.query(`select attempt_rows(e, c) from (values ${calls.map(({ sql, columns }, i) =>
    `(${i}, ${literal(`${sql} as t(${columns.map((_, c) => `c${c}`).join()})`)}, ${literal(columns.map((_, c) => `coalesce('<' || t.c${c}::text || '>', 'null')`).join(', '))})`).join(',\n')}) v(n, e, c) order by n`);
  return rows.map(([cell]) => cell ?? null);
}
