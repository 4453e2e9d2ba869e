/**
 * The exact sum of doubles under addition and retraction: an expansion of non-overlapping doubles, smallest first
 * (Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997, GROW-EXPANSION), with infinities and NaN counted beside it.
 * What was added and then taken back leaves nothing. Values near the largest double have an expansion of their own, scaled down, so that no partial
 * sum overflows: `value` is infinite only where an infinity was added or the sum itself is beyond the largest double.
 */
export class ExactSum {
  readonly #plain = new Expansion();
  /** of values from 2^900, divided by 2^200; absent until there is one */
  #huge: Expansion | undefined;
  #infinite = 0;
  #minusInfinite = 0;
  #nan = 0;

  /** Adds `value` `times` times (negative: takes it back). */
  add(value: number, times: number): void {
    if (value < HUGE && value > -HUGE) this.#plain.add(value, times);
    else if (value !== value) this.#nan += times;
    else if (value === Infinity) this.#infinite += times;
    else if (value === -Infinity) this.#minusInfinite += times;
    else (this.#huge ??= new Expansion()).add(value * SHRINK, times);
  }

  get isZero(): boolean {
    return this.#plain.isZero && (this.#huge === undefined || this.#huge.isZero) && this.#infinite === 0 && this.#minusInfinite === 0 && this.#nan === 0;
  }

  /** Whether no infinity and no NaN is among what was added. */
  get isFinite(): boolean {
    return this.#infinite === 0 && this.#minusInfinite === 0 && this.#nan === 0;
  }

  /** The sum, rounded once. */
  value(): number {
    if (this.#nan > 0 || (this.#infinite > 0 && this.#minusInfinite > 0)) return NaN;
    if (this.#infinite > 0) return Infinity;
    if (this.#minusInfinite > 0) return -Infinity;
    if (this.#huge === undefined || this.#huge.isZero) return this.#plain.rounded();
    // What the shrinking of the plain parts loses lies far below the last digit of a sum of huge ones.
    return this.#plain.addedTo(this.#huge, SHRINK).rounded() / SHRINK;
  }

  /** A share of the sum, which may be a number where the sum is none. */
  dividedBy(count: number): number {
    const sum = this.value();
    if (Number.isFinite(sum) || !this.isFinite || this.#huge === undefined) return sum / count;
    return this.#plain.addedTo(this.#huge, SHRINK).rounded() / count / SHRINK;
  }
}

const HUGE = 2 ** 900;
const SHRINK = 2 ** -200;

/** Non-overlapping doubles, smallest first, whose sum is what was added. */
class Expansion {
  /** the first `#count` are the expansion; the array keeps its length, for to shorten it is to allocate it anew */
  readonly #parts: number[] = [];
  #count = 0;

  add(value: number, times: number): void {
    if (times === 1 || times === -1) this.#grow(value * times);
    else this.#product(value, times);
  }

  get isZero(): boolean {
    return this.#count === 0;
  }

  /** A new expansion: this one times `factor`, a power of two, and `other`. */
  addedTo(other: Expansion, factor: number): Expansion {
    const sum = new Expansion();
    for (let i = 0; i < other.#count; i++) sum.#grow(other.#parts[i]!);
    for (let i = 0; i < this.#count; i++) sum.#grow(this.#parts[i]! * factor);
    return sum;
  }

  /** The sum, rounded once. */
  rounded(): number {
    const parts = this.#parts;
    let at = this.#count - 1;
    if (at < 0) return 0;
    let sum = parts[at]!;
    let low = 0;
    while (at > 0) {
      const next = parts[--at]!;
      const rounded = sum + next;
      low = next - (rounded - sum);
      sum = rounded;
      if (low !== 0) break;
    }
    // Round half to even across the parts below the one that was rounded away.
    if (at > 0 && ((low < 0 && parts[at - 1]! < 0) || (low > 0 && parts[at - 1]! > 0))) {
      const twice = low * 2;
      const up = sum + twice;
      if (twice === up - sum) sum = up;
    }
    return sum;
  }

  #grow(value: number): void {
    const parts = this.#parts;
    let carry = value;
    let kept = 0;
    const count = this.#count;
    for (let i = 0; i < count; i++) {
      let part = parts[i]!;
      if (Math.abs(carry) < Math.abs(part)) {
        const swap = carry;
        carry = part;
        part = swap;
      }
      const high = carry + part;
      const low = part - (high - carry);
      if (low !== 0) parts[kept++] = low;
      carry = high;
    }
    if (carry !== 0) parts[kept++] = carry;
    this.#count = kept;
  }

  /** value * times exactly, as two doubles (Dekker's product). */
  #product(value: number, times: number): void {
    const product = value * times;
    const split = 134217729;
    const a = split * value;
    const valueHigh = a - (a - value);
    const valueLow = value - valueHigh;
    const b = split * times;
    const timesHigh = b - (b - times);
    const timesLow = times - timesHigh;
    if (!Number.isFinite(a) || !Number.isFinite(product)) {
      for (let i = Math.abs(times); i > 0; i--) this.#grow(times > 0 ? value : -value);
      return;
    }
    const error = valueLow * timesLow - (product - valueHigh * timesHigh - valueLow * timesHigh - valueHigh * timesLow);
    if (error !== 0) this.#grow(error);
    this.#grow(product);
  }
}
