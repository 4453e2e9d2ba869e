import { Oid, findType } from '../../core/index.ts';
import type { Datum, SqlArray } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';
import type { FunctionRow } from './contract.ts';

type Bind = NonNullable<FunctionRow['bind']>;

/**
 * The argument that VARIADIC is written before is one of type anyarray, which no other is (the planner relabels it): functions of `VARIADIC "any"` take its elements for their arguments.
 */
const isSpread = (arg: Scalar | undefined): arg is Extract<Scalar, { op: 'relabel' }> => arg?.op === 'relabel' && arg.type.oid === Oid.anyarray;

/** The same for a call whose last argument is spread. The array NULL makes the answer NULL, or (`none`) is no arguments. */
export const spreading = (bind: Bind, none = false): Bind => (args) => {
  const last = args.at(-1);
  if (!isSpread(last)) return bind(args);
  const fixed = args.slice(0, -1);
  const element = { oid: findType(last.arg.type.oid)!.element, typmod: -1 };
  // How many there are differs from row to row; what is bound is kept as long as it does not.
  let count = -1;
  let bound: (...values: any[]) => Datum = bind(fixed);
  return (...values: any[]) => {
    const array = values[fixed.length] as SqlArray | null;
    if (array === null && !none) return null;
    const items = array?.items ?? [];
    if (items.length !== count) {
      count = items.length;
      bound = bind([...fixed, ...items.map((_, index): Scalar => ({ op: 'column', index, type: element }))]);
    }
    return bound(...values.slice(0, fixed.length), ...items, ...values.slice(fixed.length + 1));
  };
};
