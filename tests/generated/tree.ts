/**
 * SQL as a tree: text with the places marked where something smaller may stand, which is all that a shrinker needs to know of the grammar.
 * An expression may give way to one of its type inside it, a query to one inside it with the same columns, an optional clause to nothing, a list may lose members.
 */
export type Sql = string | SqlNode;

export interface SqlNode {
  readonly kind: 'text' | 'expression' | 'query' | 'optional' | 'list';
  readonly parts: readonly Sql[];
  /** of an expression its type, of a query the types of its columns: what may stand for one another */
  readonly shape: string;
  /** how an expression's NULL is spelled */
  readonly nothing?: string;
  /** between the members of a list, which keeps at least `least` */
  readonly separator?: string;
  readonly least?: number;
  /** the id of the function, operator's function or aggregate that is called here */
  readonly calls?: string;
  /** of the select list of the whole query, its grouping keys, and aggregates that have an exact value */
  readonly role?: 'outputs' | 'key' | 'exact';
}

/** Template: text with nodes in it. */
export const sql = (texts: TemplateStringsArray, ...values: readonly Sql[]): SqlNode => ({ kind: 'text', shape: '', parts: texts.flatMap((text, index): Sql[] => [text, ...(index < values.length ? [values[index]!] : [])]) });
export const optional = (part: Sql): SqlNode => ({ kind: 'optional', shape: '', parts: [part] });
export const list = (parts: readonly Sql[], separator = ', ', least = 1): SqlNode => ({ kind: 'list', shape: '', parts, separator, least });

export function print(part: Sql): string {
  if (typeof part === 'string') return part;
  return part.parts.map(print).join(part.separator ?? '');
}

/** Every call in the tree, once for each place. */
export function callsIn(part: Sql): string[] {
  if (typeof part === 'string') return [];
  return [...(part.calls === undefined ? [] : [part.calls]), ...part.parts.flatMap(callsIn)];
}

const descendants = (node: SqlNode, kind: SqlNode['kind'], shape: string): SqlNode[] =>
  node.parts.flatMap((part) => (typeof part === 'string' ? [] : part.kind === kind && part.shape === shape ? [part, ...descendants(part, kind, shape)] : descendants(part, kind, shape)));

/** What may stand in this node's own place, smallest first. */
function instead(node: SqlNode): Sql[] {
  switch (node.kind) {
    case 'optional':
      return node.parts[0] === '' ? [] : [{ ...node, parts: [''] }];
    case 'list':
      return node.parts.length <= (node.least ?? 1) ? [] : node.parts.map((_, gone) => ({ ...node, parts: node.parts.filter((__, index) => index !== gone) }));
    case 'expression':
      return [...(node.nothing === undefined || node.parts[0] === node.nothing ? [] : [{ kind: 'expression', shape: node.shape, parts: [node.nothing] } as const]), ...descendants(node, 'expression', node.shape).reverse()];
    case 'query':
      return descendants(node, 'query', node.shape).reverse();
    case 'text':
      return [];
  }
}

/** All trees that are smaller by one step, the largest steps (nearest the root) first. */
export function* smaller(part: Sql): Generator<Sql> {
  if (typeof part === 'string') return;
  yield* instead(part);
  for (const [index, child] of part.parts.entries()) {
    for (const next of smaller(child)) yield { ...part, parts: part.parts.map((old, at) => (at === index ? next : old)) };
  }
}
