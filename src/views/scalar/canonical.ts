import { codecOf, exactWords, InvariantError, storageOf } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { functionById } from '../../ir/index.ts';
import type { FunctionRow, Scalar } from '../../ir/index.ts';

const prefix = 'canonical:';

/** `scalar`, or the representative of the values equal to it where equal values may differ in their words. */
export const canonical = (scalar: Scalar): Scalar =>
  exactWords(scalar.type) ? scalar : { op: 'call', function: `${prefix}${scalar.type.oid}`, args: [scalar], type: scalar.type };

const rows = new Map<string, FunctionRow>();

/** A function of the registry, or one of the engine's own. */
export function engineFunction(id: string): FunctionRow {
  if (!id.startsWith(prefix)) {
    const row = functionById(id);
    if (row === undefined) throw new InvariantError(`no function ${id}`);
    return row;
  }
  const known = rows.get(id);
  if (known !== undefined) return known;
  const oid = Number(id.slice(prefix.length));
  const double = storageOf({ oid, typmod: -1 }) === 'double';
  const codec = codecOf(oid);
  const row: FunctionRow = {
    id, name: id, args: [oid], result: oid, strict: true, volatility: 'immutable', total: true,
    evaluate: double ? (value: number) => (value === 0 ? 0 : value) : (value: Datum) => codec.canonical!(value),
  };
  rows.set(id, row);
  return row;
}
