import type { Datum, RowBatch, RowLayout } from '../core/index.ts';
import { bindScalar, evaluateScalar, functionById, someScalar, substitute } from '../ir/index.ts';
import type { Environment, Lookup, Relation, RelationId, Scalar, SortKey } from '../ir/index.ts';
import { RowFinder } from './lookup.ts';
import type { FoundIndex } from './lookup.ts';
import { rowOrder } from './operators/top-k.ts';
import { BatchWriter } from './outputs/result.ts';
import { compileRow } from './scalar/compile.ts';
import type { RowFunction } from './scalar/compile.ts';
import { readColumn } from './scalar/runtime.ts';
import type { Context } from './scalar/runtime.ts';
import type { Symbols } from './state/symbols.ts';

/** Rows that a peek finds at most, and bytes that it answers with: of more a query makes batches, in slices. */
export const MOST_PEEKED = 1024;
const MOST_BYTES = 256 << 10;

/** A query as it is read by peeks; its scalars may hold parameters. */
export interface PeekPlan {
  readonly relation: Relation;
  readonly order: readonly SortKey[];
  readonly limit: Scalar | null;
  readonly offset: Scalar | null;
  /** columns of the answer: those behind are for the order alone */
  readonly width: number;
}

/** Rows of one relation, found through an index, filtered and computed one by one. */
interface Shape {
  readonly id: RelationId;
  readonly lookup: Lookup;
  /** over the relation's columns */
  readonly filters: readonly Scalar[];
  readonly outputs: readonly Scalar[];
}

function shapeOf(relation: Relation): Shape | undefined {
  switch (relation.op) {
    case 'get':
      return relation.lookup && { id: relation.id, lookup: relation.lookup, filters: [], outputs: relation.type.columns.map(({ type }, index) => ({ op: 'column', index, type })) };
    case 'filter': {
      const below = shapeOf(relation.input);
      return below && { ...below, filters: [...below.filters, ...relation.predicates.map((predicate) => substitute(predicate, below.outputs))] };
    }
    case 'map': {
      const below = shapeOf(relation.input);
      return below && { ...below, outputs: relation.columns.map(({ value }) => substitute(value, below.outputs)) };
    }
    default:
      return undefined;
  }
}

/** Whether the scalar means the same in every session and at any time. */
const isTimeless = (scalar: Scalar): boolean => !someScalar(scalar, (node) =>
  node.op === 'currentTime' || node.op === 'fromText' || node.op === 'toText' || ('function' in node && functionById(node.function)?.volatility !== 'immutable'));

/** Whether a peek can answer the query: it reads one relation through an index, and what it says of each row depends on nothing but the row and the parameters. */
export function canPeek({ relation, limit, offset }: PeekPlan): boolean {
  const shape = shapeOf(relation);
  if (shape === undefined) return false;
  const keys = shape.lookup.keys.flatMap((column) => column.map(({ value }) => value));
  return [...shape.filters, ...shape.outputs, ...keys, ...(limit === null ? [] : [limit]), ...(offset === null ? [] : [offset])].every(isTimeless);
}

/** Rows as a peek finds them: a collection, or what another thread sees of one. */
export interface PeekedRows {
  readonly layout: RowLayout;
  readonly arrangement: {
    readonly slab: { readonly I: Int32Array; readonly F: Float64Array; readonly stride: number };
    readonly indexes: { find(columns: readonly number[]): FoundIndex | undefined };
    weight(handle: number): number;
  };
  /** the row's weight before the tick under way */
  weightBefore(handle: number): number;
}

/** What a peek finds in the engine. */
export interface PeekWorld {
  readonly symbols: Symbols;
  /** whether the rows are in the middle of a tick */
  readonly applying: boolean;
  /** the relation's rows, where they are held, complete, and no error lies among them or below */
  sound(id: RelationId): PeekedRows | undefined;
}

/**
 * A query of which all is known but the values of its parameters: rows found through an index, as of the last closed tick, without a dataflow. Compiled once.
 * Whatever is out of the ordinary (an error of a row or of a view, an index that is gone, too many rows, a weight below 0) is left to a query like any other, which says the same at length.
 * State: the rows of one answer.
 */
export class Peek {
  readonly id: RelationId;
  readonly #plan: PeekPlan;
  readonly #shape: Shape;
  readonly #world: PeekWorld;
  readonly #context: { -readonly [name in keyof Context]: Context[name] };
  #reader: Reader | undefined;

  constructor(plan: PeekPlan, environment: Environment, world: PeekWorld) {
    this.#plan = plan;
    this.#shape = shapeOf(plan.relation)!;
    this.#world = world;
    this.id = this.#shape.id;
    this.#context = { symbols: world.symbols, environment, once: true, position: 0, hidden: undefined, time: 0, parameters: [] };
  }

