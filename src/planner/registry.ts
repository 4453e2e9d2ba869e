/** The functions, operators and casts that planning resolves names against: one place, so that it is plain what the planner takes from the waist. */
import { InvariantError } from '../core/index.ts';
import type { FunctionRow } from '../ir/index.ts';
import { functionById as findFunction } from '../ir/index.ts';

export { constructFunctionsNamed, functionsNamed, aggregatesNamed, tableFunctionById, tableFunctionsNamed, operatorsNamed, castBetween, allOperators, procedureArguments, procedureOids, routinesByOid } from '../ir/index.ts';

/** The function that the registry itself named. */
export function functionById(id: string): FunctionRow {
  const row = findFunction(id);
  if (row === undefined) throw new InvariantError(`no function ${id}`);
  return row;
}
