import { SqlError } from '../../core/index.ts';
import type { Numeric } from '../../core/index.ts';
import { defineFunctions, divisionByZero } from './define.ts';
import type { Definition } from './define.ts';
import type { Environment } from './contract.ts';
import { roundHalfEven, toInt4 } from './integer.ts';
import type { Long } from './integer.ts';

const overflow = (): SqlError => new SqlError('22003', 'value out of range: overflow');
const underflow = (): SqlError => new SqlError('22003', 'value out of range: underflow');
const inputOutOfRange = (): SqlError => new SqlError('22003', 'input is out of range');

/** `round` is Math.fround for float4 and identity for float8. Infinity out of finite arguments and 0 out of others than 0 are errors. */
const arithmetic = (round: (value: number) => number) => ({
  add(a: number, b: number): number {
    const result = round(a + b);
    if ((result === Infinity || result === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw overflow();
    return result;
  },
  subtract(a: number, b: number): number {
    const result = round(a - b);
    if ((result === Infinity || result === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw overflow();
    return result;
  },
  multiply(a: number, b: number): number {
    const result = round(a * b);
    if ((result === Infinity || result === -Infinity) && Number.isFinite(a) && Number.isFinite(b)) throw overflow();
    if (result === 0 && a !== 0 && b !== 0) throw underflow();
    return result;
  },
  divide(a: number, b: number): number {
    if (b === 0 && a === a) throw divisionByZero();
    const result = round(a / b);
    if ((result === Infinity || result === -Infinity) && Number.isFinite(a)) throw overflow();
    if (result === 0 && a !== 0 && Number.isFinite(b)) throw underflow();
    return result;
  },
});

const double = arithmetic((value) => value);
const single = arithmetic(Math.fround);

/** NaN equals itself and is greater than every number. */
const comparisons: readonly (readonly [name: string, compare: (a: number, b: number) => boolean, inline: (a: string, b: string) => string])[] = [
  ['eq', (a, b) => a === b || (a !== a && b !== b), (a, b) => `(${a} === ${b} || (${a} !== ${a} && ${b} !== ${b}))`],
  ['ne', (a, b) => a !== b && (a === a || b === b), (a, b) => `(${a} !== ${b} && (${a} === ${a} || ${b} === ${b}))`],
  ['lt', (a, b) => a < b || (b !== b && a === a), (a, b) => `(${a} < ${b} || (${b} !== ${b} && ${a} === ${a}))`],
  ['le', (a, b) => a <= b || b !== b, (a, b) => `(${a} <= ${b} || ${b} !== ${b})`],
  ['gt', (a, b) => a > b || (a !== a && b === b), (a, b) => `(${a} > ${b} || (${a} !== ${a} && ${b} === ${b}))`],
  ['ge', (a, b) => a >= b || a !== a, (a, b) => `(${a} >= ${b} || ${a} !== ${a})`],
];

const binary = ([['4', 'float4', 'float4'], ['8', 'float8', 'float8'], ['48', 'float4', 'float8'], ['84', 'float8', 'float4']] as const)
  .flatMap(([digits, left, right]): readonly Definition[] => {
    const result = digits === '4' ? 'float4' : 'float8';
    const { add, subtract, multiply, divide } = digits === '4' ? single : double;
    // No float4 is large enough to carry a float8 beyond its end.
    const words = left === right ? '' : ' total';
    return [
      [`float${digits}pl(${left},${right}) ${result}${words} monotone`, add],
      [`float${digits}mi(${left},${right}) ${result}${words}`, subtract],
      [`float${digits}mul(${left},${right}) ${result}`, multiply],
      [`float${digits}div(${left},${right}) ${result}`, divide],
      ...comparisons.map(([name, compare, inline]): Definition => [`float${digits}${name}(${left},${right}) bool`, compare, { inline }]),
    ];
  });

const larger = (a: number, b: number): number => (a > b || a !== a ? a : b);
const smaller = (a: number, b: number): number => (a < b || b !== b ? a : b);

const unary = (['float4', 'float8'] as const).flatMap((type): readonly Definition[] => [
  [`${type}um(${type}) ${type}`, (a: number) => -a, { inline: (a) => `(-${a})` }],
  [`${type}up(${type}) ${type} total monotone`, (a: number) => a],
  [`${type}abs(${type}) ${type}`, (a: number) => Math.abs(a), { inline: (a) => `Math.abs(${a})` }],
  [`abs(${type}) ${type}`, (a: number) => Math.abs(a), { inline: (a) => `Math.abs(${a})` }],
  [`${type}larger(${type},${type}) ${type} total monotone`, larger],
  [`${type}smaller(${type},${type}) ${type} total monotone`, smaller],
]);

/** Checks a result as Postgres does after calling libm: infinity out of a finite argument, or 0 where the function has no zero there. */
const finite = (compute: (a: number) => number) => (a: number): number => {
  const result = compute(a);
  if (!Number.isFinite(result) && Number.isFinite(a)) throw overflow();
  return result;
};

function exponential(a: number): number {
  const result = Math.exp(a);
  if (result === Infinity && a !== Infinity) throw overflow();
  if (result === 0 && a !== -Infinity) throw underflow();
  return result;
}

function squareRoot(a: number): number {
  if (a < 0) throw new SqlError('2201F', 'cannot take square root of a negative number');
  return Math.sqrt(a);
}

const logarithm = (compute: (a: number) => number) => (a: number): number => {
  if (a === 0) throw new SqlError('2201E', 'cannot take logarithm of zero');
  if (a < 0) throw new SqlError('2201E', 'cannot take logarithm of a negative number');
  return compute(a);
};

function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (base !== base || exponent !== exponent) return NaN;
  if (base === 0 && exponent < 0) throw new SqlError('2201F', 'zero raised to a negative power is undefined');
  if (base < 0 && Math.floor(exponent) !== exponent) {
    throw new SqlError('2201F', 'a negative number raised to a non-integer power yields a complex result');
  }
  if (base === -1 && !Number.isFinite(exponent)) return 1;
  const result = base ** exponent;
  if (Number.isFinite(base) && Number.isFinite(exponent)) {
    if (!Number.isFinite(result)) throw overflow();
    if (result === 0 && base !== 0) throw underflow();
  }
  return result;
}

/** Periodic functions have no value at infinity. */
const periodic = (compute: (a: number) => number) => (a: number): number => {
  if (a === Infinity || a === -Infinity) throw inputOutOfRange();
  return finite(compute)(a);
};

const within = (low: number, high: number, compute: (a: number) => number) => (a: number): number => {
  if (a < low || a > high) throw inputOutOfRange();
  return compute(a);
};

function inverseHyperbolicTangent(a: number): number {
  if (a < -1 || a > 1) throw inputOutOfRange();
  return Math.atanh(a);
}

const RADIANS_PER_DEGREE = 0.0174532925199432957692;
const sine30 = Math.sin(30 * RADIANS_PER_DEGREE);
const oneMinusCosine60 = 1 - Math.cos(60 * RADIANS_PER_DEGREE);
const arcsineHalf = Math.asin(0.5);
const arccosineHalf = Math.acos(0.5);
const arctangentOne = Math.atan(1);

/** Degrees are exact at the multiples of 30 and 45, as in Postgres' float.c: each quadrant is scaled by what libm gives at its mark. */
const sineFirstQuadrant = (x: number): number => (x <= 30 ? sine0to30(x) : cosine0to60(90 - x));
const cosineFirstQuadrant = (x: number): number => (x <= 60 ? cosine0to60(x) : sine0to30(90 - x));
const sine0to30 = (x: number): number => (Math.sin(x * RADIANS_PER_DEGREE) / sine30) / 2;
const cosine0to60 = (x: number): number => 1 - ((1 - Math.cos(x * RADIANS_PER_DEGREE)) / oneMinusCosine60) / 2;

function sineDegrees(a: number): number {
  let x = a % 360;
  let sign = 1;
  if (x < 0) [x, sign] = [-x, -sign];
  if (x > 180) [x, sign] = [360 - x, -sign];
  if (x > 90) x = 180 - x;
  return sign * sineFirstQuadrant(x);
}

function cosineDegrees(a: number): number {
  let x = Math.abs(a % 360);
  let sign = 1;
  if (x > 180) x = 360 - x;
  if (x > 90) [x, sign] = [180 - x, -sign];
  return sign * cosineFirstQuadrant(x);
}

const tangent45 = sineFirstQuadrant(45) / cosineFirstQuadrant(45);
const cotangent45 = cosineFirstQuadrant(45) / sineFirstQuadrant(45);

function tangentDegrees(a: number): number {
  let x = a % 360;
  let sign = 1;
  if (x < 0) [x, sign] = [-x, -sign];
  if (x > 180) [x, sign] = [360 - x, -sign];
  if (x > 90) [x, sign] = [180 - x, -sign];
  const result = sign * ((sineFirstQuadrant(x) / cosineFirstQuadrant(x)) / tangent45);
  return result === 0 ? 0 : result;
}

function cotangentDegrees(a: number): number {
  let x = a % 360;
  let sign = 1;
  if (x < 0) [x, sign] = [-x, -sign];
  if (x > 180) [x, sign] = [360 - x, -sign];
  if (x > 90) [x, sign] = [180 - x, -sign];
  const result = sign * ((cosineFirstQuadrant(x) / sineFirstQuadrant(x)) / cotangent45);
  return result === 0 ? 0 : result;
}

const arcsineFirst = (x: number): number => (x <= 0.5 ? (Math.asin(x) / arcsineHalf) * 30 : 90 - (Math.acos(x) / arccosineHalf) * 60);
const arccosineFirst = (x: number): number => (x <= 0.5 ? 90 - (Math.asin(x) / arcsineHalf) * 30 : (Math.acos(x) / arccosineHalf) * 60);

function widthBucket(value: number, low: number, high: number, count: number): number {
  if (count <= 0) throw new SqlError('2201G', 'count must be greater than zero');
  if (value !== value || low !== low || high !== high) throw new SqlError('2201G', 'operand, lower bound, and upper bound cannot be NaN');
  if (!Number.isFinite(low) || !Number.isFinite(high)) throw new SqlError('2201G', 'lower and upper bounds must be finite');
  if (low === high) throw new SqlError('2201G', 'lower bound cannot equal upper bound');
  const rising = low < high;
  if (rising ? value < low : value > low) return 0;
  if (rising ? value >= high : value <= high) return toInt4(count + 1);
  // Halved where the width itself would overflow.
  const width = high - low;
  const share = Number.isFinite(width) ? (value - low) / width : (value / 2 - low / 2) / (high / 2 - low / 2);
  return Math.min(Math.trunc(count * share), count - 1) + 1;
}

function narrow(value: number): number {
  const result = Math.fround(value);
  if (!Number.isFinite(result) && Number.isFinite(value)) throw overflow();
  if (result === 0 && value !== 0) throw underflow();
  return result;
}

function randomInteger(low: Long, high: Long, environment: Environment): bigint {
  if (low > high) throw new SqlError('22023', 'lower bound must be less than or equal to upper bound');
  const span = BigInt(high) - BigInt(low) + 1n;
  const bits = (BigInt(Math.floor(environment.random() * 4294967296)) << 32n) | BigInt(Math.floor(environment.random() * 4294967296));
  return BigInt(low) + ((bits * span) >> 64n);
}

function randomNumeric(low: Numeric, high: Numeric, environment: Environment): Numeric {
  for (const [bound, word] of [[low, 'lower'], [high, 'upper']] as const) {
    if (bound.special !== undefined) throw new SqlError('22023', `${word} bound cannot be ${bound.special === 'NaN' ? 'NaN' : 'infinity'}`);
  }
  const scale = Math.max(low.scale, high.scale);
  const whole = (bound: Numeric): bigint => bound.coefficient * 10n ** BigInt(scale - bound.scale);
  const span = whole(high) - whole(low) + 1n;
  if (span <= 0n) throw new SqlError('22023', 'lower bound must be less than or equal to upper bound');
  let bits = 0n;
  let size = 1n;
  for (; size < span << 64n; size <<= 32n) bits = (bits << 32n) | BigInt(Math.floor(environment.random() * 4294967296));
  return { kind: 'numeric', coefficient: whole(low) + (bits * span) / size, scale };
}

function randomNormal(...args: readonly any[]): number {
  const environment: Environment = args[args.length - 1];
  const mean: number = args.length > 1 ? args[0] : 0;
  const deviation: number = args.length > 2 ? args[1] : 1;
  const radius = Math.sqrt(-2 * Math.log(1 - environment.random()));
  return mean + deviation * radius * Math.sin(2 * Math.PI * environment.random());
}

export const floatFunctions = defineFunctions([
  ...binary,
  ...unary,
  ['float8(float4) float8', (a: number) => a, { inline: (a) => a }],
  ['float4(float8) float4 monotone', narrow],
  ['float8(int2) float8', (a: number) => a, { inline: (a) => a }],
  ['float8(int4) float8', (a: number) => a, { inline: (a) => a }],
  ['float8(int8) float8', (a: Long) => Number(a), { inline: (a) => `Number(${a})` }],
  ['float4(int2) float4', (a: number) => a, { inline: (a) => a }],
  ['float4(int4) float4', (a: number) => Math.fround(a), { inline: (a) => `Math.fround(${a})` }],
  ['float4(int8) float4', (a: Long) => Math.fround(Number(a)), { inline: (a) => `Math.fround(Number(${a}))` }],
  ...(['sqrt', 'dsqrt'].map((name): Definition => [`${name}(float8) float8 monotone`, squareRoot])),
  ...(['cbrt', 'dcbrt'].map((name): Definition => [`${name}(float8) float8 total monotone`, (a: number) => Math.cbrt(a)])),
  ...(['exp', 'dexp'].map((name): Definition => [`${name}(float8) float8 monotone`, exponential])),
  ...(['ln', 'dlog1'].map((name): Definition => [`${name}(float8) float8 monotone`, logarithm(Math.log)])),
  ...(['log', 'log10', 'dlog10'].map((name): Definition => [`${name}(float8) float8 monotone`, logarithm(Math.log10)])),
  ...(['power', 'pow', 'dpow'].map((name): Definition => [`${name}(float8,float8) float8`, power])),
  ...(['round', 'dround'].map((name): Definition => [`${name}(float8) float8 total monotone`, roundHalfEven])),
  ...(['trunc', 'dtrunc'].map((name): Definition => [`${name}(float8) float8 total monotone`, (a: number) => Math.trunc(a)])),
  ...(['ceil', 'ceiling'].map((name): Definition => [`${name}(float8) float8`, (a: number) => Math.ceil(a), { inline: (a) => `Math.ceil(${a})` }])),
  ['floor(float8) float8 monotone', (a: number) => Math.floor(a), { inline: (a) => `Math.floor(${a})` }],
  ['sign(float8) float8 total', (a: number) => (a > 0 ? 1 : a < 0 ? -1 : 0)],
  ['degrees(float8) float8', (a: number) => double.divide(a, RADIANS_PER_DEGREE)],
  ['radians(float8) float8', (a: number) => double.multiply(a, RADIANS_PER_DEGREE)],
  ['pi() float8 total', () => Math.PI],
  ['sin(float8) float8', periodic(Math.sin)],
  ['cos(float8) float8', periodic(Math.cos)],
  ['tan(float8) float8', periodic(Math.tan)],
  ['cot(float8) float8', (a: number) => {
    if (!Number.isFinite(a) && a === a) throw inputOutOfRange();
    return 1 / Math.tan(a);
  }],
  ['asin(float8) float8', within(-1, 1, Math.asin)],
  ['acos(float8) float8', within(-1, 1, Math.acos)],
  ['atan(float8) float8 total', (a: number) => Math.atan(a)],
  ['atan2(float8,float8) float8 total', (a: number, b: number) => Math.atan2(a, b)],
  ['sinh(float8) float8 total', (a: number) => Math.sinh(a)],
  ['cosh(float8) float8 total', (a: number) => Math.cosh(a)],
  ['tanh(float8) float8 total', (a: number) => Math.tanh(a)],
  ['asinh(float8) float8 total', (a: number) => Math.asinh(a)],
  ['acosh(float8) float8', within(1, Infinity, Math.acosh)],
  ['atanh(float8) float8', inverseHyperbolicTangent],
  ['sind(float8) float8', periodic(sineDegrees)],
  ['cosd(float8) float8', periodic(cosineDegrees)],
  ['tand(float8) float8', (a: number) => {
    if (a === Infinity || a === -Infinity) throw inputOutOfRange();
    return tangentDegrees(a);
  }],
  ['cotd(float8) float8', (a: number) => {
    if (a === Infinity || a === -Infinity) throw inputOutOfRange();
    return cotangentDegrees(a);
  }],
  ['asind(float8) float8', within(-1, 1, (a) => (a >= 0 ? arcsineFirst(a) : -arcsineFirst(-a)))],
  ['acosd(float8) float8', within(-1, 1, (a) => (a >= 0 ? arccosineFirst(a) : 90 + arcsineFirst(-a)))],
  ['atand(float8) float8 total', (a: number) => (Math.atan(a) / arctangentOne) * 45],
  ['atan2d(float8,float8) float8 total', (a: number, b: number) => (Math.atan2(a, b) / arctangentOne) * 45],
  ['width_bucket(float8,float8,float8,int4) int4', widthBucket],
  ['random() float8 volatile total', (environment: Environment) => environment.random()],
  ['random(int4,int4) int4 volatile', (a: number, b: number, environment: Environment) => Number(randomInteger(a, b, environment))],
  ['random(int8,int8) int8 volatile', (a: Long, b: Long, environment: Environment) => {
    const value = randomInteger(a, b, environment);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }],
  ['random(numeric,numeric) numeric volatile', randomNumeric],
  ['random_normal(float8,float8) float8 volatile defaults=2 total', randomNormal],
]);