  /** The rows for these values of the parameters, null for none; undefined where a query has to find out. */
  read(values: readonly Datum[]): RowBatch | null | undefined {
    const world = this.#world;
    const collection = world.sound(this.id);
    const index = collection?.arrangement.indexes.find(this.#shape.lookup.columns);
    if (collection === undefined || index === undefined) return undefined;
    const context = this.#context;
    context.parameters = values;
    if (this.#reader?.finder.index !== index) this.#reader = new Reader(this.#plan, this.#shape, collection, new RowFinder(this.#shape.lookup, collection.layout, index, context), context);
    const count = (scalar: Scalar | null, otherwise: number): number => {
      const value = scalar === null ? null : evaluateScalar(bindScalar(scalar, values), [], context.environment);
      return value === null ? otherwise : Number(value);
    };
    const offset = count(this.#plan.offset, 0);
    const limit = count(this.#plan.limit, Infinity);
    if (offset < 0 || limit < 0) return undefined;
    try {
      return this.#reader.read(world.applying, offset, limit);
    } finally {
      world.symbols.forgetTransients();
    }
  }
}

/** A peek bound to the rows and the index that it reads. */
class Reader {
  readonly finder: RowFinder;
  readonly #collection: PeekedRows;
  readonly #run: RowFunction;
  readonly #stride: number;
  readonly #writer: BatchWriter;
  readonly #sort: ((rows: Int32Array) => void) | undefined;
  /** rows of the answer, one behind the other */
  #I: Int32Array;
  #F: Float64Array;

  constructor(plan: PeekPlan, { filters, outputs }: Shape, collection: PeekedRows, finder: RowFinder, context: Context) {
    this.finder = finder;
    this.#collection = collection;
    const { run, layout } = compileRow([collection.layout], filters, outputs, context);
    this.#run = run;
    this.#stride = layout.stride;
    this.#writer = new BatchWriter(layout, plan.width, context.symbols);
    [this.#I, this.#F] = rowsOf(16 * layout.stride);
    if (plan.order.length === 0) return;
    const order = rowOrder(layout, plan.order, (row, column) => readColumn(context.symbols, layout, this.#I, this.#F, row * layout.stride, column));
    this.#sort = (rows) => void rows.sort(order.total);
  }

  read(applying: boolean, offset: number, limit: number): RowBatch | null | undefined {
    const count = this.#collect(applying);
    if (count === undefined) return undefined;
    const rows = Int32Array.from({ length: count }, (_, row) => row);
    this.#sort?.(rows);
    return this.#write(rows, offset, limit);
  }

  /** Fills the rows of the answer, with their weights; returns how many. */
  #collect(applying: boolean): number | undefined {
    const handles = this.finder.find();
    if (handles === undefined || handles.length > MOST_PEEKED) return undefined;
    const { arrangement } = this.#collection;
    const { slab } = arrangement;
    const stride = this.#stride;
    if (handles.length * stride > this.#I.length) [this.#I, this.#F] = rowsOf(handles.length * stride);
    let count = 0;
    for (let i = 0; i < handles.length; i++) {
      const handle = handles[i]!;
      const weight = applying ? this.#collection.weightBefore(handle) : arrangement.weight(handle);
      if (weight < 0) return undefined;
      if (weight === 0 || !this.#run(slab.I, slab.F, handle * slab.stride, this.#I, this.#F, count * stride)) continue;
      this.#I[count * stride] = weight;
      count++;
    }
    return count;
  }

  #write(rows: Int32Array, offset: number, limit: number): RowBatch | null | undefined {
    const { builder } = this.#writer;
    let skip = offset;
    let left = limit;
    for (let i = 0; i < rows.length && left > 0; i++) {
      const base = rows[i]! * this.#stride;
      let copies = this.#I[base]!;
      const skipped = Math.min(skip, copies);
      skip -= skipped;
      copies = Math.min(copies - skipped, left);
      left -= copies;
      for (; copies > 0; copies--) {
        this.#writer.add(this.#I, this.#F, base, 1);
        if (builder.rowCount > MOST_PEEKED || builder.byteLength > MOST_BYTES) {
          builder.finish();
          return undefined;
        }
      }
    }
    return builder.rowCount === 0 ? null : builder.finish();
  }
}

function rowsOf(words: number): [Int32Array, Float64Array] {
  const buffer = new ArrayBuffer(words * 4);
  return [new Int32Array(buffer), new Float64Array(buffer)];
}
