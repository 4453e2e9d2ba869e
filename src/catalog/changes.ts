import { InvariantError } from '../core/index.ts';
import type { CatalogItem } from './items.ts';

/** One step from a snapshot to the next. A list of them is what one DDL statement does, and what storage keeps. */
export type CatalogChange =
  | { readonly kind: 'create'; readonly item: CatalogItem }
  /** the item with the same oid goes, this one takes its place: rename, comment, OR REPLACE, ALTER ... SET */
  | { readonly kind: 'replace'; readonly item: CatalogItem }
  | { readonly kind: 'drop'; readonly oid: number };

/**
 * Plain data as JSON that survives what JSON does not know: bigint, Uint8Array, Map, NaN, infinities and -0.
 * Such a value is `{"$": kind, "v": ...}`; an object that has a key `$` of its own is written as kind `object`, by its entries.
 * Properties that are undefined are left out.
 */
export function encodeChange(change: CatalogChange): string {
  return JSON.stringify(tag(change));
}

export function decodeChange(text: string): CatalogChange {
  const value = untag(JSON.parse(text));
  if (!isRecord(value) || (value['kind'] !== 'create' && value['kind'] !== 'replace' && value['kind'] !== 'drop')) {
    throw new InvariantError(`not a catalog change: ${text.slice(0, 100)}`);
  }
  return value as unknown as CatalogChange;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function tag(value: unknown): unknown {
  switch (typeof value) {
    case 'bigint': return { $: 'bigint', v: value.toString() };
    case 'number': return Number.isFinite(value) && !Object.is(value, -0) ? value : { $: 'number', v: Object.is(value, -0) ? '-0' : String(value) };
    case 'string': case 'boolean': return value;
    case 'object': return value === null ? null : tagObject(value);
    default: throw new InvariantError(`a catalog change holds a ${typeof value}`);
  }
}

function tagObject(value: object): unknown {
  if (Array.isArray(value)) return value.map(tag);
  if (value instanceof Uint8Array) return { $: 'bytes', v: Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('') };
  if (value instanceof Map) return { $: 'map', v: Array.from(value, ([key, entry]) => [tag(key), tag(entry)]) };
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined).map(([key, entry]) => [key, tag(entry)]);
  return '$' in value ? { $: 'object', v: entries } : Object.fromEntries(entries);
}

function untag(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(untag);
  if (!isRecord(value)) return value;
  if (!('$' in value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, untag(entry)]));
  const content = value['v'];
  switch (value['$']) {
    case 'bigint': return BigInt(String(content));
    case 'number': return Number(content);
    case 'bytes': return Uint8Array.from(String(content).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    case 'map': return new Map(pairs(content).map(([key, entry]) => [untag(key), untag(entry)]));
    case 'object': return Object.fromEntries(pairs(content).map(([key, entry]) => [String(key), untag(entry)]));
    default: throw new InvariantError(`unknown tag ${String(value['$'])} in a catalog change`);
  }
}

function pairs(value: unknown): [unknown, unknown][] {
  if (!Array.isArray(value)) throw new InvariantError('a tagged map or object must hold a list of pairs');
  return value as [unknown, unknown][];
}
