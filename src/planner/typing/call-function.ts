import { Oid, findType, findTypeByName, notSupported, sqlType } from '../../core/index.ts';
import type { AggregateRow, FunctionRow, TableFunctionRow } from '../../ir/index.ts';
import type { Planning } from '../planning.ts';
import { aggregatesNamed, constructFunctionsNamed, functionsNamed, procedureArguments, procedureOids, routinesByOid, tableFunctionsNamed } from '../registry.ts';
import type { Expr } from '../resolve/typed.ts';
import { startOf } from '../resolve/walk.ts';
import { chooseCandidate } from './candidates.ts';
import type { Candidate } from './candidates.ts';
import { canCoerce, pathway, settleUnknown, tryCoerce } from './coerce.ts';
import { isArrayType, isPolymorphic, typeList, typeText } from './format-type.ts';
import { bindPolymorphic, requireArrayType } from './polymorphic.ts';
import type { PolymorphicBinding } from './polymorphic.ts';

/** What a function name with these arguments turned out to be; the arguments are converted to what it takes. */
export type ResolvedCall =
  | { readonly kind: 'function'; readonly row: FunctionRow; readonly args: readonly Expr[]; readonly result: number }
  | { readonly kind: 'aggregate'; readonly row: AggregateRow; readonly args: readonly Expr[]; readonly result: number }
  | { readonly kind: 'table'; readonly row: TableFunctionRow; readonly args: readonly Expr[]; readonly columns: readonly { readonly name: string; readonly type: number }[] }
  /** `float8(x)`: a cast written as a call */
  | { readonly kind: 'cast'; readonly target: number };

type Row =
  | { readonly kind: 'function'; readonly row: FunctionRow }
  | { readonly kind: 'aggregate'; readonly row: AggregateRow }
  | { readonly kind: 'table'; readonly row: TableFunctionRow };

interface Variant {
  readonly of: Row;
  /** the number of arguments gathered into the VARIADIC array; null where they are passed one by one */
  readonly gathered: number | null;
}

export interface CallSite {
  readonly schema: string | undefined;
  readonly name: string;
  /** `VARIADIC array` was written */
  readonly variadic: boolean;
  readonly star: boolean;
  readonly position: number | undefined;
  /** it is not a call that was written, but what a construct of the grammar is made of */
  readonly construct?: true;
}

/** Chooses the function, aggregate or table function that a call means (manual, "Type Conversion: Functions"). */
export function resolveCall(planning: Planning, site: CallSite, args: readonly Expr[]): ResolvedCall {
  const variants = inCatalog(planning, site) ? variantsOf(site, args.length) : [];
  const types = args.map((arg) => arg.type.oid);
  const exact = variants.find(({ args: wanted, row }) => row.gathered === null && wanted.every((type, index) => type === types[index]));
  if (exact !== undefined) return finish(planning, site, exact, args);
  if (args.length === 1 && !site.star) {
    const target = castTarget(site, types[0]!);
    if (target !== undefined) return { kind: 'cast', target };
  }
  const fitting = variants.filter(({ args: wanted }) => !wanted.some(isPolymorphic) || bindPolymorphic(wanted, args) !== undefined);
  const direct = fitting.filter(({ row }) => row.gathered === null);
  let choice = chooseCandidate(direct, types);
  if (choice.kind === 'none') choice = chooseCandidate(fitting, types);
  if (choice.kind === 'one') return finish(planning, site, choice.candidate, args);
  throw choice.kind === 'none' ? missing(planning, site, args) : ambiguous(planning, site, args);
}

/** Whether the schema that is written, if one is, has functions at all: only the system's own do. 3F000 where there is no such schema. */
function inCatalog(planning: Planning, { schema, position }: CallSite): boolean {
  if (schema === undefined) return true;
  if (planning.context.catalog.schema(schema) === undefined) throw planning.error('3F000', `schema "${schema}" does not exist`, position);
  return /^(pg_|mz_|information_schema$)/.test(schema);
}

