import { notSupported, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { Environment, SequenceAccess, FunctionRow } from './contract.ts';
import { defineFunctions } from './define.ts';

/** Sequences live where sessions do. A query that reads rows runs elsewhere, and only what is computed last of it comes back: see `splitSequences`. */
function sequencesOf(environment: Environment): SequenceAccess {
  if (environment.sequences === undefined) {
    throw notSupported('a sequence function below the select list of a query over user relations', 'Call it in the select list of the outermost query, or in a DEFAULT.');
  }
  return environment.sequences;
}

function setValue(oid: number, value: number | bigint, called: boolean | Environment, environment?: Environment): Datum {
  const scene = environment ?? (called as Environment);
  return sequencesOf(scene).set(oid, BigInt(value), environment === undefined ? true : called === true);
}

function lastValue(environment: Environment): Datum {
  const last = sequencesOf(environment).last();
  if (last === undefined) throw new SqlError('55000', 'lastval is not yet defined in this session');
  return last;
}

/** Manual: "Sequence Manipulation Functions". */
export const sequenceFunctions: readonly FunctionRow[] = defineFunctions([
  ['nextval(regclass) int8 volatile', (oid: number, environment: Environment) => sequencesOf(environment).next(oid)],
  ['currval(regclass) int8 volatile', (oid: number, environment: Environment) => sequencesOf(environment).current(oid)],
  ['lastval() int8 volatile', lastValue],
  ['setval(regclass,int8) int8 volatile', setValue],
  ['setval(regclass,int8,bool) int8 volatile', setValue],
  ['pg_sequence_last_value(regclass) int8 stable', (oid: number, environment: Environment) => sequencesOf(environment).stored(oid)],
]);

const names: ReadonlySet<string> = new Set(sequenceFunctions.map((row) => row.id));
/** Whether a function asks for or moves a sequence. */
export const isSequenceFunction = (id: string): boolean => names.has(id);
