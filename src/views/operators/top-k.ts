import { codecOf, Oid, rowLayout } from '../../core/index.ts';
import type { Datum, RowLayout } from '../../core/index.ts';
import type { SortKey } from '../../ir/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import type { Context } from '../scalar/runtime.ts';
import { Arrangement } from '../state/arrangement.ts';
import { OrderedMultiset } from '../state/ordered-multiset.ts';
import type { Slab } from '../state/slab.ts';
import type { SymbolRoot } from '../state/symbol-sweep.ts';
import { exactOrder } from './accumulators.ts';
import { LOOK_ROWS, Stream } from './operator.ts';
import type { Expired, Sink, Stateful } from './operator.ts';

export interface TopKPlan {
  readonly by: readonly number[];
  readonly order: readonly SortKey[];
  readonly offset: number;
  /** 'net': as many rows as the weights of the group add up to, which makes it the threshold of rows that are equal without having the same bytes */
  readonly limit: number | 'net' | null;
  readonly withTies: boolean;
}

/** Orders rows of an arrangement by handle: by the sort keys, then by the bytes of all columns, so that the order is total and peers may still differ (1.0 and 1.00). */
export function rowOrder(layout: RowLayout, order: readonly SortKey[], read: (handle: number, column: number) => Datum): { readonly total: (a: number, b: number) => number; readonly peers: (a: number, b: number) => number } {
  const all = layout.types.map((_, column): SortKey => ({ column, descending: false, nullsFirst: false }));
  const compile = (keys: readonly SortKey[], orderOf: (oid: number) => (a: Datum, b: Datum) => number): ((a: number, b: number) => number) => {
    const compares = keys.map((key) => orderOf(layout.types[key.column]!.oid));
    return (a, b) => {
      for (let i = 0; i < keys.length; i++) {
        const { column, descending, nullsFirst } = keys[i]!;
        const x = read(a, column);
        const y = read(b, column);
        if (x === null || y === null) {
          if (x === y) continue;
          return (x === null) === nullsFirst ? -1 : 1;
        }
        const result = compares[i]!(x, y);
        if (result !== 0) return descending ? -result : result;
      }
      return 0;
    };
  };
  const peers = compile(order, (oid) => (a, b) => codecOf(oid).compare(a, b));
  const others = compile(all, exactOrder);
  return { peers, total: (a, b) => peers(a, b) || others(a, b) };
}

/** Types whose words, read as numbers, lie in the order of their values. */
const ranked: ReadonlySet<number> = new Set([Oid.bool, Oid.int2, Oid.int4, Oid.int8, Oid.float4, Oid.float8, Oid.date, Oid.timestamp, Oid.timestamptz]);

/** Rows of the slab as numbers in the order of the first sort key; undefined where its type has none. An int8 is rounded to a double, which changes no order. */
export function rankOf(slab: Slab, key: SortKey | undefined): ((handle: number) => number) | undefined {
  if (key === undefined || !ranked.has(slab.layout.types[key.column]!.oid)) return undefined;
  const { column, descending, nullsFirst } = key;
  const at = slab.layout.offsets[column]!;
  const storage = slab.layout.storages[column]!;
  const mask = 1 + (column >> 5);
  const bit = 1 << (column & 31);
  const sign = descending ? -1 : 1;
  return (handle) => {
    const { I, F, stride } = slab;
    const b = handle * stride;
    if ((I[b + mask]! & bit) !== 0) return nullsFirst ? -Infinity : Infinity;
    const value = storage === 'double' ? F[(b + at) >> 1]! : storage === 'long' ? I[b + at + 1]! * 4294967296 + (I[b + at]! >>> 0) : I[b + at]!;
    // NaN is equal to itself and above all others.
    return value === value ? sign * value : sign * Infinity;
  };
}

interface Group {
  readonly rows: OrderedMultiset<number>;
  /** of all its rows together */
  weight: number;
  /** the window as it was shown: handle -> copies */
  shown: Map<number, number>;
}

/**
 * In each group the rows [offset, offset + limit) in order. For a group touched in a tick: Δout = window after - window before.
 * State: all rows, each once, and a sorted list of handles a group; the windows shown. A touched group costs its window, not its size.
 */