/** The function that a call of this name would be, had it no arguments to choose by: is it an aggregate? */
export const isAggregateName = (name: string): boolean => aggregatesNamed(name).length > 0;

/** Whether anything that can be called has this name. */
export const isFunctionName = (name: string): boolean => functionsNamed(name).length + aggregatesNamed(name).length + tableFunctionsNamed(name).length > 0;

function variantsOf(site: CallSite, count: number): readonly Candidate<Variant>[] {
  const all: readonly Row[] = site.construct === true ? constructFunctionsNamed(site.name).map((row) => ({ kind: 'function' as const, row })) : [
    ...functionsNamed(site.name).map((row) => ({ kind: 'function' as const, row })),
    ...aggregatesNamed(site.name).map((row) => ({ kind: 'aggregate' as const, row })),
    ...tableFunctionsNamed(site.name).map((row) => ({ kind: 'table' as const, row })),
  ];
  return all.flatMap((of): Candidate<Variant>[] => {
    const declared = of.row.args;
    if (of.kind === 'aggregate') {
      if ((of.row.star === true) !== (site.star && declared.length === 0) || declared.length !== count) return [];
      return [{ args: declared, row: { of, gathered: null } }];
    }
    const required = declared.length - (of.row.defaults ?? 0);
    const found: Candidate<Variant>[] = [];
    if (site.variadic && of.row.variadic !== true) return [];
    if (count <= declared.length && count >= required && (of.row.variadic !== true || site.variadic)) found.push({ args: declared.slice(0, count), row: { of, gathered: null } });
    if (of.row.variadic === true && !site.variadic && count >= declared.length) {
      const fixed = declared.slice(0, -1);
      const element = elementOfVariadic(declared.at(-1)!);
      const gathered = count - fixed.length;
      found.push({ args: [...fixed, ...Array.from({ length: gathered }, () => element)], row: { of, gathered } });
    }
    return found;
  });
}

/** What each of the gathered arguments is declared as. */
function elementOfVariadic(array: number): number {
  if (array === Oid.anyarray) return Oid.anyelement;
  if (array === Oid.anycompatiblearray) return Oid.anycompatible;
  return array === Oid.any ? Oid.any : findType(array)!.element;
}

function castTarget(site: CallSite, source: number): number | undefined {
  if (site.schema !== undefined && site.schema !== 'pg_catalog') return undefined;
  const target = findTypeByName(site.name);
  if (target === undefined || target.kind !== 'b') return undefined;
  if (source === Oid.unknown) return target.oid;
  const path = pathway(source, target.oid, 'explicit');
  return path.kind === 'relabel' || path.kind === 'inout' ? target.oid : undefined;
}

function finish(planning: Planning, site: CallSite, { args: declared, row: { of, gathered } }: Candidate<Variant>, args: readonly Expr[]): ResolvedCall {
  const binding = bindPolymorphic(declared, args);
  if (binding === undefined) throw missing(planning, site, args);
  if (declared.some(isPolymorphic) && args.length > 0 && declared.every((type, index) => !isPolymorphic(type) || args[index]!.type.oid === Oid.unknown) && needsElement(declared, of)) {
    throw planning.error('42804', 'could not determine polymorphic type because input has type unknown', undefined);
  }
  const converted = declared.map((type, index) => toDeclared(planning, args[index]!, type, binding));
  if (site.variadic && of.row.args.at(-1) === Oid.any) converted.push(spread(planning, converted.pop()!));
  const passed = gathered === null ? converted : gather(planning, converted, gathered, of.row.args.at(-1)!, binding, site.position);
  switch (of.kind) {
    case 'function':
      return { kind: 'function', row: of.row, args: passed, result: resultOf(planning, of.row.result, binding) };
    case 'aggregate':
      return { kind: 'aggregate', row: of.row, args: passed, result: resultOf(planning, of.row.result, binding) };
    case 'table':
      return { kind: 'table', row: of.row, args: passed, columns: of.row.columns.map((column) => ({ name: column.name, type: binding.concrete(column.type) })) };
  }
}

