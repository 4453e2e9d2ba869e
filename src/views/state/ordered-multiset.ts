const MOST = 512;

/**
 * A sorted list with a weight for each value, in leaves of at most 512 values: O(log n) to find, O(512) to insert or remove, whatever the size.
 * Weights may be negative for a while (a retraction seen before its row); `values` passes over them.
 */
export class OrderedMultiset<T> {
  readonly #compare: (a: T, b: T) => number;
  readonly #leaves: { values: T[]; weights: number[] }[] = [];
  #size = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }
  /** distinct values held */
  get size(): number {
    return this.#size;
  }

  /** Adds `weight` to the weight of `value`; a value whose weight is 0 is gone. */
  add(value: T, weight: number): void {
    const compare = this.#compare;
    const leaves = this.#leaves;
    if (leaves.length === 0) leaves.push({ values: [], weights: [] });
    let low = 0;
    let high = leaves.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { values } = leaves[middle]!;
      if (compare(values[values.length - 1]!, value) < 0) low = middle + 1;
      else high = middle;
    }
    const leaf = leaves[low]!;
    let from = 0;
    let to = leaf.values.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (compare(leaf.values[middle]!, value) < 0) from = middle + 1;
      else to = middle;
    }
    if (from < leaf.values.length && compare(leaf.values[from]!, value) === 0) {
      const total = leaf.weights[from]! + weight;
      if (total !== 0) {
        leaf.weights[from] = total;
        return;
      }
      leaf.values.splice(from, 1);
      leaf.weights.splice(from, 1);
      this.#size--;
      if (leaf.values.length === 0 && leaves.length > 1) leaves.splice(low, 1);
      return;
    }
    if (weight === 0) return;
    leaf.values.splice(from, 0, value);
    leaf.weights.splice(from, 0, weight);
    this.#size++;
    if (leaf.values.length > MOST) {
      const half = MOST >> 1;
      leaves.splice(low + 1, 0, { values: leaf.values.splice(half), weights: leaf.weights.splice(half) });
    }
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
