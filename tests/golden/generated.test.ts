import { expect, test } from 'vitest';
import { Oid, rowLayout, sqlType } from '../../src/core/index.ts';
import type { Scalar } from '../../src/ir/index.ts';
import { joinSource } from '../../src/views/operators/join-code.ts';
import { compileAround } from '../../src/views/scalar/compile.ts';
import { HashIndex } from '../../src/views/state/hash-index.ts';
import { Slab } from '../../src/views/state/slab.ts';
import { Symbols } from '../../src/views/state/symbols.ts';
import { catalogOf, testEnvironment } from '../planner/support.ts';

/** leads LEFT JOIN coupons ON coupons.lead = leads.id, where leads are a table and coupons an input of the join's own; WHERE leads.amount > 0. */
const layouts = [rowLayout([sqlType(Oid.int4), sqlType(Oid.int4)]), rowLayout([sqlType(Oid.int4), sqlType(Oid.int8)])];
const column = (index: number, oid: number): Scalar => ({ op: 'column', index, type: sqlType(oid) });
const positive: Scalar = { op: 'call', function: 'int4gt(int4,int4)', args: [column(1, Oid.int4), { op: 'literal', value: 0, type: sqlType(Oid.int4) }], type: sqlType(Oid.bool) };

function generated(start: number): string {
  const slabs = layouts.map((layout) => new Slab(layout));
  const edge = { index: new HashIndex(slabs[1]!, [0]), fromColumns: [0], toColumns: [0], notNull: [0], outer: true };
  const down = { ...edge, from: 0, to: 1 };
  const up = { ...edge, from: 1, to: 0, index: new HashIndex(slabs[0]!, [0]), outer: false };
  let source = '';
  compileAround(layouts, [positive], [column(0, Oid.int4), column(3, Oid.int8)], { symbols: new Symbols(), environment: testEnvironment(catalogOf({})), position: 0, hidden: undefined, once: false, time: 0 }, (row) => {
    source = joinSource({
      slabs, start, up: start === 1 ? up : undefined, steps: start === 1 ? [] : [down], siblings: start === 1 ? edge.index : undefined,
      shared: [{ collection: { weightFor: () => 1 }, order: 0 }, undefined], current: new Int32Array(2), report: () => {}, hide: undefined, target: { push: () => {} }, J: new Int32Array(8), G: new Float64Array(4),
    }, row);
    return source;
  });
  return `${source}\n`;
}

test('the functions of a left join read as they are meant', async () => {
  await expect(generated(0)).toMatchFileSnapshot('left-join.change-of-left.js.txt');
  await expect(generated(1)).toMatchFileSnapshot('left-join.change-of-right.js.txt');
});
