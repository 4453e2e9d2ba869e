const MOST = 512;

interface Leaf<T> {
  values: T[];
  weights: number[];
  /** empty where values have no ranks */
  ranks: number[];
}

/**
 * A sorted list with a weight for each value, in leaves of at most 512 values: O(log n) to find, O(512) to insert or remove, whatever the size.
 * Weights may be negative for a while (a retraction seen before its row); `values` passes over them.
 * Where values have a rank it is kept beside them, 8 bytes each: a search then looks at one value of the list, not at log n of them wherever they lie.
 */
export class OrderedMultiset<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #rank: ((value: T) => number) | undefined;
  readonly #leaves: Leaf<T>[] = [];
  /** the rank of each leaf's last value */
  readonly #lasts: number[] = [];
  #size = 0;

  /** `rank`: a number for each value, never NaN, that is less where the value comes before; equal ranks say nothing */
  constructor(compare: (a: T, b: T) => number, rank?: (value: T) => number) {
    this.#compare = compare;
    this.#rank = rank;
  }
  /** distinct values held */
  get size(): number {
    return this.#size;
  }

  /** Adds `weight` to the weight of `value`; a value whose weight is 0 is gone. */
  add(value: T, weight: number): void {
    const leaves = this.#leaves;
    const rank = this.#rank === undefined ? 0 : this.#rank(value);
    if (leaves.length === 0) leaves.push({ values: [], weights: [], ranks: [] });
    const at = this.#leafOf(value, rank);
    const leaf = leaves[at]!;
    const place = this.#placeIn(leaf, value, rank);
    if (place < leaf.values.length && this.#compare(leaf.values[place]!, value) === 0) {
      const total = leaf.weights[place]! + weight;
      if (total !== 0) leaf.weights[place] = total;
      else this.#remove(at, place);
    } else if (weight !== 0) this.#insert(at, place, value, weight, rank);
  }

  /** The first leaf whose last value does not come before `value`, or the last. */
  #leafOf(value: T, rank: number): number {
    const leaves = this.#leaves;
    let low = 0;
    let high = leaves.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const last = this.#lasts[middle]!;
      if (last < rank || (last === rank && this.#compare(leaves[middle]!.values[leaves[middle]!.values.length - 1]!, value) < 0)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  /** The first place whose value does not come before `value`. */
  #placeIn({ values, ranks }: Leaf<T>, value: T, rank: number): number {
    let from = 0;
    let to = values.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#rank === undefined ? rank : ranks[middle]!;
      if (other < rank || (other === rank && this.#compare(values[middle]!, value) < 0)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #insert(at: number, place: number, value: T, weight: number, rank: number): void {
    const leaf = this.#leaves[at]!;
    leaf.values.splice(place, 0, value);
    leaf.weights.splice(place, 0, weight);
    if (this.#rank !== undefined) leaf.ranks.splice(place, 0, rank);
    this.#size++;
    if (leaf.values.length > MOST) {
      const half = MOST >> 1;
      this.#leaves.splice(at + 1, 0, { values: leaf.values.splice(half), weights: leaf.weights.splice(half), ranks: leaf.ranks.splice(half) });
      this.#lasts.splice(at + 1, 0, 0);
      this.#noteLast(at + 1);
    }
    this.#noteLast(at);
  }
  #remove(at: number, place: number): void {
    const leaf = this.#leaves[at]!;
    leaf.values.splice(place, 1);
    leaf.weights.splice(place, 1);
    if (this.#rank !== undefined) leaf.ranks.splice(place, 1);
    this.#size--;
    if (leaf.values.length > 0) this.#noteLast(at);
    else if (this.#leaves.length > 1) {
      this.#leaves.splice(at, 1);
      this.#lasts.splice(at, 1);
    }
  }
  #noteLast(at: number): void {
    const { values, ranks } = this.#leaves[at]!;
    this.#lasts[at] = this.#rank === undefined ? 0 : ranks[values.length - 1]!;
  }

  first(): T | undefined {
    for (const { values, weights } of this.#leaves) for (let i = 0; i < values.length; i++) if (weights[i]! > 0) return values[i]!;
    return undefined;
  }
  last(): T | undefined {
    for (let l = this.#leaves.length - 1; l >= 0; l--) {
      const { values, weights } = this.#leaves[l]!;
      for (let i = values.length - 1; i >= 0; i--) if (weights[i]! > 0) return values[i]!;
    }
    return undefined;
  }

  /** The values with positive weight in order, with their weights. */
  *entries(): IterableIterator<[T, number]> {
    for (const { values, weights } of this.#leaves) for (let i = 0; i < values.length; i++) if (weights[i]! > 0) yield [values[i]!, weights[i]!];
  }
}
