import { expect, it } from 'vitest';
import { codecOf, defaultTextSettings, Oid, readRow, sqlType } from '../../src/core/index.ts';
import type { Datum, RowBatch, SqlType } from '../../src/core/index.ts';
import type { Environment, LookupKey, Relation, Scalar } from '../../src/ir/index.ts';
import { mapScalar, mapScalars, operatorsNamed, relationTypeOf } from '../../src/ir/index.ts';
import { NearRelations, Peek } from '../../src/views/index.ts';
import type { PeekPlan, Stale } from '../../src/views/index.ts';
import { Interpreter } from '../planner/interpreter.ts';
import { testEnvironment } from '../planner/support.ts';
import { Draw, seeds } from './support/random.ts';
import type { ColumnSpec, Row, RowChange } from './support/history.ts';
import { startMs } from './support/history.ts';
import { printed, Schema, sweepsOf, World } from './support/world.ts';

/** Few values of each type, among them equal ones of different bytes. */
const domains: Readonly<Record<string, readonly string[]>> = {
  int4: ['-1', '0', '1', '2147483647'], int8: ['0', '1', '-9223372036854775808', '9007199254740993'], numeric: ['0', '0.00', '1.5', '1.50', 'NaN', '-1.500'],
  text: ['', 'a', 'b', 'é'], bpchar: ['a', 'a ', 'b', ''], float8: ['0', '-0', 'NaN', '1.5'], interval: ['1 mon', '30 days', '720:00:00', '1 day'],
  bool: ['t', 'f'], timestamptz: ['2026-01-01 00:00:00+00', '2026-01-01 01:00:00+01', 'infinity'], jsonb: ['1', '1.0', '{"a": 1}', '[]'], date: ['2026-01-01', '-infinity'], uuid: ['00000000-0000-0000-0000-000000000001', '00000000-0000-0000-0000-000000000002'],
};
const equalityOf = (oid: number): string => operatorsNamed('=').find((row) => row.left === oid && row.right === oid)!.function;

interface Asked {
  readonly lookup: Relation;
  readonly scan: Relation;
}

/** The same condition over the whole relation and over what the index finds. */
function drawQuery(draw: Draw, schema: Schema, columns: readonly number[]): Asked {
  const { types } = schema;
  const keys: LookupKey[][] = [];
  const predicates: Scalar[] = [];
  for (const column of columns) {
    const { type } = types[0]!.columns[column]!;
    const of = schema.tables[0]!.columns[column]!.type;
    const value = (text: string | null): Scalar => ({ op: 'literal', type, value: text === null ? null : codecOf(type.oid).parse(text, defaultTextSettings, -1) as Datum });
    const own: Scalar = { op: 'column', index: column, type };
    const bool = sqlType(Oid.bool);
    const values = draw.list(draw.int(1, 3), () => value(draw.chance(0.1) ? null : draw.of(domains[of]!)));
    const nullSafe = draw.chance(0.3);
    keys.push(values.map((literal) => ({ value: literal, elements: false, nullSafe })));
    predicates.push({ op: 'or', type: bool, args: values.map((literal) => (nullSafe ? { op: 'same', left: own, right: literal, type: bool } : { op: 'call', function: equalityOf(type.oid), args: [own, literal], type: bool })) });
  }
  const get = { op: 'get', id: schema.ids[0]!, type: types[0]! } as const;
  return { scan: { op: 'filter', input: get, predicates }, lookup: { op: 'filter', input: { ...get, lookup: { index: 'i', columns, keys } }, predicates } };
}

/** The same with parameters in the place of literals, and their values. */
function parameterised(relation: Relation): { readonly relation: Relation; readonly values: readonly Datum[] } {
  const values: Datum[] = [];
  const general = mapScalars(relation, (scalar) => mapScalar(scalar, (node) => (node.op === 'literal' ? { op: 'parameter', index: values.push(node.value), type: node.type } : node)));
  return { relation: general, values };
}

interface Prepared {
  readonly scan: Relation;
  readonly types: readonly SqlType[];
  readonly plan: PeekPlan;
  readonly peek: Peek;
  readonly values: readonly Datum[];
}

