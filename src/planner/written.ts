import type { ColumnRef, RangeVar } from '@pgsql/types';
import type { RelationCatalogItem, WrittenQuery, WrittenRelation, WrittenSpot } from '../catalog/index.ts';
import { quoteIdentifier } from '../ir/index.ts';
import { namesOf } from './resolve/nodes.ts';
import type { ScopeItem } from './scope/scope.ts';
import { tokenize } from './syntax/index.ts';
import type { Token } from './syntax/index.ts';

/** Collects, while a query is resolved, where its text names relations and what each `*` stands for. */
export class Written {
  readonly #relations = new Map<string, WrittenRelation>();
  readonly #named = new Map<number, { readonly node: RangeVar; readonly relation: WrittenRelation }>();
  readonly #stars = new Map<number, string>();

  relation(node: RangeVar, item: RelationCatalogItem): void {
    if (item.kind === 'system') return;
    const key = `${node.schemaname ?? ''}.${node.relname}`;
    const relation = this.#relations.get(key) ?? {
      oid: item.oid, ...(node.schemaname === undefined ? {} : { schema: node.schemaname }), name: node.relname ?? '', home: item.schema, columns: item.columns.map((column) => column.name),
    };
    this.#relations.set(key, relation);
    this.#named.set(node.location ?? 0, { node, relation });
  }

  star(node: ColumnRef, items: readonly ScopeItem[]): void {
    const list = items.flatMap((item) => item.columns.map((column) => (item.name === null ? '' : `${quoteIdentifier(item.name)}.`) + quoteIdentifier(column.name)));
    // TABLE t has one that is not written.
    if ((node.location ?? 0) >= 0) this.#stars.set(node.location ?? 0, list.join(', '));
  }

  /** What was met, in the query that begins at UTF-16 offset `from` of the statement's text. */
  of(text: string, from: number): Pick<WrittenQuery, 'relations' | 'spots'> {
    const tokens = tokenize(text);
    const relations = [...this.#relations.values()];
    // Locations count bytes.
    const offset = (location: number): number => Buffer.from(text, 'utf8').subarray(0, location).toString('utf8').length;
    const at = (location: number): number => tokens.findIndex((token) => token.start === offset(location));
    const between = (first: number, last: number): { readonly start: number; readonly end: number } => ({ start: tokens[first]!.start - from, end: tokens[last]!.end - from });
    const spots: WrittenSpot[] = [];
    for (const [location, list] of this.#stars) {
      const first = at(location);
      const last = tokens.findIndex((token, index) => index >= first && token.value === '*');
      if (first >= 0 && last >= 0) spots.push({ kind: 'star', ...between(first, last), list });
    }
    for (const [location, { node, relation }] of this.#named) {
      const first = at(location);
      if (first < 0) continue;
      const { alias } = node;
      const table = isWord(tokens, first - 1, 'table');
      spots.push({
        kind: 'relation', ...(table && { table }), ...between(table ? first - 1 : first, lastOfEntry(tokens, first, node)), relation: relations.indexOf(relation),
        ...(alias === undefined ? {} : { alias: { name: alias.aliasname ?? '', columns: relation.columns.map((name, index) => namesOf(alias.colnames)[index] ?? name) } }),
      });
    }
    return { relations, spots: spots.toSorted((a, b) => a.start - b.start) };
  }
}

/** The last token of an entry of FROM that begins with a name: the name's, or its alias's. */
function lastOfEntry(tokens: readonly Token[], first: number, { alias }: RangeVar): number {
  const is = (index: number, value: string): boolean => isWord(tokens, index, value);
  let last = first;
  while (is(last + 1, '.')) last += 2;
  if (is(last + 1, '*')) last++;
  if (alias === undefined) return last;
  if (is(last + 1, 'as')) last++;
  last++;
  if ((alias.colnames ?? []).length === 0) return last;
  while (!is(last, ')')) last++;
  return last;
}

const isWord = (tokens: readonly Token[], index: number, value: string): boolean => tokens[index]?.value === value && tokens[index].kind !== 'quoted';
