import type { ColumnId, Expr } from './typed.ts';

/** Whether the two mean the same, wherever they stand in the text. Of two subqueries the columns have ids of their own, which are paired as they are met. */
export function sameExpr(a: Expr, b: Expr): boolean {
  return new Comparison().same(a, b);
}

type Fields = ReadonlyMap<string, unknown>;

/** Keys under which the typed tree has ids of columns: one, or a list of them. */
const idKeys: ReadonlySet<string> = new Set(['id', 'ids', 'by', 'sets', 'keys', 'valueIds', 'leftIds', 'rightIds', 'ordinality']);

class Comparison {
  /** ids made inside the subqueries of either side; others are the same column or they are not */
  readonly #left = new Set<ColumnId>();
  readonly #right = new Set<ColumnId>();
  readonly #pairs = new Map<ColumnId, ColumnId>();
  readonly #taken = new Set<ColumnId>();

  same(a: unknown, b: unknown, key = ''): boolean {
    if (typeof a === 'number' && typeof b === 'number' && idKeys.has(key)) return this.#sameId(a, b);
    if (Object.is(a, b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (Array.isArray(a) || Array.isArray(b)) return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => this.same(item, b[index], key));
    if (a instanceof Uint8Array || b instanceof Uint8Array) return a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, index) => byte === b[index]);
    if (a instanceof Map || b instanceof Map) return a instanceof Map && b instanceof Map && this.same([...a], [...b]);
    return this.#sameFields(fieldsOf(a), fieldsOf(b));
  }

  #sameFields(left: Fields, right: Fields): boolean {
    if (left.has('query') && right.has('query')) {
      made(left.get('query'), this.#left);
      made(right.get('query'), this.#right);
    }
    if (left.size !== right.size) return false;
    // in a stored relation numbers are places, not ids
    const isLeaf = left.get('op') === 'leaf';
    return [...left].every(([key, value]) => right.has(key) && (isLeaf && key === 'relation' ? new Comparison().same([value], [right.get(key)]) : this.same(value, right.get(key), key)));
  }

  #sameId(a: ColumnId, b: ColumnId): boolean {
    if (!this.#left.has(a) || !this.#right.has(b)) return a === b;
    const known = this.#pairs.get(a);
    if (known !== undefined || this.#taken.has(b)) return known === b;
    this.#pairs.set(a, b);
    this.#taken.add(b);
    return true;
  }
}

const fieldsOf = (value: object): Fields => new Map(Object.entries(value).filter(([key, field]) => key !== 'position' && field !== undefined));

/** The ids that the relations of a query make: those of stored relations and references, of what is computed, grouped, produced. */
function made(value: unknown, into: Set<ColumnId>): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  if (Array.isArray(value)) {
    for (const item of value) made(item, into);
    return;
  }
  const fields = fieldsOf(value);
  const op = fields.get('op');
  if (op === 'leaf' || op === 'reference' || fields.has('produces')) numbers(fields.get('ids'), into);
  if (op === 'values' || op === 'compute' || op === 'setOperation') definitions(fields.get('columns'), into);
  if (op === 'functions') numbers([fields.get('ordinality')], into);
  if (op === 'aggregate') for (const part of [fields.get('by'), fields.get('aggregates'), masksOf(fields.get('grouping'))]) definitions(part, into);
  for (const [key, field] of fields) if (!(op === 'leaf' && key === 'relation')) made(field, into);
}

const masksOf = (grouping: unknown): unknown => (typeof grouping === 'object' && grouping !== null && 'masks' in grouping ? grouping.masks : []);
function numbers(ids: unknown, into: Set<ColumnId>): void {
  for (const id of Array.isArray(ids) ? ids : []) if (typeof id === 'number') into.add(id);
}
function definitions(columns: unknown, into: Set<ColumnId>): void {
  for (const column of Array.isArray(columns) ? columns : []) if (typeof column === 'object' && column !== null && 'id' in column && typeof column.id === 'number') into.add(column.id);
}
