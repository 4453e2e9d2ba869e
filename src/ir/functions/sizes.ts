import {
  normalLong, numericAbs, numericAdd, numericCompare, numericDivTrunc, numericFromBigint, numericFromInteger, numericMul, numericParse,
  numericPrint, numericRound, numericSignOf, numericToBigint, SqlError,
} from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions } from './define.ts';

/** Sizes in bytes, as people write and read them. Manual: "Database Object Size Functions". */

const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const one = numericFromInteger(1);
const two = numericFromInteger(2);

const halfRounded = (size: Numeric): Numeric => numericDivTrunc(numericAdd(size, numericSignOf(size) < 0 ? numericFromInteger(-1) : one), two);

/** The largest unit in which there are at least ten; from kilobytes on half units are counted, and rounded at the end. */
function pretty(value: Numeric): string {
  let size = value;
  for (const [index, unit] of units.entries()) {
    const limit = index === 0 ? 10 * 1024 : 20 * 1024 - 1;
    if (index === units.length - 1 || numericCompare(numericAbs(size), numericFromInteger(limit)) < 0) {
      return `${numericPrint(index === 0 ? size : halfRounded(size))} ${unit}`;
    }
    size = numericDivTrunc(size, numericFromInteger(index === 0 ? 512 : 1024));
  }
  return '';
}

function bytesOf(text: string): number | bigint {
  const found = /^[ \t\n\v\f\r]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*?)\s*$/s.exec(text);
  if (found === null) throw new SqlError('22023', `invalid size: "${text}"`);
  const unit = found[2]!.toLowerCase();
  const power = unit === '' || unit === 'b' ? 0 : units.findIndex((each) => each.toLowerCase() === unit);
  if (power < 0) {
    throw new SqlError('22023', `invalid size: "${text}"`, { detail: `Invalid size unit: "${found[2]!}".`, hint: 'Valid units are "bytes", "B", "kB", "MB", "GB", "TB", and "PB".' });
  }
  const size = numericToBigint(numericRound(numericMul(numericParse(found[1]!), numericFromBigint(1024n ** BigInt(power))), 0));
  if (size !== BigInt.asIntN(64, size)) throw new SqlError('22003', 'bigint out of range');
  return normalLong(size);
}

export const sizeFunctions = defineFunctions([
  ['pg_size_pretty(numeric) text total', pretty],
  ['pg_size_bytes(text) int8', bytesOf],
]);
