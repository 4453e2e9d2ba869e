import { batchOf } from '../../../src/database/rows.ts';
import { codecOf, defaultTextSettings, readRow, SqlError } from '../../../src/core/index.ts';
import type { Column, Datum, RelationType, SqlType } from '../../../src/core/index.ts';
import type { Relation, RelationId } from '../../../src/ir/index.ts';
import { relationTypeOf } from '../../../src/ir/index.ts';
import { Engine } from '../../../src/views/index.ts';
import type { Change, LogReader, QueryRun, Subscription } from '../../../src/views/index.ts';
import type { CatalogSnapshot } from '../../../src/catalog/index.ts';
import { catalogOf, testEnvironment, view } from '../../planner/support.ts';
import type { Row, RowChange, TableSpec, Tick } from './history.ts';

export type EngineClass = new (...options: ConstructorParameters<typeof Engine>) => Engine;

/** A bag of rows as text: each row's copies. */
export type Bag = ReadonlyMap<string, number>;
export type Answer = Bag | { readonly error: string };

/** A planned view, independent of the engine that runs it. */
export interface Planned {
  readonly sql: string;
  readonly relation: Relation;
  readonly columns: readonly Column[];
}

/** The catalog of a case's tables: what its queries are planned over. */
export class Schema {
  readonly tables: readonly TableSpec[];
  readonly catalog: CatalogSnapshot;
  readonly ids: readonly RelationId[];
  readonly types: readonly RelationType[];
  /** whether equal values may print differently, so that what is shown for a group is open */
  readonly #loose: boolean;

  constructor(tables: readonly TableSpec[]) {
    this.tables = tables;
    this.catalog = catalogOf(Object.fromEntries(tables.map(({ name, columns }) => [name, columns.map((column) => `${column.name} ${column.type}`).join(', ')])));
    const items = tables.map(({ name }) => this.catalog.find(undefined, name, ['public']) as unknown as { readonly id: RelationId; readonly type: RelationType });
    this.ids = items.map(({ id }) => id);
    this.types = items.map(({ type }) => type);
    this.#loose = tables.some(({ columns }) => columns.some(({ type }) => type === 'numeric' || type === 'float8'));
  }

  plan(sql: string): Planned {
    const planned = view(this.catalog, 'v', sql);
    return { sql, relation: planned.relation, columns: planned.columns };
  }

  parse(table: number, row: Row): readonly Datum[] {
    return row.map((text, index) => {
      const { type } = this.types[table]!.columns[index]!;
      return text === null ? null : codecOf(type.oid).parse(text, defaultTextSettings, type.typmod);
    });
  }

  bag(rows: Iterable<readonly [readonly (string | null)[], number]>, types: readonly SqlType[]): Bag {
    const bag = new Map<string, number>();
    for (const [row, weight] of rows) {
      const key = JSON.stringify(this.#loose ? row.map((text, index) => loosely(text, types[index]!.oid)) : row);
      bag.set(key, (bag.get(key) ?? 0) + weight);
    }
    for (const [key, weight] of bag) if (weight === 0) bag.delete(key);
    return bag;
  }
}

const loosely = (text: string | null, oid: number): string | null => {
  if (text === null) return null;
  if (oid === 1700 && text.includes('.')) return text.replace(/\.?0+$/, '').replace(/^-0$/, '0');
  return (oid === 701 || oid === 1700) && text === '-0' ? '0' : text;
};

export const printed = (values: readonly Datum[], types: readonly SqlType[]): (string | null)[] =>
  values.map((value, index) => (value === null ? null : codecOf(types[index]!.oid).print(value, defaultTextSettings)));

export type Sweeps = 'never' | 'whole' | 'sliced' | 'reused';
const sweepModes: readonly Sweeps[] = ['never', 'whole', 'sliced', 'reused'];
/** In turns by seed. */
export const sweepsOf = (seed: number): Sweeps => sweepModes[seed % sweepModes.length]!;

export interface WorldOptions {
  readonly engine?: EngineClass;
  /** tables as append-only sources that are read from the log */
  readonly fromLog?: boolean;
  /** whether symbols are reclaimed behind every tick and slice: in one go with the codes of the dead poisoned, in slices with ticks between them, or in one go with codes used again */
  readonly sweeps?: Sweeps;
  /** whether each change comes as a batch of its own, or those of one table and tick together */
  readonly batches?: 'one' | 'single';
}

/** An answer that is read bit by bit. */
export interface Reading {
  next(): (string | null)[][];
  rest(): (string | null)[][];
}

/** An engine with the tables of a case, driven by hand. */
export class World {
  readonly engine: Engine;
  readonly schema: Schema;
  readonly #options: WorldOptions;
  readonly #views = new Map<string, Planned>();
  readonly #log: { readonly time: number; readonly changes: readonly Change[] }[] = [];