/** The other thread: what it was told of, what it was told to forget and has not heard of yet, and the peeks it has compiled. */
class Other {
  readonly relations = new NearRelations();
  readonly asked: Prepared[] = [];
  readonly #environment: Environment;
  readonly #stale: Stale[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }
  prepare({ scan, lookup }: Asked): Prepared {
    const { relation, values } = parameterised(lookup);
    const types = relationTypeOf(scan).columns.map((column) => column.type);
    const plan = { relation, order: [], limit: null, offset: null, width: types.length };
    const prepared = { scan, types, plan, peek: new Peek(plan, this.#environment, this.relations), values };
    this.asked.push(prepared);
    return prepared;
  }
  read({ peek, values }: Prepared): RowBatch | null | undefined {
    return this.relations.knowsSymbols ? peek.read(values) : undefined;
  }
  missing({ peek: { id } }: Prepared): { readonly relation: boolean; readonly symbols: boolean } {
    return { relation: this.relations.sound(id) === undefined, symbols: !this.relations.knowsSymbols };
  }
  note(stale: Stale): void {
    this.#stale.push(stale);
  }
  forgetAll(): void {
    for (const { relations, symbols } of this.#stale.splice(0)) {
      for (const id of relations) this.relations.forget(id);
      if (symbols) this.relations.forgetSymbols();
    }
  }
}

class Case {
  readonly draw: Draw;
  readonly schema: Schema;
  readonly world: World;
  readonly columns: readonly number[];
  readonly #live: Row[] = [];
  /** the rows after each tick, by its time */
  readonly #states = new Map<number, Row[]>();
  #time = startMs;
  covered = { cut: 0, found: 0, peeked: 0, told: 0, near: 0 };

  constructor(seed: number) {
    this.draw = new Draw(seed);
    const { draw } = this;
    const specs = draw.shuffled(Object.keys(domains)).slice(0, 3).map((type, i): ColumnSpec => ({ name: `c${i}`, kind: 'text', type }));
    this.schema = new Schema([{ name: 't', columns: [...specs, { name: 'n', kind: 'int', type: 'int4' }] }]);
    this.world = new World(this.schema, { sweeps: sweepsOf(seed) });
    this.columns = draw.shuffled([0, 1, 2]).slice(0, draw.int(1, 2));
  }

  tick(rows: number): void {
    this.world.tick(this.#next(rows));
    this.#states.set(this.#time, [...this.#live]);
  }
  /** The same in slices, with `between` after each. */
  tickInSlices(rows: number, between: () => void): void {
    this.world.begin(this.#next(rows));
    for (let done = false; !done; ) {
      // The state as of the tick is there from its close on.
      if (this.world.engine.time === this.#time) this.#states.set(this.#time, [...this.#live]);
      between();
      done = this.world.step();
    }
    this.#states.set(this.#time, [...this.#live]);
  }
  #next(rows: number): { readonly time: number; readonly changes: readonly RowChange[] } {
    const { draw } = this;
    const changes = draw.list(rows, (i): RowChange => {
      if (this.#live.length > 0 && draw.chance(0.4)) return { table: 0, row: this.#live.splice(draw.int(0, this.#live.length - 1), 1)[0]!, weight: -1 };
      const row = [...this.schema.tables[0]!.columns.slice(0, 3).map(({ type }) => (draw.chance(0.1) ? null : draw.of(domains[type]!))), String(draw.chance(0.2) ? 1 : (this.#time % 100_000) * 100 + i)];
      this.#live.push(row);
      return { table: 0, row, weight: 1 };
    });
    return { time: ++this.#time, changes };
  }

  #bag(rows: readonly [(string | null)[], number][], types: Parameters<Schema['bag']>[1]): unknown {
    return this.schema.bag([...rows], types);
  }
  #expected(scan: Relation, time: number): readonly { readonly row: readonly Datum[]; readonly weight: number }[] {
    const stored = new Map([[this.schema.ids[0]! as string, this.#states.get(time)!.map((row) => this.schema.parse(0, row))]]);
    return new Interpreter(testEnvironment(this.schema.catalog), stored, time).run(scan, new Map());
  }

  /** What is read at once, in the middle of a tick or not, is the last closed one. */
  peek(): void {
    const { draw, world, schema } = this;
    const { scan, lookup } = drawQuery(draw, schema, this.columns);
    const types = relationTypeOf(scan).columns.map((column) => column.type);
    const { relation, values } = parameterised(lookup);
    const batch = world.engine.peek({ relation, order: [], limit: null, offset: null, width: types.length }).read(values);
    expect(batch).toBeDefined();
    const rows = Array.from({ length: batch?.rowCount ?? 0 }, (_, row): [(string | null)[], number] => [printed(readRow(batch!, row), types), batch!.weight(row)]);
    this.covered.peeked += rows.length;
    expect(this.#bag(rows, types)).toEqual(this.#bag(this.#expected(scan, world.engine.time).map(({ row, weight }) => [printed(row, types), weight]), types));
  }

  /** What another thread would read, where it was told of all that it needs; being told again makes it so. As the threads do, whoever reads is kept from the middle of a tick. */
  near(other: Other): void {
    const { draw, world, schema } = this;
    other.note(world.engine.told.stale());
    if (world.engine.applying) return;
    if (draw.chance(0.5)) other.forgetAll();
    const known = other.asked.length > 0 && draw.chance(0.7) ? draw.of(other.asked) : other.prepare(drawQuery(draw, schema, this.columns));
    let batch = other.read(known);
    if (batch === undefined) {
      this.covered.told++;
      const shared = world.engine.told.share(known.peek.id, other.missing(known));
      if (shared === undefined) {
        expect(world.engine.peek({ ...known.plan }).read(known.values)).toBeUndefined();
        return;
      }
      // Shared memory is the same memory behind the copy, all else is not.
      other.relations.learn(structuredClone(shared));
      batch = other.read(known);
      expect(batch).toBeDefined();
    } else this.covered.near++;
    const rows = Array.from({ length: batch?.rowCount ?? 0 }, (_, row): [(string | null)[], number] => [printed(readRow(batch!, row), known.types), batch!.weight(row)]);
    expect(this.#bag(rows, known.types)).toEqual(this.#bag(this.#expected(known.scan, world.engine.time).map(({ row, weight }) => [printed(row, known.types), weight]), known.types));
  }

  /** The answer through the index, with ticks between slices, is what the query says of the rows at the time that it answers as of. */
  compare(dropsMidway: boolean): void {
    const { draw, world, schema } = this;
    const { scan, lookup } = drawQuery(draw, schema, this.columns);
    const type = relationTypeOf(scan);
    const types = type.columns.map((column) => column.type);
    const run = world.engine.query(lookup, type, { order: [], offset: 0, limit: null, width: types.length }, testEnvironment(schema.catalog), { interrupt: () => {}, memoryBytes: Infinity });
    for (let slices = 1; !run.ready; slices++) {
      world.slice();
      if (run.ready) break;
      this.covered.cut++;
      if (dropsMidway && slices === 2) world.engine.dropIndex(schema.ids[0]!, 'i');
      if (draw.chance(0.5)) this.tick(draw.int(1, 6));
    }
    expect(run.failure).toBeUndefined();
    const rows: [(string | null)[], number][] = [];
    while (!run.done) {
      const batch = run.next(1000);
      for (let row = 0; row < (batch?.rowCount ?? 0); row++) rows.push([printed(readRow(batch!, row), types), batch!.weight(row)]);
    }
    this.covered.found += rows.length;
    expect(schema.bag(rows, types)).toEqual(schema.bag(this.#expected(scan, run.time).map(({ row, weight }) => [printed(row, types), weight]), types));
  }
}

it('a lookup answers as the scan does, for keys of any type, while ticks come between its slices', { timeout: 300_000 }, () => {
  const covered = { cut: 0, found: 0 };
  for (const seed of seeds(200)) {
    const subject = new Case(seed);
    const { world, schema, columns, draw } = subject;
    if (draw.chance(0.5)) subject.tick(300);
    world.engine.addIndex(schema.ids[0]!, { index: 'i', name: 'i', columns, unique: false });
    if (draw.chance(0.9)) world.work();
    subject.tick(100);
    try {
      for (let round = 0; round < 4; round++) subject.compare(round === 3);
      expect(world.held.errors).toBe(0);
    } catch (cause) {
      throw new Error(`LAW_SEED=${seed}: columns ${columns.join()} of ${schema.tables[0]!.columns.map(({ type }) => type).join()}`, { cause });
    }
    covered.cut += subject.covered.cut;
    covered.found += subject.covered.found;
  }
  expect(covered.cut).toBeGreaterThan(1000);
  expect(covered.found).toBeGreaterThan(10_000);
});

it('a peek answers as the scan does, as of the last closed tick, between the slices of a tick', { timeout: 300_000 }, () => {
  let peeked = 0;
  for (const seed of seeds(100)) {
    const subject = new Case(seed);
    const { world, schema, columns } = subject;
    subject.tick(100);
    world.engine.addIndex(schema.ids[0]!, { index: 'i', name: 'i', columns, unique: false });
    try {
      for (let round = 0; round < 3; round++) subject.tickInSlices(20, () => subject.peek());
      subject.peek();
    } catch (cause) {
      throw new Error(`LAW_SEED=${seed}: columns ${columns.join()} of ${schema.tables[0]!.columns.map(({ type }) => type).join()}`, { cause });
    }
    peeked += subject.covered.peeked;
  }
  expect(peeked).toBeGreaterThan(5000);
});

it('what another thread reads of the memory between ticks is the last closed one, while tables grow, symbols are reclaimed, and indexes come and go', { timeout: 300_000 }, () => {
  const covered = { told: 0, near: 0 };
  for (const seed of seeds(100)) {
    const subject = new Case(seed);
    const { world, schema, columns, draw } = subject;
    const other = new Other(testEnvironment(schema.catalog));
    const index = { index: 'i', name: 'i', columns, unique: false };
    subject.tick(draw.int(1, 40));
    world.engine.addIndex(schema.ids[0]!, index);
    try {
      for (let round = 0; round < 12; round++) {
        subject.tickInSlices(draw.int(1, round === 6 ? 400 : 20), () => subject.near(other));
        if (draw.chance(0.1)) world.engine.dropIndex(schema.ids[0]!, 'i');
        subject.near(other);
        if (draw.chance(0.2)) {
          world.engine.addIndex(schema.ids[0]!, index);
          world.slice();
        }
        subject.near(other);
        while (world.slice());
      }
    } catch (cause) {
      throw new Error(`LAW_SEED=${seed}: columns ${columns.join()} of ${schema.tables[0]!.columns.map(({ type }) => type).join()}`, { cause });
    }
    covered.told += subject.covered.told;
    covered.near += subject.covered.near;
  }
  expect(covered.told).toBeGreaterThan(500);
  expect(covered.near).toBeGreaterThan(1000);
});

it('an index is gone with its last owner, and its memory with it', () => {
  const subject = new Case(1);
  const { world, schema } = subject;
  subject.tick(5000);
  const bytes = (): number => world.engine.memory().find(({ name }) => name === 't')!.bytes;
  const before = bytes();
  const add = (index: string, column: number): void => {
    world.engine.addIndex(schema.ids[0]!, { index, name: index, columns: [column], unique: false });
    world.work();
  };
  add('a', 0);
  add('b', 0);
  const both = bytes();
  expect(both).toBeGreaterThan(before);
  world.engine.dropIndex(schema.ids[0]!, 'a');
  expect(bytes()).toBe(both);
  world.engine.dropIndex(schema.ids[0]!, 'b');
  expect(bytes()).toBe(before);

  // Few rows lie under a value of the last column: rows are found through its index from now on, and none over whole rows is kept beside it.
  add('c', 3);
  const located = bytes();
  expect(located).toBeLessThan(before);
  world.engine.dropIndex(schema.ids[0]!, 'c');
  expect(bytes()).toBe(located);
});
