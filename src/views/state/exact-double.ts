/**
 * Doubles as integers: every finite double is a whole multiple of 2^-1074, so sums and products of them are exact in that unit
 * (a product's unit is 2^-2148), and `quotient` rounds once, at the end.
 */

const words = new DataView(new ArrayBuffer(8));

/** A finite double as a multiple of 2^-1074. */
export function inUnits(value: number): bigint {
  words.setFloat64(0, value);
  const bits = words.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 1n ? -magnitude : magnitude;
}

const bitLength = (value: bigint): number => value.toString(2).length;

/** numerator / denominator * 2^-scale for a positive denominator, from 64 or more bits of the quotient. */
export function quotient(numerator: bigint, denominator: bigint, scale: number): number {
  if (numerator === 0n) return 0;
  if (numerator < 0n) return -quotient(-numerator, denominator, scale);
  const shift = Math.max(0, 66 + bitLength(denominator) - bitLength(numerator));
  const whole = (numerator << BigInt(shift)) / denominator;
  // The power of two is put on in steps that cannot overflow or underflow early.
  const excess = Math.max(0, bitLength(whole) - 66);
  let result = Number(whole >> BigInt(excess));
  let exponent = excess - shift - scale;
  for (; exponent < -1000; exponent += 1000) result *= 2 ** -1000;
  for (; exponent > 1000; exponent -= 1000) result *= 2 ** 1000;
  return result * 2 ** exponent;
}