  constructor(schema: Schema, options: WorldOptions = {}) {
    this.schema = schema;
    this.#options = options;
    const log: LogReader = {
      next: (relation, position = 0, time) => {
        const record = this.#log[position];
        return record === undefined || record.time > time ? undefined : { changes: record.changes.filter((change) => change.relation === relation), position: position + 1 };
      },
      rows: (relation) => this.#log.flatMap(({ changes }) => changes).reduce((sum, change) => sum + (change.relation === relation ? change.rows?.rowCount ?? 0 : 0), 0),
    };
    this.engine = new (options.engine ?? Engine)({ environment: testEnvironment(schema.catalog), log, poisonsSymbols: options.sweeps === 'whole' || options.sweeps === 'sliced', shares: true });
    schema.ids.forEach((id, index) => {
      this.engine.addRelation(id, schema.types[index]!, { held: options.fromLog !== true, keys: [], enforced: false, name: schema.tables[index]!.name });
    });
  }

  tick(tick: Tick): void {
    this.begin(tick);
    while (!this.engine.step(() => false));
    this.#sweep();
  }
  /** Begins a tick; `step` goes on with it. */
  begin({ time, changes }: Tick): void {
    const batches = this.#batches(changes);
    this.#log.push({ time, changes: batches });
    this.engine.begin(time, batches);
  }
  /** As little of the tick under way as the engine does at a time; true when it is at its end. */
  step(): boolean {
    return this.engine.step(() => true);
  }

  #sweep(): void {
    const { sweeps = 'never' } = this.#options;
    if (sweeps !== 'never') this.engine.sweep(() => sweeps === 'sliced');
  }

  /** Adjacent changes of one table as one batch, or each alone; in either case in order. */
  #batches(changes: readonly RowChange[]): Change[] {
    const runs: RowChange[][] = [];
    for (const change of changes) {
      const last = runs.at(-1);
      // `batchOf` gives one weight to all its rows.
      if (this.#options.batches !== 'single' && last !== undefined && last[0]!.table === change.table && last[0]!.weight === change.weight) last.push(change);
      else runs.push([change]);
    }
    return runs.map((run) => {
      const { table, weight } = run[0]!;
      return { relation: this.schema.ids[table]!, rows: batchOf(this.schema.types[table]!.columns.map(({ type }) => type), run.map(({ row }) => this.schema.parse(table, row)), weight) };
    });
  }

  addView(name: string, planned: Planned): void {
    this.startView(name, planned);
    this.work();
  }
  /** Without the work that completes it. */
  startView(name: string, planned: Planned): void {
    this.#views.set(name, planned);
    this.engine.addView(name as RelationId, name, { columns: planned.columns, keys: [] }, planned.relation, 'fail');
  }

  work(): void {
    while (this.engine.work(() => false));
  }
  /** One slice: as little as the engine does at a time. */
  slice(): boolean {
    const more = this.engine.work(() => true);
    this.#sweep();
    return more;
  }

  read(name: string): Answer {
    return this.ask(this.get(name));
  }
  /** The view as a relation. */
  get(name: string): Relation {
    const { columns } = this.#views.get(name)!;
    return { op: 'get', id: name as RelationId, type: { columns, keys: [] } };
  }

