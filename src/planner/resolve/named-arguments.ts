import type { NamedArgExpr, Node } from '@pgsql/types';
import { sqlType } from '../../core/index.ts';
import type { FunctionRow } from '../../ir/index.ts';
import { functionsNamed } from '../registry.ts';
import type { CallSite } from '../typing/call-function.ts';
import { typeText } from '../typing/format-type.ts';
import { required, resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import { locationOf } from './nodes.ts';
import type { Expr } from './typed.ts';

interface NamedArgument {
  readonly name: string | undefined;
  readonly value: Expr;
}

/**
 * The arguments of a call by position. `f(1, c => 3)` is brought to the order of the function's declaration, the defaults of what is left out before `c` put in
 * (manual, "Using Named Notation").
 */
export function positionalArguments(level: Level, site: CallSite, nodes: readonly Node[]): readonly Expr[] {
  if (!nodes.some((node) => 'NamedArgExpr' in node)) return nodes.map((node) => resolveExpression(level, node));
  const args = nodes.map((node): NamedArgument =>
    'NamedArgExpr' in node ? { name: node.NamedArgExpr.name, value: resolveExpression(level, required(node.NamedArgExpr.arg)) } : { name: undefined, value: resolveExpression(level, node) });
  checkNotation(level, nodes);
  for (const row of functionsNamed(site.name)) {
    const ordered = inOrderOf(row, args);
    if (ordered !== undefined) return ordered;
  }
  const list = args.map(({ name, value }) => (name === undefined ? '' : `${name} => `) + typeText(value.type.oid)).join(', ');
  const path = site.schema === undefined ? site.name : `${site.schema}.${site.name}`;
  throw level.planning.error('42883', `function ${path}(${list}) does not exist`, site.position, {
    hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
  });
}

function checkNotation({ planning }: Level, nodes: readonly Node[]): void {
  const seen = new Set<string | undefined>();
  for (const node of nodes) {
    const named: NamedArgExpr | undefined = 'NamedArgExpr' in node ? node.NamedArgExpr : undefined;
    if (named === undefined && seen.size > 0) throw planning.error('42601', 'positional argument cannot follow named argument', planning.at(locationOf(node)));
    if (named === undefined) continue;
    if (seen.has(named.name)) throw planning.error('42601', `argument name "${named.name}" used more than once`, planning.at(named.location));
    seen.add(named.name);
  }
}

function inOrderOf({ named, args: types }: FunctionRow, given: readonly NamedArgument[]): readonly Expr[] | undefined {
  if (named === undefined) return undefined;
  const places = given.map(({ name }, index) => (name === undefined ? index : named.names.indexOf(name)));
  const last = Math.max(...places);
  if (places.includes(-1) || last >= types.length || new Set(places).size < places.length) return undefined;
  const firstDefault = types.length - named.defaults.length;
  if (types.some((_, place) => place < firstDefault && !places.includes(place))) return undefined;
  return types.slice(0, last + 1).map((type, place) => {
    const found = places.indexOf(place);
    return found >= 0 ? given[found]!.value : { op: 'literal', value: named.defaults[place - firstDefault]!, type: sqlType(type) };
  });
}
