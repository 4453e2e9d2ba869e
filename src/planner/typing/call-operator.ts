import { Oid, findType, sqlType } from '../../core/index.ts';
import type { OperatorRow } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { functionById, operatorsNamed } from '../registry.ts';
import type { Expr } from '../resolve/typed.ts';
import { chooseCandidate } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { tryCoerce } from './coerce.ts';
import { isArrayType, isPolymorphic, typeText } from './format-type.ts';
import { bindPolymorphic } from './polymorphic.ts';

/** An operator and what it is applied to, converted. */
export interface ResolvedOperator {
  readonly row: OperatorRow;
  readonly args: readonly Expr[];
  readonly result: number;
}

/** `left name right`, or `name right` where `left` is null, as a call. */
export function applyOperator(planning: Planning, name: string, left: Expr | null, right: Expr, position: number | undefined, schema?: string): Expr {
  const { row, args, result } = resolveOperator(planning, name, left, right, position, schema);
  return { op: 'call', function: row.function, args, type: sqlType(result), position };
}

/** Chooses the operator that `name` means between these operands (manual, "Type Conversion: Operators"). */
export function resolveOperator(planning: Planning, name: string, left: Expr | null, right: Expr, position: number | undefined, schema?: string): ResolvedOperator {
  const operands = left === null ? [right] : [left, right];
  const types = operands.map((operand) => operand.type.oid);
  // Every number may become an mz_timestamp; beside a date that would give a meaning to what has none.
  const ofTicks = types.includes(Oid.mzTimestamp);
  const candidates = operatorsNamed(name)
    .filter((row) => (row.left === 0) === (left === null) && (ofTicks || row.right !== Oid.mzTimestamp))
    .map((row): Candidate<OperatorRow> => ({ row, args: left === null ? [row.right] : [row.left, row.right] }));
  const exact = exactMatch(candidates, types);
  if (exact !== undefined) return finish(planning, exact, operands);
  const fitting = candidates.filter(({ args }) => !args.some(isPolymorphic) || bindPolymorphic(args, operands) !== undefined);
  const choice = chooseCandidate(fitting, types);
  if (choice.kind === 'one') return finish(planning, choice.candidate, operands);
  const written = schema === undefined ? name : `${schema}.${name}`;
  const text = left === null ? `${written} ${typeText(types[0]!)}` : `${typeText(types[0]!)} ${written} ${typeText(types[1]!)}`;
  throw choice.kind === 'none'
    ? planning.error('42883', `operator does not exist: ${text}`, position, { hint: `No operator matches the given name and argument type${left === null ? '' : 's'}. You might need to add ${left === null ? 'an explicit type cast' : 'explicit type casts'}.` })
    : planning.error('42725', `operator is not unique: ${text}`, position, { hint: 'Could not choose a best candidate operator. You might need to add explicit type casts.' });
}

/** An unknown operand is first taken to be of the other's type. */
function exactMatch(candidates: readonly Candidate<OperatorRow>[], types: readonly number[]): Candidate<OperatorRow> | undefined {
  const [first, second] = types;
  const assumed = types.length === 2 && first === Oid.unknown && second !== Oid.unknown ? [second!, second!]
    : types.length === 2 && second === Oid.unknown && first !== Oid.unknown ? [first!, first!] : types;
  if (assumed.includes(Oid.unknown)) return undefined;
  return candidates.find(({ args }) => args.every((type, index) => type === assumed[index]))
    ?? (assumed.every((type) => findType(type)?.oid === Oid.varchar) ? candidates.find(({ args }) => args.every((type) => type === Oid.text)) : undefined);
}

function finish(planning: Planning, { row, args: declared }: Candidate<OperatorRow>, operands: readonly Expr[]): ResolvedOperator {
  const binding = bindPolymorphic(declared, operands);
  const args = operands.map((operand, index) => {
    const wanted = binding?.concrete(declared[index]!) ?? declared[index]!;
    return tryCoerce(planning, operand, sqlType(wanted), 'implicit') ?? operand;
  });
  return { row, args, result: binding?.concrete(row.result) ?? row.result };
}

/** `left operator ANY/ALL (array)`. */
export function applyToElements(planning: Planning, quantifier: 'any' | 'all', name: string, left: Expr, array: Expr, position: number | undefined, schema?: string): Expr {
  const isUnknown = array.type.oid === Oid.unknown;
  const element = isUnknown ? Oid.unknown : isArrayType(array.type.oid) || array.type.oid === Oid.int2vector || array.type.oid === Oid.oidvector ? findType(array.type.oid)!.element : 0;
  if (element === 0) throw planning.error('42809', 'op ANY/ALL (array) requires array on right side', position);
  const stand: Expr = isUnknown ? { op: 'literal', value: null, type: sqlType(Oid.unknown) } : { op: 'column', id: -1, type: sqlType(element) };
  const { row, args } = resolveOperator(planning, name, left, stand, position, schema);
  if (row.result !== Oid.bool) throw planning.error('42809', 'op ANY/ALL (array) requires operator to yield boolean', position);
  const wanted = args[1]!.type.oid;
  const arrayType = findType(wanted)?.array ?? 0;
  const converted = wanted === element ? array : tryCoerce(planning, array, sqlType(arrayType), 'implicit') ?? array;
  return { op: quantifier === 'any' ? 'anyOf' : 'allOf', function: row.function, left: args[0]!, array: converted, type: sqlType(Oid.bool), position };
}

/** Whether `id` is the function of an equality operator. */
export const isEquality = (id: string): boolean => equalities().has(id);

let known: Set<string> | undefined;
function equalities(): Set<string> {
  known ??= new Set(operatorsNamed('=').map((row) => row.function));
  return known;
}

/** Whether a call of `id` is NULL whenever an argument is. */
export const isStrict = (id: string): boolean => functionById(id).strict;
