import type { Node } from '@pgsql/types';
import { InvariantError } from '../../core/index.ts';

/** The text of a String node. */
export function stringOf(node: Node | undefined): string {
  if (node !== undefined && 'String' in node) return node.String.sval ?? '';
  throw new InvariantError('a name that is not a string node');
}

/** The parts of a dotted name. */
export const namesOf = (nodes: readonly Node[] | undefined): readonly string[] => (nodes ?? []).map(stringOf);

export const isStar = (node: Node | undefined): boolean => node !== undefined && 'A_Star' in node;

/** The items of a List node, or the node alone. */
export const listOf = (node: Node | undefined): readonly Node[] => (node === undefined ? [] : 'List' in node ? node.List.items ?? [] : [node]);

/** The kind of a node: the name of its only property. */
export const kindOf = (node: Node): string => Object.keys(node)[0] ?? 'an empty node';

/** Parse nodes carry `location` in their body where they have one. */
export function locationOf(node: Node): number | undefined {
  const body: unknown = Object.values(node)[0];
  if (typeof body !== 'object' || body === null) return -1;
  if ('TypeCast' in node) {
    const inner = node.TypeCast.arg === undefined ? -1 : locationOf(node.TypeCast.arg) ?? 0;
    const own = node.TypeCast.location ?? 0;
    return own < 0 ? inner : inner < 0 ? own : Math.min(own, inner);
  }
  if ('A_Expr' in node) {
    const inner = node.A_Expr.lexpr === undefined ? -1 : locationOf(node.A_Expr.lexpr) ?? 0;
    const own = node.A_Expr.location ?? 0;
    return inner < 0 ? own : Math.min(own, inner);
  }
  if ('A_Indirection' in node) return node.A_Indirection.arg === undefined ? -1 : locationOf(node.A_Indirection.arg);
  if ('List' in node) return node.List.items?.[0] === undefined ? -1 : locationOf(node.List.items[0]);
  if ('SelectStmt' in node) return -1;
  return 'location' in body ? Number(body.location) : undefined;
}
