import { normalLong, printHex } from '../../core/index.ts';
import type { Interval } from '../../core/index.ts';
import { addToTimestamptz, zoneOf } from './datetime-arithmetic.ts';
import { defineFunctions } from './define.ts';
import type { Environment } from './contract.ts';

function dashed(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** RFC 9562, version 4. */
function randomUuid(environment: Environment): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(environment.random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return dashed(printHex(bytes));
}

const POSTGRES_EPOCH_MICROS = 946684800000000n;

/** RFC 9562, version 7: milliseconds since 1970, their 4096th parts, and chance. */
function timedUuid(micros: number | bigint, environment: Environment): string {
  const unix = BigInt(micros) + POSTGRES_EPOCH_MICROS;
  const ms = unix / 1000n;
  const part = ((unix % 1000n) * 4096n) / 1000n;
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(environment.random() * 256));
  for (let i = 0; i < 6; i++) bytes[i] = Number((ms >> BigInt(40 - i * 8)) & 255n);
  bytes[6] = 0x70 | Number(part >> 8n);
  bytes[7] = Number(part & 255n);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return dashed(printHex(bytes));
}

/** When a uuid of version 1 or 7 was made; NULL for the others. */
function madeAt(uuid: string): number | bigint | null {
  const digits = uuid.replaceAll('-', '');
  if (!'89ab'.includes(digits[16]!)) return null;
  if (digits[12] === '7') return normalLong(BigInt(`0x${digits.slice(0, 12)}`) * 1000n - POSTGRES_EPOCH_MICROS);
  if (digits[12] !== '1') return null;
  // tenths of microseconds since 1582-10-15
  const ticks = BigInt(`0x${digits.slice(13, 16)}${digits.slice(8, 12)}${digits.slice(0, 8)}`);
  return normalLong(ticks / 10n - 152384n * 86400000000n);
}

/** A version is told only for the variant of RFC 9562. */
const version = (uuid: string): number | null => ('89ab'.includes(uuid[19]!) ? Number.parseInt(uuid[14]!, 16) : null);

/** A uuid is its 36 lower-case characters, whose order is that of the bytes. */
export const uuidFunctions = defineFunctions([
  ['uuid_eq(uuid,uuid) bool', (a: string, b: string) => a === b, { inline: (a, b) => `(${a} === ${b})` }],
  ['uuid_ne(uuid,uuid) bool', (a: string, b: string) => a !== b, { inline: (a, b) => `(${a} !== ${b})` }],
  ['uuid_lt(uuid,uuid) bool', (a: string, b: string) => a < b, { inline: (a, b) => `(${a} < ${b})` }],
  ['uuid_le(uuid,uuid) bool', (a: string, b: string) => a <= b, { inline: (a, b) => `(${a} <= ${b})` }],
  ['uuid_gt(uuid,uuid) bool', (a: string, b: string) => a > b, { inline: (a, b) => `(${a} > ${b})` }],
  ['uuid_ge(uuid,uuid) bool', (a: string, b: string) => a >= b, { inline: (a, b) => `(${a} >= ${b})` }],
  ['gen_random_uuid() uuid volatile total', randomUuid],
  ['uuidv4() uuid volatile total', randomUuid],
  ['uuidv7() uuid volatile total', (environment: Environment) => timedUuid(environment.clockMicros(), environment)],
  ['uuidv7(interval) uuid volatile', (shift: Interval, environment: Environment) => timedUuid(addToTimestamptz(environment.clockMicros(), shift, zoneOf(environment)), environment)],
  ['uuid_extract_timestamp(uuid) timestamptz total', madeAt],
  ['uuid_extract_version(uuid) int2 total', version],
]);
