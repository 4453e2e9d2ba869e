import { findTypeByName, InvariantError, SqlError } from '../../core/index.ts';
import type { AggregateRow, CastRow, FunctionRow, OperatorRow, TableFunctionRow, Volatility } from './contract.ts';

/** OID of a type by its `pg_type` name. */
export function typeNamed(name: string): number {
  const found = findTypeByName(name);
  if (found === undefined) throw new InvariantError(`no type named ${name}`);
  return found.oid;
}

interface Signature {
  readonly id: string;
  readonly name: string;
  readonly args: readonly number[];
  readonly result: string;
  readonly words: readonly string[];
}

function readSignature(text: string): Signature {
  const found = /^((\w+)\(([\w,*]*)\)) (\w+)((?: [\w=]+)*)$/.exec(text);
  if (found === null) throw new InvariantError(`not a signature: ${text}`);
  const [, id, name, args, result, words] = found;
  return {
    id: id!, name: name!, result: result!, args: args === '' || args === '*' ? [] : args!.split(',').map(typeNamed),
    words: words!.trim().split(' ').filter((word) => word !== ''),
  };
}

function volatilityOf(words: readonly string[]): Volatility {
  return words.includes('volatile') ? 'volatile' : words.includes('stable') ? 'stable' : 'immutable';
}

const defaultsOf = (words: readonly string[]): number | undefined => {
  const found = words.find((word) => word.startsWith('defaults='));
  return found === undefined ? undefined : Number(found.slice('defaults='.length));
};

/**
 * One line of a family's table. The signature is written as `pg_proc` has it: `name(argtypes) result`, all by `pg_type` names, then words:
 * `stable` or `volatile` (else immutable), `null` (called with nulls; else strict), `variadic`, `defaults=n`, `total` (never raises), `monotone`.
 */
export type Definition = readonly [
  signature: string,
  evaluate: FunctionRow['evaluate'],
  more?: { readonly inline?: FunctionRow['inline']; readonly bind?: FunctionRow['bind']; readonly named?: FunctionRow['named'] },
];

export function defineFunctions(definitions: readonly Definition[]): readonly FunctionRow[] {
  return definitions.map(([text, evaluate, more]) => {
    const { id, name, args, result, words } = readSignature(text);
    const defaults = defaultsOf(words);
    return {
      id, name, args, result: typeNamed(result), strict: !words.includes('null'), volatility: volatilityOf(words), evaluate,
      ...(words.includes('variadic') && { variadic: true }),
      ...(defaults !== undefined && { defaults }),
      ...(more?.inline && { inline: more.inline }),
      ...(more?.bind && { bind: more.bind }),
      ...(more?.named && { named: more.named }),
      ...((words.includes('total') || more?.inline) && { total: true }),
      ...(words.includes('monotone') && { monotone: true }),
    };
  });
}

/** As `Definition`; `columns` are the result's, `name type` each. */
export type TableDefinition = readonly [signature: string, columns: readonly string[], evaluate: TableFunctionRow['evaluate']];

export function defineTableFunctions(definitions: readonly TableDefinition[]): readonly TableFunctionRow[] {
  return definitions.map(([text, columns, evaluate]) => {
    const { id, name, args, words } = readSignature(text);
    const defaults = defaultsOf(words);
    return {
      id, name, args, strict: !words.includes('null'), volatility: volatilityOf(words), evaluate,
      columns: columns.map((column) => {
        const [columnName, type] = column.split(' ');
        return { name: columnName!, type: typeNamed(type!) };
      }),
      ...(words.includes('variadic') && { variadic: true }),
      ...(defaults !== undefined && { defaults }),
      ...(words.includes('total') && { total: true }),
    };
  });
}

export function defineAggregates(signatures: readonly string[]): readonly AggregateRow[] {
  return signatures.map((text) => {
    const { id, name, args, result, words } = readSignature(text);
    return { id, name, args, result: typeNamed(result), ...(id.endsWith('(*)') && { star: true }), ...(words.includes('total') && { total: true }) };
  });
}

/**
 * Operators, one a line as `pg_operator` has them: `name left right result function commutator negator`, `.` where there is none.
 * The function's arguments are the operator's.
 */
export function defineOperators(lines: string): readonly OperatorRow[] {
  return lines.trim().split('\n').map((line) => {
    const [name, left, right, result, procedure, commutator, negator] = line.trim().split(' ') as [string, string, string, string, string, string, string];
    return {
      name, left: left === '.' ? 0 : typeNamed(left), right: typeNamed(right), result: typeNamed(result),
      function: `${procedure}(${left === '.' ? '' : `${left},`}${right})`,
      ...(commutator !== '.' && { commutator }),
      ...(negator !== '.' && { negator }),
    };
  });
}

const contexts: Record<string, CastRow['context']> = { i: 'implicit', a: 'assignment', e: 'explicit' };

/** Casts, one a line as `pg_cast` has them: `source target context function`, context i, a or e. */
export function defineCasts(lines: string): readonly CastRow[] {
  return lines.trim().split('\n').map((line) => {
    const [source, target, context, fn] = line.trim().split(' ') as [string, string, string, string];
    return { source: typeNamed(source), target: typeNamed(target), context: contexts[context]!, function: fn };
  });
}

/** For `evaluate` of a function that is always used through its `bind`. */
export const unbound = (): never => {
  throw new InvariantError('a function with bind was called without');
};

export const divisionByZero = (): SqlError => new SqlError('22012', 'division by zero');
export const invalidParameter = (message: string, detail?: string): SqlError => new SqlError('22023', message, detail === undefined ? {} : { detail });
