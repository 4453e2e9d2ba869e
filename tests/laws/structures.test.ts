import { expect, it } from 'vitest';
import { Oid, rowLayout, sqlType } from '../../src/core/index.ts';
import { HashIndex } from '../../src/views/state/hash-index.ts';
import { OrderedMultiset } from '../../src/views/state/ordered-multiset.ts';
import { sameRow } from '../../src/views/state/row-code.ts';
import { Slab } from '../../src/views/state/slab.ts';
import { Draw } from './support/random.ts';

/** The structures below operators, at sizes that the histories of the laws do not reach: against a Map and a sorted array. */

const layout = rowLayout([sqlType(Oid.int4), sqlType(Oid.int4)]);
const same = sameRow(layout, [0], layout, [0]);

class Rows {
  readonly slab = new Slab(layout);
  readonly index = new HashIndex(this.slab, [0]);
  /** handles by key */
  readonly model = new Map<number, Set<number>>();
  readonly handles: number[] = [];

  add(key: number): void {
    const handle = this.slab.allocate();
    const at = handle * layout.stride;
    this.slab.I.fill(0, at, at + layout.stride);
    this.slab.I[at] = 1;
    this.slab.I[at + layout.offsets[0]!] = key;
    this.index.insert(handle);
    this.handles.push(handle);
    if (!this.model.has(key)) this.model.set(key, new Set());
    this.model.get(key)!.add(handle);
  }
  removeAt(place: number): void {
    const handle = this.handles[place]!;
    this.handles[place] = this.handles[this.handles.length - 1]!;
    this.handles.pop();
    const key = this.slab.I[handle * layout.stride + layout.offsets[0]!]!;
    this.index.remove(handle);
    this.slab.free(handle);
    this.model.get(key)!.delete(handle);
    if (this.model.get(key)!.size === 0) this.model.delete(key);
  }
  found(key: number): number[] {
    const J = new Int32Array(layout.stride);
    J[layout.offsets[0]!] = key;
    const found: number[] = [];
    for (let row = this.index.find(this.index.hash(J, 0), same, J, 0); row !== 0; row = this.index.links[row * 2]!) found.push(row);
    return found.sort((a, b) => a - b);
  }
  check(keys: Iterable<number>): void {
    expect(this.index.keys).toBe(this.model.size);
    for (const key of keys) {
      const expected = [...(this.model.get(key) ?? [])].sort((a, b) => a - b);
      if (this.found(key).join() !== expected.join()) expect(this.found(key), `key ${key}`).toEqual(expected);
    }
    let visited = 0;
    this.index.each((row) => {
      visited++;
      if (!this.index.holds(row)) expect.fail(`row ${row} is visited and not held`);
    });
    expect(visited).toBe(this.handles.length);
  }
}

const shapes: Readonly<Record<string, (draw: Draw) => number>> = {
  'keys that follow one another': (draw) => draw.int(0, 300_000),
  'keys far apart': (draw) => (draw.int(0, 300_000) * 4096) | 0,
  'keys that differ in their high bits alone': (draw) => draw.int(0, 4095) << 20,
  'all over': (draw) => draw.int(-0x80000000, 0x7fffffff),
};

it.each(Object.entries(shapes))('an index finds the rows of a key, whatever came and went: %s', (name, key) => {
  const draw = new Draw(name.length);
  const rows = new Rows();
  for (let i = 0; i < 250_000; i++) {
    if (rows.handles.length > 0 && draw.chance(0.3)) rows.removeAt(draw.int(0, rows.handles.length - 1));
    else rows.add(key(draw));
  }
  rows.check([...rows.model.keys(), ...Array.from({ length: 1000 }, () => key(draw))]);
  while (rows.handles.length > 0) rows.removeAt(rows.handles.length - 1);
  rows.check([1, 2, 3]);
});

it('hashes that begin alike make parts larger, not more and more of them', () => {
  const rows = new Rows();
  // The hash of one word is its product with an odd number, so that keys are found by its inverse.
  let inverse = 0x9e3779b1;
  for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(0x9e3779b1, inverse));
  for (let hash = 0; hash < 60_000; hash += 8) {
    const high = Math.imul(hash, inverse) >>> 0;
    if (high < 1 << 29) for (let low = 0; low < 8; low++) rows.add((high << 3) | low);
  }
  const J = new Int32Array(layout.stride);
  expect(new Set(Array.from(rows.model.keys(), (key) => {
    J[layout.offsets[0]!] = key;
    return rows.index.hash(J, 0) >>> 16;
  })).size).toBe(1);
  rows.check(rows.model.keys());
  expect(rows.index.parts.length).toBeLessThanOrEqual(64);
});

const ranks = { without: undefined, with: ({ n }: { readonly n: number }): number => Math.floor(n / 3) };

it.each(Object.entries(ranks))('an ordered multiset is a sorted list, %s ranks', (_, rank) => {
  const draw = new Draw(7);
  const values = Array.from({ length: 4000 }, (_each, n) => ({ n }));
  const list = new OrderedMultiset<{ readonly n: number }>((a, b) => a.n - b.n, rank);
  const weights = new Int32Array(values.length);
  for (let i = 0; i < 40_000; i++) {
    const value = values[draw.int(0, values.length - 1)]!;
    const weight = i % 2 === 0 || weights[value.n] === 0 ? 1 : -weights[value.n]!;
    weights[value.n]! += weight;
    list.add(value, weight);
  }
  const expected = values.flatMap(({ n }) => (weights[n]! > 0 ? [[n, weights[n]!]] : []));
  expect([...list.entries()].map(([{ n }, weight]) => [n, weight])).toEqual(expected);
  expect([list.first()?.n, list.last()?.n, list.size]).toEqual([expected[0]![0], expected.at(-1)![0], expected.length]);
});