  /** The relation as a query that is asked once. */
  ask(relation: Relation): Answer {
    const run = this.start(relation);
    while (!run.ready) this.engine.work(() => false);
    return this.finish(relation, run);
  }
  /** Without the work that answers it. */
  start(relation: Relation): QueryRun {
    const type = relationTypeOf(relation);
    return this.engine.query(relation, type, { order: [], offset: 0, limit: null, width: type.columns.length }, testEnvironment(this.schema.catalog), { interrupt: () => {}, memoryBytes: Infinity });
  }
  /** The answer of a query that is ready. */
  finish(relation: Relation, run: QueryRun): Answer {
    const types = relationTypeOf(relation).columns.map((column) => column.type);
    try {
      return this.schema.bag([...this.#reading(relation, run).rest()].map((row) => [row, 1]), types);
    } catch (error) {
      if (error instanceof SqlError) return { error: `${error.code} ${error.message}` };
      throw error;
    }
  }

  /** A query that has its answer, which is read bit by bit. Raises what fails it. */
  query(relation: Relation): Reading {
    const run = this.start(relation);
    while (!run.ready) this.engine.work(() => false);
    return this.#reading(relation, run);
  }
  #reading(relation: Relation, run: QueryRun): Reading {
    const types = relationTypeOf(relation).columns.map((column) => column.type);
    if (run.failure !== undefined) throw run.failure;
    const next = (): (string | null)[][] => {
      const batch = run.next(1000);
      return Array.from({ length: batch?.rowCount ?? 0 }, (_, row) => new Array<(string | null)[]>(batch!.weight(row)).fill(printed(readRow(batch!, row), types))).flat();
    };
    const rest = (): (string | null)[][] => {
      const rows: (string | null)[][] = [];
      while (!run.done) rows.push(...next());
      run.close();
      return rows;
    };
    return { next, rest };
  }

  subscribe(name: string): Follower {
    const { columns } = this.#views.get(name)!;
    return this.follow({ op: 'get', id: name as RelationId, type: { columns, keys: [] } }, columns);
  }
  follow(relation: Relation, columns: readonly Column[]): Follower {
    const subscription = this.engine.subscribe(relation, { columns, keys: [] }, testEnvironment(this.schema.catalog), true, { interrupt: () => {}, memoryBytes: Infinity });
    return new Follower(this.schema, subscription, columns.map((column) => column.type));
  }

  /** Rows held by the operators of all views, and errors that lie in them. */
  get held(): { readonly rows: number; readonly errors: number } {
    return {
      rows: this.engine.memory().filter(({ name }) => name.endsWith('(operators)')).reduce((sum, { rows }) => sum + rows, 0),
      errors: this.engine.relations.viewErrors().reduce((sum, { errors }) => sum + errors.length, 0),
    };
  }
}

/** A subscriber that adds up what it is told. */
export class Follower {
  readonly #schema: Schema;
  readonly #subscription: Subscription;
  readonly #types: readonly SqlType[];
  readonly #rows: [readonly (string | null)[], number][] = [];
  time = 0;

  constructor(schema: Schema, subscription: Subscription, types: readonly SqlType[]) {
    this.#schema = schema;
    this.#subscription = subscription;
    this.#types = types;
  }
  /** All that was published until now, added up; the time it is as of is `time`. */
  get state(): Answer {
    for (let published = this.#subscription.take(); published !== undefined; published = this.#subscription.take()) {
      if (published.time < this.time) throw new Error(`time ran from ${this.time} back to ${published.time}`);
      this.time = published.time;
      const { rows } = published;
      for (let row = 0; row < (rows?.rowCount ?? 0); row++) this.#rows.push([printed(readRow(rows!, row), this.#types), rows!.weight(row)]);
    }
    const { failure } = this.#subscription;
    if (failure !== undefined) return { error: `${failure.code} ${failure.message}` };
    return this.#schema.bag(this.#rows, this.#types);
  }
}

export const shown = (answer: Answer): string => ('error' in answer ? `error ${answer.error}` : [...answer].map(([row, count]) => `${count} x ${row}`).sort().join('\n'));

export const isSqlError = (error: unknown): error is SqlError => error instanceof SqlError;