/** An array of an array type's values is of no type. */
function resultOf(planning: Planning, declared: number, binding: PolymorphicBinding): number {
  const result = binding.concrete(declared);
  if (result === 0 && isPolymorphic(declared)) return requireArrayType(planning, binding.concrete(declared === Oid.anyarray ? Oid.anyelement : Oid.anycompatible), undefined);
  return result;
}

/** The array behind VARIADIC, where the function takes its elements of whatever type: see `spreading` in src/ir. */
function spread(planning: Planning, array: Expr): Expr {
  if (!isArrayType(array.type.oid)) throw planning.error('42804', 'VARIADIC argument must be an array', startOf(array));
  return { op: 'relabel', arg: array, type: sqlType(Oid.anyarray), position: array.position };
}

/** anyarray and friends cannot be text for want of better; anyelement's callers expect an error too. */
const needsElement = (declared: readonly number[], of: Row): boolean => of.kind !== 'aggregate' && declared.some((type) => type === Oid.anyarray || type === Oid.anyelement || type === Oid.anynonarray);

function toDeclared(planning: Planning, arg: Expr, declared: number, binding: PolymorphicBinding): Expr {
  if (declared === Oid.any) return settleUnknown(planning, arg);
  const concrete = binding.concrete(declared);
  // a vector stands where anyarray does, as the array type it is
  if (isPolymorphic(declared) && arg.type.oid !== Oid.unknown && pathway(arg.type.oid, concrete, 'implicit').kind === 'none') return arg;
  return tryCoerce(planning, arg, sqlType(concrete), 'implicit') ?? arg;
}

function gather(planning: Planning, args: readonly Expr[], count: number, declared: number, binding: PolymorphicBinding, position: number | undefined): readonly Expr[] {
  const rest = args.slice(args.length - count);
  // VARIADIC "any": each argument keeps its type, and the function is bound to them one by one
  if (declared === Oid.any) return args;
  const array = declared === Oid.anyarray || declared === Oid.anycompatiblearray ? binding.concrete(declared) : declared;
  return [...args.slice(0, args.length - count), { op: 'array', elements: rest, nested: false, type: sqlType(array === 0 ? requireArrayType(planning, rest[0]!.type.oid, position) : array), position }];
}

function missing(planning: Planning, site: CallSite, args: readonly Expr[]): Error {
  const types = args.map((arg) => arg.type.oid);
  if (isOnlyInPostgres(site, types)) return notSupported(`function ${site.name}(${typeList(args.map((arg) => arg.type))})`, 'docs/functions.md lists what there is.', site.position);
  const name = site.schema === undefined ? site.name : `${site.schema}.${site.name}`;
  return planning.error('42883', `function ${name}(${typeList(args.map((arg) => arg.type))}) does not exist`, site.position, {
    hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
  });
}

/** Postgres has a function that this call could mean, and we do not. */
function isOnlyInPostgres(site: CallSite, types: readonly number[]): boolean {
  if (site.schema !== undefined && site.schema !== 'pg_catalog') return false;
  const known = procedureOids(site.name);
  if (known.length > 0 && functionsNamed(site.name).length + aggregatesNamed(site.name).length + tableFunctionsNamed(site.name).length === 0) return true;
  return known.filter((oid) => routinesByOid().get(oid) === undefined).some((oid) => {
    const wanted = procedureArguments(oid);
    return wanted.length === types.length && wanted.every((type, index) => (findType(type) === undefined ? types[index] === Oid.unknown : canCoerce(types[index]!, type, 'implicit')));
  });
}

function ambiguous(planning: Planning, site: CallSite, args: readonly Expr[]): Error {
  const name = site.schema === undefined ? site.name : `${site.schema}.${site.name}`;
  return planning.error('42725', `function ${name}(${args.map((arg) => typeText(arg.type.oid)).join(', ')}) is not unique`, site.position, {
    hint: 'Could not choose a best candidate function. You might need to add explicit type casts.',
  });
}
