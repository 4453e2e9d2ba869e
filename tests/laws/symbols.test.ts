import { describe, expect, it } from 'vitest';
import { Oid, sqlType } from '../../src/core/index.ts';
import { Scratch } from '../../src/views/operators/operator.ts';
import { readColumn, writeColumn } from '../../src/views/scalar/runtime.ts';
import { Arrangement } from '../../src/views/state/arrangement.ts';
import { Symbols } from '../../src/views/state/symbols.ts';
import { SymbolSweep } from '../../src/views/state/symbol-sweep.ts';
import type { SymbolRoot } from '../../src/views/state/symbol-sweep.ts';
import type { Row } from './support/history.ts';
import { Draw, seeds } from './support/random.ts';
import { schema } from './support/errors.ts';
import { World } from './support/world.ts';

/** Text with where it is kept: a row of words a symbol. */
class Kept implements SymbolRoot {
  readonly rows = new Map<string, number>();
  *markSymbols(symbols: Symbols): Iterable<void> {
    for (const word of this.rows.values()) {
      symbols.markRows(Int32Array.of(word), 1, 0, 1, Int32Array.of(0));
      yield;
    }
  }
}

const text = new TextEncoder();
const store = (symbols: Symbols, value: string): number => {
  const word = symbols.intern(symbols.transient(value), Oid.text);
  symbols.forgetTransients();
  return word;
};

describe('the dictionary', () => {
  it('keeps what is kept, whatever comes and goes while it is swept', { timeout: 60_000 }, () => {
    for (const seed of seeds(10)) {
      const draw = new Draw(seed);
      const symbols = new Symbols();
      const kept = new Kept();
      let sweep: SymbolSweep | undefined;
      for (let step = 0; step < 3000; step++) {
        const value = `${'x'.repeat(draw.int(0, draw.chance(0.02) ? 9000 : 30))}${draw.int(0, 400)}`;
        if (draw.chance(0.5)) kept.rows.set(value, store(symbols, value));
        else if (draw.chance(0.5)) kept.rows.delete(value);
        else store(symbols, value);
        if (sweep === undefined && draw.chance(0.01)) sweep = new SymbolSweep(symbols, [kept]);
        if (sweep?.step(() => true) === true) sweep = undefined;
        if (step % 500 !== 499) continue;
        const words = new Set<number>();
        for (const [each, word] of kept.rows) {
          if (symbols.value(word, Oid.text) !== each || store(symbols, each) !== word) expect.fail(`LAW_SEED=${seed}, step ${step}: ${each}`);
          words.add(word);
        }
        expect(words.size).toBe(kept.rows.size);
      }
    }
  });

  it('forgets what nobody keeps: codes and segments are used again', () => {
    const symbols = new Symbols();
    const kept = new Kept();
    kept.rows.set('stays', store(symbols, 'stays'));
    const sizes: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (let n = 0; n < 50_000; n++) store(symbols, `a text of some length, number ${round} ${n}`);
      expect(new SymbolSweep(symbols, [kept]).step(() => false)).toBe(true);
      expect(symbols.size).toBe(1);
      sizes.push(symbols.byteLength);
    }
    expect(sizes.at(-1)!).toBeLessThanOrEqual(sizes[0]! + (1 << 20));
    expect(symbols.value(kept.rows.get('stays')!, Oid.text)).toBe('stays');
  });

  it('moves the few that live out of segments in which most is dead', () => {
    const symbols = new Symbols();
    const kept = new Kept();
    for (let n = 0; n < 200_000; n++) {
      const value = `text number ${n} ${'.'.repeat(40)}`;
      const word = store(symbols, value);
      if (n % 1000 === 0) kept.rows.set(value, word);
    }
    const before = symbols.byteLength;
    // The first sweep finds out which are sparse, the second empties them.
    for (let sweeps = 0; sweeps < 2; sweeps++) new SymbolSweep(symbols, [kept]).step(() => false);
    expect(before - symbols.byteLength).toBeGreaterThan(200_000 * 50 - (3 << 20));
    for (const [value, word] of kept.rows) expect(symbols.value(word, Oid.text)).toBe(value);
  });

  it('learns of a row that moves, while it is swept, from where the sweep has not been to where it has', () => {
    const symbols = new Symbols({ poisons: true });
    const [seen, ahead] = [new Arrangement([sqlType(Oid.text)], symbols), new Arrangement([sqlType(Oid.text)], symbols)];
    const put = (into: Arrangement, value: string): number => {
      const { I, F } = new Scratch(into.layout);
      writeColumn(symbols, into.layout, I, F, 0, 0, value);
      const handle = into.add(I, 0, 1);
      symbols.forgetTransients();
      return handle;
    };
    put(seen, 'here');
    const handle = put(ahead, 'moves');
    const sweep = new SymbolSweep(symbols, [seen, ahead]);
    sweep.step(() => true);
    const { slab } = ahead;
    const moved = seen.add(slab.I, handle * slab.stride, 1);
    ahead.add(slab.I, handle * slab.stride, -1);
    ahead.release(handle);
    sweep.step(() => false);
    expect(readColumn(symbols, seen.layout, seen.slab.I, seen.slab.F, moved * seen.slab.stride, 0)).toBe('moves');
  });

  it('finds out who reads a symbol that was reclaimed', () => {
    const symbols = new Symbols({ poisons: true });
    const word = store(symbols, 'gone');
    new SymbolSweep(symbols, []).step(() => false);
    expect(() => symbols.value(word, Oid.text)).toThrow('was reclaimed while a row held it');
    expect(store(symbols, 'gone')).not.toBe(word);
    expect(text.encode('gone')).toEqual(symbols.bytes(store(symbols, 'gone'), Oid.text));
  });
});

describe('the engine', () => {
  const row = (k: number, s: string): Row => [String(k), '1', s, null];
  const rows = (from: number, to: number, weight: number): { table: number; row: Row; weight: number }[] =>
    Array.from({ length: to - from }, (_, n) => ({ table: 0, row: row(n % 50, `text ${from + n}`), weight }));

  it('sweeps when the dictionary has doubled, between ticks, in slices of its work', () => {
    const world = new World(schema);
    world.addView('v', schema.plan('SELECT k, max(s) AS s FROM t0 GROUP BY k'));
    const size = (): number => world.engine.memory().find(({ name }) => name === 'symbols')!.rows;
    let most = 0;
    for (let round = 0; round < 40; round++) {
      world.tick({ time: 2 * round + 1, changes: rows(round * 10_000, round * 10_000 + 10_000, 1) });
      world.work();
      world.tick({ time: 2 * round + 2, changes: rows(round * 10_000, round * 10_000 + 10_000, -1) });
      world.work();
      most = Math.max(most, size());
    }
    expect(most).toBeLessThan(200_000);
    expect(world.held).toEqual({ rows: 0, errors: 0 });
  }, 60_000);

  it('leaves alone what an answer still holds that is being read', () => {
    const world = new World(schema, { sweeps: 'whole' });
    world.tick({ time: 1, changes: rows(0, 3000, 1) });
    const query = world.query(schema.plan('SELECT k, s FROM t0').relation);
    const first = query.next();
    world.tick({ time: 2, changes: rows(0, 3000, -1) });
    const all = [...first, ...query.rest()].map(([, s]) => s);
    expect(new Set(all)).toEqual(new Set(Array.from({ length: 3000 }, (_, n) => `text ${n}`)));
    world.engine.sweep(() => false);
    expect(world.engine.symbols.size).toBe(0);
  });
});
