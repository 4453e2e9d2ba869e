import { normalLong, Oid } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { readColumn } from '../scalar/runtime.ts';
import { ByGroup } from './accumulator.ts';
import type { ArgumentColumns } from './accumulator.ts';

interface Bits {
  count: number;
  /** how many values have each bit set, the lowest first */
  readonly set: Float64Array;
}

/** bit_and, bit_or, bit_xor of integers. State: for each bit how many values have it, which is all that is needed to take a value back. */
export class BitCounts extends ByGroup<Bits> {
  readonly #args: ArgumentColumns;
  readonly #operation: 'bit_and' | 'bit_or' | 'bit_xor';
  readonly #width: number;

  constructor(args: ArgumentColumns, operation: 'bit_and' | 'bit_or' | 'bit_xor') {
    super();
    this.#args = args;
    this.#operation = operation;
    const type = args.types[0]!.oid;
    this.#width = type === Oid.int2 ? 16 : type === Oid.int4 ? 32 : 64;
  }
  make(): Bits {
    return { count: 0, set: new Float64Array(this.#width) };
  }
  add(g: number, I: Int32Array, F: Float64Array, b: number, w: number): void {
    const { context, layout, columns } = this.#args;
    const value = readColumn(context.symbols, layout, I, F, b, columns[0]!) as number | bigint | null;
    if (value === null) return;
    const state = this.state(g);
    state.count += w;
    const bits = BigInt.asUintN(this.#width, BigInt(value));
    for (let bit = 0; bit < this.#width; bit++) if (((bits >> BigInt(bit)) & 1n) === 1n) state.set[bit]! += w;
  }
  result(g: number): Datum {
    const { count, set } = this.state(g);
    if (count === 0) return null;
    let bits = 0n;
    set.forEach((having, bit) => {
      const one = this.#operation === 'bit_and' ? having === count : this.#operation === 'bit_or' ? having > 0 : having % 2 === 1;
      if (one) bits |= 1n << BigInt(bit);
    });
    return normalLong(BigInt.asIntN(this.#width, bits));
  }
}