export class TopK extends Stream implements Sink, Stateful {
  readonly #plan: TopKPlan;
  readonly #arrangement: Arrangement;
  readonly #groups = new Map<string, Group>();
  readonly #touched = new Map<string, Group>();
  readonly #order: { readonly total: (a: number, b: number) => number; readonly peers: (a: number, b: number) => number };
  readonly #rank: ((handle: number) => number) | undefined;
  readonly #context: Context;
  /** rows whose weight came to 0 in this tick: the window shown may still hold them */
  readonly #dead = new Set<number>();

  constructor(layout: RowLayout, plan: TopKPlan, context: Context) {
    super(rowLayout(layout.types));
    this.#plan = plan;
    this.#context = context;
    this.#arrangement = new Arrangement(layout.types, context.symbols);
    this.#order = rowOrder(this.layout, plan.order, (handle, column) => this.#read(handle, column));
    this.#rank = rankOf(this.#arrangement.slab, plan.order[0]);
  }

  #read(handle: number, column: number): Datum {
    const { slab } = this.#arrangement;
    return readColumn(this.#context.symbols, this.layout, slab.I, slab.F, handle * slab.stride, column);
  }

  push(I: Int32Array, _F: Float64Array, b: number, w: number): void {
    const handle = this.#arrangement.add(I, b, w);
    const { slab } = this.#arrangement;
    const at = handle * slab.stride;
    let key = '';
    for (const column of this.#plan.by) {
      const offset = at + this.layout.offsets[column]!;
      const wide = this.layout.storages[column] === 'long' || this.layout.storages[column] === 'double';
      key += `${(slab.I[at + 1 + (column >> 5)]! >>> (column & 31)) & 1}${slab.I[offset]},${wide ? slab.I[offset + 1] : ''};`;
    }
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { rows: new OrderedMultiset(this.#order.total, this.#rank), weight: 0, shown: new Map() };
      this.#groups.set(key, group);
    }
    group.rows.add(handle, w);
    group.weight += w;
    this.#touched.set(key, group);
    if (slab.I[at] === 0) this.#dead.add(handle);
  }

  flush(expired: Expired): boolean {
    let groups = 0;
    for (const [key, group] of this.#touched) {
      const window = this.#window(group);
      for (const [handle, copies] of group.shown) {
        const change = (window.get(handle) ?? 0) - copies;
        if (change !== 0) this.#emitRow(handle, change);
      }
      for (const [handle, copies] of window) if (!group.shown.has(handle)) this.#emitRow(handle, copies);
      group.shown = window;
      if (group.rows.size === 0) this.#groups.delete(key);
      this.#touched.delete(key);
      if (++groups % LOOK_ROWS === 0 && expired()) return false;
    }
    for (const handle of this.#dead) {
      this.#arrangement.release(handle);
      this.#dead.delete(handle);
      if (handle % LOOK_ROWS === 0 && expired()) return false;
    }
    return true;
  }

  #emitRow(handle: number, w: number): void {
    const { slab } = this.#arrangement;
    this.emit(slab.I, slab.F, handle * slab.stride, w);
  }

  #window(group: Group): Map<number, number> {
    const { offset, limit, withTies } = this.#plan;
    const window = new Map<number, number>();
    let skip = offset;
    let left = limit === 'net' ? group.weight : limit ?? Infinity;
    let last = 0;
    if (left <= 0) return window;
    for (const [handle, weight] of group.rows.entries()) {
      let copies = weight;
      if (skip > 0) {
        const skipped = Math.min(skip, copies);
        skip -= skipped;
        copies -= skipped;
        if (copies === 0) continue;
      }
      if (left <= 0) {
        if (!withTies || this.#order.peers(handle, last) !== 0) break;
        window.set(handle, copies);
        continue;
      }
      const taken = withTies ? copies : Math.min(left, copies);
      left -= copies;
      window.set(handle, taken);
      last = handle;
      if (left <= 0 && !withTies) break;
    }
    return window;
  }

  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#arrangement];
  }
  get stateBytes(): number {
    return this.#arrangement.byteLength;
  }
  get stateRows(): number {
    return this.#arrangement.rows;
  }
}
