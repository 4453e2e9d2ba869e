import type { Scalar } from '../../ir/index.ts';
import { functionById } from '../../ir/index.ts';

/** Columns that make the scalar NULL when they are. */
export function strictColumns(scalar: Scalar): ReadonlySet<number> {
  if (scalar.op === 'column') return new Set([scalar.index]);
  if (scalar.op === 'relabel' || scalar.op === 'coerceTypmod' || scalar.op === 'toText' || scalar.op === 'fromText' || scalar.op === 'orNull') return strictColumns(scalar.arg);
  if (scalar.op === 'call' && functionById(scalar.function)?.strict) return new Set(scalar.args.flatMap((arg) => [...strictColumns(arg)]));
  return new Set();
}
