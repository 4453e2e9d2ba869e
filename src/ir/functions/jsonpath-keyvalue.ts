import { jsonObject, numericFromBigint, numericPrint, utf8Length } from '../../core/index.ts';
import type { JsonValue, Numeric } from '../../core/index.ts';
import { isArray, isNumber, isObject } from './jsonpath-items.ts';
import type { Item } from './jsonpath-items.ts';

/**
 * `.keyvalue()`: each member of an object as an object of its own, with an id of the object it came from.
 * The id is where the object lies in the document as Postgres stores it, with the number of the document before that.
 */

/** A document whose parts are met: the root is 0, variables count from 1, and each pair that is made goes on from there. */
export interface Base {
  readonly root: Item;
  readonly id: number;
}

const perBase = 10_000_000_000n;

export class KeyValues {
  #nextBase: number;
  /** where the containers of a document lie */
  readonly #places = new Map<Item, ReadonlyMap<JsonValue, number>>();

  constructor(nextBase: number) {
    this.#nextBase = nextBase;
  }

  *of(object: ReadonlyMap<string, JsonValue>, base: Base): Generator<{ readonly pair: JsonValue; readonly base: Base }> {
    const id = numericFromBigint(BigInt(this.#placeOf(object, base.root)) + BigInt(base.id) * perBase);
    for (const [key, value] of object) {
      const pair = jsonObject([['key', key], ['value', value], ['id', id]]);
      yield { pair, base: { root: pair, id: this.#nextBase++ } };
    }
  }

  #placeOf(object: JsonValue, root: Item): number {
    let places = this.#places.get(root);
    if (places === undefined) {
      const found = new Map<JsonValue, number>();
      if (isObject(root) || isArray(root)) place(root, 0, found);
      this.#places.set(root, places = found);
    }
    return places.get(object) ?? 0;
  }
}

const aligned = (at: number): number => (at + 3) & ~3;

/** Lays a container out from `start`, as jsonb.h describes; answers where it ends. */
function place(container: ReadonlyMap<string, JsonValue> | readonly JsonValue[], start: number, found: Map<JsonValue, number>): number {
  const at = aligned(start);
  found.set(container, at);
  const values = isObject(container) ? [...container.values()] : container;
  let end = at + 4 + 4 * (isObject(container) ? 2 * container.size : values.length);
  if (isObject(container)) for (const key of container.keys()) end += utf8Length(key);
  for (const value of values) {
    if (typeof value === 'string') end += utf8Length(value);
    else if (isNumber(value)) end = aligned(end) + numericSize(value);
    else if (isObject(value) || isArray(value)) end = place(value, end, found);
  }
  return end;
}

/** The bytes of a stored numeric: a length, a header that is short where weight and scale are small, and digits of base 10,000. */
function numericSize(value: Numeric): number {
  if (value.special !== undefined) return 6;
  const [whole = '', fraction = ''] = numericPrint(value).replace('-', '').split('.');
  const digits = whole.padStart(Math.ceil(whole.length / 4) * 4, '0') + fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0');
  const groups = digits.match(/\d{4}/g) ?? [];
  const first = groups.findIndex((group) => group !== '0000');
  const last = groups.findLastIndex((group) => group !== '0000');
  const weight = first < 0 ? 0 : Math.ceil(whole.length / 4) - 1 - first;
  const short = value.scale <= 63 && weight >= -64 && weight <= 63;
  return 4 + (short ? 2 : 4) + 2 * (first < 0 ? 0 : last - first + 1);
}
