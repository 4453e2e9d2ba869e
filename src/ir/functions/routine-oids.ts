import type { AggregateRow, FunctionRow, TableFunctionRow } from './contract.ts';
import { allAggregates, allFunctions, allTableFunctions } from './index.ts';
import { procedureOid } from './proc-oids.ts';

export type Routine =
  | { readonly kind: 'function'; readonly oid: number; readonly row: FunctionRow }
  | { readonly kind: 'table function'; readonly oid: number; readonly row: TableFunctionRow }
  | { readonly kind: 'aggregate'; readonly oid: number; readonly row: AggregateRow };

/** Routines that Postgres does not have get OIDs from here on, in the order of the tables: they may change from one version to the next. */
const firstOwnOid = 15200;

let known: ReadonlyMap<number, Routine> | undefined;

/** Every function, table function and aggregate by its OID, which is Postgres' where Postgres has the routine. Made when first asked for. */
export function routinesByOid(): ReadonlyMap<number, Routine> {
  if (known !== undefined) return known;
  const found = new Map<number, Routine>();
  let next = firstOwnOid;
  const take = (name: string, args: readonly number[]): number => {
    const fixed = procedureOid(name, args);
    return fixed === undefined || found.has(fixed) ? next++ : fixed;
  };
  const add = (routine: Routine): void => void found.set(routine.oid, routine);
  for (const row of allFunctions) add({ kind: 'function', oid: take(row.name, row.args), row });
  for (const row of allTableFunctions) add({ kind: 'table function', oid: take(row.name, row.args), row });
  for (const row of allAggregates) add({ kind: 'aggregate', oid: take(row.name, row.args), row });
  known = found;
  return found;
}
