import { builtinTypes } from '../core/index.ts';
import type { CatalogItem } from './items.ts';
import type { RelationId } from '../ir/index.ts';

/** OIDs below are Postgres' own and the system's; as in Postgres, users' begin here. */
export const firstUserOid = 16384;

export const userRelationId = (oid: number): RelationId => `u${oid}` as RelationId;
/** the number in a relation's id: its OID, or, of a table that ALTER TABLE has written anew, one given out for that */
const relationNumber = (id: RelationId): number => Number(id.slice(1));
export const systemRelationId = (oid: number): RelationId => `s${oid}` as RelationId;

/** Row types of Postgres' first catalogs, whose array types came later. */
const bootstrapArrayTypes: ReadonlyMap<number, number> = new Map([
  [71, 210], [75, 270], [81, 272], [83, 273], [1248, 10052], [2842, 10057], [2843, 10058], [4066, 10093], [6101, 10112],
]);

/** pg_type has an array type for each row type: but for Postgres' first catalogs, it takes the OID behind it. */
export const arrayTypeOf = (rowType: number): number => bootstrapArrayTypes.get(rowType) ?? rowType + 1;
/** pg_class has an index for each key constraint: it takes the OID behind it. */
export const indexOfKey = (constraint: number): number => constraint + 1;

/** OIDs in the users' range that built-in types have: Materialize's own, which clients know. */
const builtinOids = builtinTypes.flatMap(({ oid }) => (oid >= firstUserOid ? [oid] : []));

/**
 * Hands out the OIDs of one statement's new objects, from a snapshot's `nextOid` on. What it hands out becomes taken when the
 * items are created in the snapshot; an abandoned statement's numbers are used again.
 */
export class OidAllocator {
  #next: number;

  constructor(nextOid: number) {
    this.#next = nextOid;
  }

  /** The first of so many OIDs in a row, none of them a built-in type's. */
  #take(count: number): number {
    for (const oid of builtinOids) if (oid >= this.#next && oid < this.#next + count) this.#next = oid + 1;
    const first = this.#next;
    this.#next += count;
    return first;
  }

  /** of an index, schema, secret, connection, label of an enum, or a constraint that has no index */
  plain(): number {
    return this.#take(1);
  }

  /** of anything with rows: its own, its row type's (and behind that, unspoken, the row type's array) */
  relation(): { readonly oid: number; readonly id: RelationId; readonly rowType: number } {
    const oid = this.#take(3);
    return { oid, id: userRelationId(oid), rowType: oid + 1 };
  }

  /** of a type (and behind it of its array) */
  type(): { readonly oid: number; readonly array: number } {
    const oid = this.#take(2);
    return { oid, array: oid + 1 };
  }

  /** of a key constraint (and behind it, unspoken, of its index) */
  key(): number {
    return this.#take(2);
  }
}

/** The OIDs that an item takes, its own first. */
export function oidsOf(item: CatalogItem): number[] {
  if (item.kind === 'type') return [item.oid, item.array, ...item.labels.map((label) => label.oid)];
  if (item.kind === 'composite type') return [item.oid, item.array, item.relation];
  if (!('rowType' in item)) return [item.oid];
  const keys = item.kind === 'table' ? item.keys.flatMap((key) => [key.oid, indexOfKey(key.oid)]) : [];
  const checks = item.kind === 'table' ? [...item.checks ?? [], ...item.foreignKeys ?? []].map((constraint) => constraint.oid) : [];
  return [item.oid, item.rowType, arrayTypeOf(item.rowType), ...keys, ...checks, relationNumber(item.id)];
}
