import { SqlError } from '../core/index.ts';
import type { EnumLabel } from '../core/index.ts';

/** Codes of labels (`EnumLabel`): int4s in the order of the labels, far enough apart that others fit between them. */

const STEP = 1 << 16;
const LEAST = -(2 ** 31);
const GREATEST = 2 ** 31 - 1;

/** The codes of a new enum's labels. */
export function firstCodes(count: number): readonly number[] {
  if (count > GREATEST / STEP) throw new SqlError('54000', `an enum has at most ${Math.floor(GREATEST / STEP)} labels`);
  return Array.from({ length: count }, (_, index) => (index + 1) * STEP);
}

/**
 * The code of a label that comes to stand at `at` among the others. Between two labels there is room for 16 that are always put at the same place,
 * and for more elsewhere; at the ends for thousands.
 */
export function codeAt(labels: readonly EnumLabel[], at: number): number {
  const before = labels[at - 1]?.code;
  const behind = labels[at]?.code;
  const code = before === undefined ? (behind === undefined ? STEP : behind - STEP) : behind === undefined ? before + STEP : before + Math.floor((behind - before) / 2);
  if (code === before || code < LEAST || code > GREATEST) {
    throw new SqlError('54000', 'there is no room for another label at this place', { hint: 'Add it at another place, or create the type anew and convert the columns to it.' });
  }
  return code;
}
