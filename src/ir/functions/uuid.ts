import { defineFunctions } from './define.ts';
import type { Environment } from './contract.ts';
import { hex } from './digest.ts';

function dashed(digits: string): string {
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20)}`;
}

/** RFC 9562, version 4. */
function randomUuid(environment: Environment): string {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(environment.random() * 256));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return dashed(hex(bytes));
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
  ['gen_random_uuid() uuid volatile', randomUuid],
  ['uuidv4() uuid volatile', randomUuid],
  ['uuid_extract_version(uuid) int2 total', version],
]);
