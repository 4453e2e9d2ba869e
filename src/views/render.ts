import { assertNever, exactWords, InvariantError, Oid, rowLayout, sqlType, storageOf } from '../core/index.ts';
import type { Datum, RowLayout, SqlType } from '../core/index.ts';
import { castBetween, explainScalar, isKeyed, mapScalar, relationTypeOf, structureText, substitute } from '../ir/index.ts';
import type { JoinEdge, Lookup, Relation, RelationId, Scalar } from '../ir/index.ts';
import type { Occurrence, Readable } from './operators/collection.ts';
import { FlatMap } from './operators/flat-map.ts';
import { Join } from './operators/join.ts';
import type { JoinInput } from './operators/join.ts';
import { MapFilter, Passing, Scratch, Stream } from './operators/operator.ts';
import type { ErrorSink, Interrupt, Pausable, Sink, Stateful } from './operators/operator.ts';
import { Still } from './operators/still.ts';
import { Reduce } from './operators/reduce.ts';
import type { PreparedAggregate } from './operators/reduce.ts';
import { TemporalFilter } from './operators/temporal-filter.ts';
import { Threshold } from './operators/threshold.ts';
import { TopK } from './operators/top-k.ts';
import type { TopKPlan } from './operators/top-k.ts';
import type { Entry } from './outputs/error-reach.ts';
import { Intake } from './outputs/errors.ts';
import type { Errors } from './outputs/errors.ts';
import { carried, carryThrough, throughFilter, throughGroups, throughMap, Ways } from './outputs/known-row.ts';
import type { Carry } from './outputs/known-row.ts';
import { mapText, reduceText } from './physical.ts';
import type { Measured, Meter, Operator } from './physical.ts';
import { canonical } from './scalar/canonical.ts';
import { plainColumn } from './scalar/compile.ts';
import { writeColumn } from './scalar/runtime.ts';
import type { Context } from './scalar/runtime.ts';
import { Arrangement } from './state/arrangement.ts';
import type { SymbolRoot } from './state/symbol-sweep.ts';

/** An input that the dataflow has to scan before it is complete. */
export interface Scan {
  readonly relation: RelationId;
  readonly readable: Readable;
  readonly occurrence: Occurrence;
  /** only the rows it finds are wanted */
  readonly lookup?: Lookup;
}

/** Rows that are there from the start; pushed once when the dataflow begins. */
export interface Constant {
  readonly layout: RowLayout;
  readonly rows: readonly { readonly values: readonly Datum[]; readonly weight: number }[];
  readonly stream: Stream;
}

export interface Rendered {
  readonly output: Stream;
  /** the operators, from that of the output down */
  readonly operator: Operator;
  /** where an operator that is told something by itself is measured */
  readonly measuredAs: ReadonlyMap<object, Measured>;
  /** inputs before consumers */
  readonly stateful: readonly Stateful[];
  /** what may stop in the middle of a change, inputs before consumers */
  readonly pausable: readonly Pausable[];
  readonly scans: readonly Scan[];
  readonly constants: readonly Constant[];
  readonly attached: readonly { readonly readable: Readable; readonly occurrence: Occurrence }[];
  readonly reads: ReadonlySet<RelationId>;
  /** what keeps symbols beside the operators */
  readonly symbolRoots: readonly SymbolRoot[];
  /** for each place where a relation is read, how what is known of its rows carries to the output */
  readonly entries: readonly Entry[];
}

export interface RenderWorld {
  readonly context: Context;
  readonly errors: Errors;
  /** errors that NULL stands for */
  readonly hidden: Errors;
  readonly interrupt: Interrupt;
  /** present: operators are measured */
  readonly meter?: Meter;
  readable(id: RelationId): Readable;
}

/**
 * Builds the operators of a relation, from the inputs up. Operators exist where rows are kept (joins, aggregates, distinct, top-k, time); filters and projections between them
 * are one compiled function each, and those directly above a join run on the joined rows without copying them first.
 */
export function render(relation: Relation, world: RenderWorld): Rendered {
  const renderer = new Renderer(world);
  const output = renderer.stream(relation, (row) => [row]);
  return {
    output, operator: renderer.described(output), measuredAs: renderer.measuredAs, stateful: renderer.stateful, pausable: renderer.pausable, scans: renderer.scans, constants: renderer.constants, attached: renderer.attached, reads: renderer.reads, entries: renderer.entries,
    symbolRoots: renderer.symbolRoots,
  };
}

/** Filters and outputs above an operator, fused with it. */
interface Above {
  readonly filters: readonly Scalar[];
  /** null: all columns as they are */
  readonly outputs: readonly Scalar[] | null;
}
const nothingAbove: Above = { filters: [], outputs: null };

/** A binding of `let`, and how errors in it carry to the output: through every place where it stands. */
interface Local {
  readonly stream: Stream;
  readonly carries: Carry[];
}

const column = (index: number, type: SqlType): Scalar => ({ op: 'column', index, type });
const allColumns = (layout: RowLayout): Scalar[] => layout.types.map((type, i) => column(i, type));

class Renderer {
  readonly stateful: Stateful[] = [];
  readonly pausable: Pausable[] = [];
  readonly scans: Scan[] = [];
  readonly constants: Constant[] = [];
  readonly attached: { readonly readable: Readable; readonly occurrence: Occurrence }[] = [];
  readonly reads = new Set<RelationId>();
  readonly entries: Entry[] = [];
  readonly #world: RenderWorld;
  readonly #interrupt: Interrupt;
  readonly #locals = new Map<string, Local>();
  readonly #ways = new Ways();
  readonly #intake: Intake;
  readonly measuredAs = new Map<object, Measured>();
  readonly #operators = new Map<Stream, Operator>();
  /** streams whose rows are counted where the first consumer takes them */
  readonly #counted = new Set<Stream>();
  /** streams in which each row is made of the one row of a relation that is being taken in */
  readonly #rowByRow = new WeakSet<Stream>();

  constructor(world: RenderWorld) {
    this.#world = world;
    this.#intake = new Intake(world.context.symbols);
    this.#interrupt = () => {
      const pause = world.interrupt();
      if (pause) this.#intake.hold();
      return pause;
    };
  }

  get symbolRoots(): readonly SymbolRoot[] {
    return [this.#intake];
  }

  /** The rows of a relation. `carry` takes what is known of a row of it that could not be computed to what is then known of rows of the dataflow's output. */
  stream(relation: Relation, carry: Carry): Stream {
    const { context } = this.#world;
    const below = (input = 0): Carry => carried(carryThrough(relation, input, context.environment), carry);
    switch (relation.op) {
      case 'constant': {
        const layout = rowLayout(relation.type.columns.map(({ type }) => type));
        const stream = new Stream(layout);
        this.constants.push({ layout, rows: relation.rows, stream });
        this.#describe(stream, { text: `Constant (${relation.rows.length} rows)` });
        return stream;
      }
      case 'get':
        return this.#get(relation.id, carry, relation.lookup);
      case 'local': {
        const local = this.#locals.get(relation.name);
        if (local === undefined) throw new InvariantError(`no let binds ${relation.name}`);
        local.carries.push(carry);
        return local.stream;
      }
      case 'let': {
        const outer = this.#locals.get(relation.name);
        const carries: Carry[] = [];
        const stream = this.stream(relation.value, this.#ways.toAll(carries));
        this.#locals.set(relation.name, { stream, carries });
        const body = this.stream(relation.body, carry);
        if (outer === undefined) this.#locals.delete(relation.name);
        else this.#locals.set(relation.name, outer);
        return body;
      }
      case 'filter':
        if (relation.input.op === 'join') return this.#join(relation.input, { filters: relation.predicates, outputs: null }, carry);
        return this.#mapFilter(this.stream(relation.input, below()), relation.predicates, null, carry);
      case 'map': {
        const outputs = relation.columns.map(({ value }) => value);
        if (relation.input.op === 'map' && composes(outputs, relation.input)) {
          const inner = relation.input.columns.map(({ value }) => value);
          return this.stream({ op: 'map', input: relation.input.input, columns: relation.columns.map(({ name, value }) => ({ name, value: substitute(value, inner) })) }, carry);
        }
        if (relation.input.op === 'join') return this.#join(relation.input, { filters: [], outputs }, carry);
        if (relation.input.op === 'filter') {
          const { input, predicates } = relation.input;
          if (input.op === 'join') return this.#join(input, { filters: predicates, outputs }, carry);
          return this.#mapFilter(this.stream(input, carried(throughFilter(predicates, context.environment), below())), predicates, outputs, carry);
        }
        return this.#mapFilter(this.stream(relation.input, below()), [], outputs, carry);
      }
      case 'flatMap': {
        const input = this.stream(relation.input, below());
        const flatMap = new FlatMap(input.layout, relation, context, this.#errorsOf(input, carry), this.#interrupt);
        this.pausable.push(flatMap);
        return this.#alike([input], this.#follow(input, flatMap, `FlatMap ${relation.function.slice(0, relation.function.indexOf('('))}(${relation.args.map(explainScalar).join(', ')})${relation.outer ? ' outer' : ''}`));
      }
      case 'join':
        return this.#join(relation, nothingAbove, carry);
      case 'reduce':
        return this.#aggregate(relation.input, relation.by, relation.aggregates, carry);
      case 'distinct':
        return this.#distinct(this.stream(relation.input, below()), carry);
      case 'topK':
        return this.#topK(this.stream(relation.input, below()), relation);
      case 'union': {
        const inputs = relation.inputs.map((input) => this.stream(input, carry));
        const union = new Passing(inputs[0]!.layout, 1);
        const operator = this.#describe(union, { text: 'Union', inputs });
        // Branches agree in type, but a NULL literal or a length may have left its own typmod; the words agree.
        for (const input of inputs) this.#connect(input, union, operator);
        return this.#alike(inputs, union);
      }
      case 'negate': {
        const input = this.stream(relation.input, carry);
        return this.#alike([input], this.#follow(input, new Passing(input.layout, -1), 'Negate'));
      }
      case 'threshold': {
        const input = this.stream(relation.input, below());
        if (!input.layout.types.every(exactWords)) return this.#topK(input, { by: input.layout.types.map((_, i) => i), order: [], offset: 0, limit: 'net', withTies: false });
        const threshold = new Threshold(input.layout, false, context.symbols);
        this.stateful.push(threshold);
        return this.#follow(input, threshold, 'Threshold', threshold);
      }
      case 'temporalFilter': {
        const input = this.stream(relation.input, carry);
        const filter = new TemporalFilter(input.layout, relation.intervals, context, this.#errorsOf(input, carry));
        this.stateful.push(filter);
        return this.#follow(input, filter, 'TemporalFilter', filter);
      }
      default:
        return assertNever(relation);
    }
  }

  /** The operator that makes a stream. */
  described(stream: Stream): Operator {
    const operator = this.#operators.get(stream);
    if (operator === undefined) throw new InvariantError('a stream of no operator');
    return operator;
  }
  #describe(stream: Stream, { inputs = [], ...rest }: Omit<Operator, 'inputs' | 'measured'> & { readonly inputs?: readonly Stream[] }): Operator {
    const operator: Operator = { ...rest, inputs: inputs.map((input) => this.described(input)), measured: { rows: 0, ms: 0 } };
    this.#operators.set(stream, operator);
    this.measuredAs.set(stream, operator.measured);
    return operator;
  }
  /** Lets a sink of an operator be told of a stream. */
  #connect(input: Stream, sink: Sink, into: Operator): void {
    const { meter } = this.#world;
    const from = this.#counted.has(input) ? undefined : this.described(input).measured;
    this.#counted.add(input);
    input.subscribe(meter === undefined ? sink : meter.sink(sink, from, into.measured));
  }
  #metered(occurrence: Occurrence, { measured }: Operator): Occurrence {
    const { meter } = this.#world;
    if (meter === undefined) return occurrence;
    const change = occurrence.change.bind(occurrence);
    occurrence.change = (I, F, b, w, handle) => meter.run(measured, () => change(I, F, b, w, handle));
    return occurrence;
  }
  #follow<S extends Stream & Sink>(input: Stream, operator: S, text: string, state?: Stateful): S {
    this.#connect(input, operator, this.#describe(operator, { text, inputs: [input], ...(state && { state }) }));
    return operator;
  }

  #mapFilter(input: Stream, filters: readonly Scalar[], outputs: readonly Scalar[] | null, carry: Carry): Stream {
    return this.#alike([input], this.#follow(input, new MapFilter(input.layout, filters, outputs ?? allColumns(input.layout), this.#world.context, this.#errorsOf(input, carry)), mapText(filters, outputs)));
  }

  /** Where the errors go of an operator over `input` whose output carries by `carry`; one that sees rows of relations one by one says which row raised. */
  #errorsOf(input: Stream | undefined, carry: Carry): ErrorSink {
    const { errors, hidden } = this.#world;
    const rowByRow = input !== undefined && this.#rowByRow.has(input);
    return {
      raise: (error, weight, known, group) => {
        const origin = rowByRow ? this.#intake.describe() : undefined;
        for (const row of carry(known)) errors.raise(error, weight, row, group, origin);
      },
      // Nobody asks whether it lies among some rows: they are all there.
      hide: (error, weight, group) => hidden.raise(error, weight, () => undefined, group, rowByRow ? this.#intake.describe() : undefined),
    };
  }
  /** Notes that `output` goes row by row where all inputs do. */
  #alike(inputs: readonly Stream[], output: Stream): Stream {
    if (inputs.every((input) => this.#rowByRow.has(input))) this.#rowByRow.add(output);
    return output;
  }

  /** An occurrence of a relation whose rows are scanned into a stream of its own. */
  #get(id: RelationId, carry: Carry, lookup: Lookup | undefined): Stream {
    this.reads.add(id);
    this.entries.push({ relation: id, carry });
    const readable = this.#world.readable(id);
    const stream = new Stream(readable.layout);
    this.#describe(stream, { text: lookup === undefined ? 'Scan' : `Lookup on ${lookup.index}`, relation: id });
    const occurrence = readable.attach((order) => ({
      order,
      cursor: 0,
      change: (I, F, b, w) => {
        this.#intake.take(id, readable.layout, I, F, b);
        stream.emit(I, F, b, w);
      },
    }));
    this.#rowByRow.add(stream);
    this.attached.push({ readable, occurrence });
    this.scans.push({ relation: id, readable, occurrence, ...(lookup && { lookup }) });
    return stream;
  }

  /** Whether a query is told of each row of the relation once, with a weight above 0: rows of a relation as they lie, filtered and computed. */
  #onlyGrows(relation: Relation): boolean {
    switch (relation.op) {
      case 'map':
      case 'filter':
      case 'flatMap':
        return this.#onlyGrows(relation.input);
      case 'get':
        return this.#world.readable(relation.id) instanceof Still;
      default:
        return false;
    }
  }

  #distinct(input: Stream, carry: Carry): Stream {
    const { context } = this.#world;
    if (input.layout.types.every(exactWords)) {
      const threshold = new Threshold(input.layout, true, context.symbols);
      this.stateful.push(threshold);
      return this.#follow(input, threshold, 'Distinct', threshold);
    }
    const all = allColumns(input.layout);
    return this.#aggregate(input, all, [], carry);
  }

  #topK(from: Stream, plan: TopKPlan): Stream {
    const input = this.#groupable(from, plan.by);
    const { order, offset, limit, withTies } = plan;
    const topK = new TopK(input.stream.layout, { by: input.columns, order, offset, limit, withTies }, this.#world.context);
    this.#follow(input.stream, topK, topKText(plan), topK);
    this.stateful.push(topK);
    return input.width === topK.layout.types.length ? topK : this.#mapFilter(topK, [], allColumns(topK.layout).slice(0, input.width), impossible);
  }

  /** The input with a canonical copy of each grouping column whose words do not decide equality. */
  #groupable(input: Stream, by: readonly number[]): { readonly stream: Stream; readonly columns: readonly number[]; readonly width: number } {
    const width = input.layout.types.length;
    const extra: Scalar[] = [];
    const columns = by.map((index) => {
      const type = input.layout.types[index]!;
      if (exactWords(type)) return index;
      extra.push(canonical(column(index, type)));
      return width + extra.length - 1;
    });
    return { stream: extra.length === 0 ? input : this.#mapFilter(input, [], [...allColumns(input.layout), ...extra], impossible), columns, width };
  }

  #aggregate(input: Relation | Stream, by: readonly Scalar[], aggregates: (Relation & { op: 'reduce' })['aggregates'], carry: Carry): Stream {
    const { context } = this.#world;
    const outputs: Scalar[] = by.map(canonical);
    const shown = by.map((key) => {
      if (exactWords(key.type)) return null;
      outputs.push(key);
      return outputs.length - 1;
    });
    const known = new Map<string, number>();
    const place = (scalar: Scalar): number => {
      const key = structureText(scalar);
      const at = known.get(key);
      if (at !== undefined) return at;
      outputs.push(scalar);
      known.set(key, outputs.length - 1);
      return outputs.length - 1;
    };
    const prepared: PreparedAggregate[] = aggregates.map((aggregate) => ({
      aggregate,
      columns: aggregate.args.map((arg) => place(aggregate.distinct ? canonical(arg) : arg)),
      types: aggregate.args.map((arg) => arg.type),
      filter: aggregate.filter === null ? null : place(aggregate.filter),
    }));
    // Of a row that could not be computed the group is known as far as its keys are.
    const below = carried(throughGroups(by.map(({ type }, i) => ({ column: i, type }))), carry);
    const source = input instanceof Stream ? this.#mapFilter(input, [], outputs, below) : this.stream({
      op: 'map', input, columns: outputs.map((value, i) => ({ name: `c${i}`, value })),
    }, below);
    const reduce = new Reduce({ input: source.layout, keys: by.length, shown, aggregates: prepared, grows: context.once && !(input instanceof Stream) && this.#onlyGrows(input) }, context, this.#errorsOf(undefined, carry));
    this.stateful.push(reduce);
    return this.#follow(source, reduce, reduceText(by, aggregates), reduce);
  }

  /**
   * A join. An input that is a relation held in memory, seen whole or through a choice of its columns, is joined where it lies; every other input is arranged for this join alone,
   * with the keys that are not plain columns computed behind its own columns.
   */
  #join(relation: Relation & { op: 'join' }, above: Above, carry: Carry): Stream {
    const { context } = this.#world;
    const { environment } = context;
    const mapped = above.outputs === null ? carry : carried(throughMap(above.outputs, environment), carry);
    const filtered = above.filters.length === 0 ? mapped : carried(throughFilter(above.filters, environment), mapped);
    const below = (input: number): Carry => carried(carryThrough(relation, input, environment), filtered);
    const edges = relation.on.map((edge, i) => ({ ...edge, child: i + 1 }));
    const keys = relation.inputs.map((_, input): Scalar[] => [
      ...(input === 0 ? [] : edges[input - 1]!.keys.map((key) => keyScalar(key.right, key.left.type))),
      ...edges.filter((edge) => edge.parent === input).flatMap((edge) => edge.keys.map((key) => keyScalar(key.left, key.right.type))),
    ]);
    const arranged = relation.inputs.map((input, i) => this.#arranged(input, keys[i]!, i, below(i)));
    const columnOf = (input: number, scalar: Scalar): number => arranged[input]!.keyColumn(scalar);
    const inputs: JoinInput[] = arranged.map(({ arrangement, collection }, i) => {
      if (i === 0) return { arrangement, ...(collection ? { collection } : {}) };
      const edge: JoinEdge = relation.on[i - 1]!;
      return {
        arrangement, ...(collection ? { collection } : {}),
        edge: {
          parent: edge.parent,
          parentColumns: edge.keys.map((key) => columnOf(edge.parent, keyScalar(key.left, key.right.type))),
          columns: edge.keys.map((key) => columnOf(i, keyScalar(key.right, key.left.type))),
          nullSafe: edge.keys.map((key) => key.nullSafe),
          outer: edge.outer,
          findsOne: isKeyed(edge, relationTypeOf(relation.inputs[i]!)),
          parentIsOne: isKeyed({ ...edge, keys: edge.keys.map(({ left, right, nullSafe }) => ({ left: right, right: left, nullSafe })) }, relationTypeOf(relation.inputs[edge.parent]!)),
        },
      };
    });
    // Columns of the join as the IR numbers them, to columns of the arrangements one after the other.
    const physical: Scalar[] = [];
    let start = 0;
    for (const input of arranged) {
      for (const { index, type } of input.columns) physical.push(column(start + index, type));
      start += input.arrangement.layout.types.length;
    }
    const place = (scalar: Scalar): Scalar => substitute(scalar, physical);
    const join = new Join(inputs, above.filters.map(place), above.outputs === null ? physical : above.outputs.map(place), context, this.#errorsOf(undefined, carry), this.#interrupt);
    this.stateful.push(join);
    this.pausable.push(join);
    const operator = this.#describeJoin(join, arranged, relation, above);
    arranged.forEach((input, i) => {
      if (input.collection === undefined) {
        this.#connect(input.stream!, join.sink(i), operator);
        return;
      }
      const occurrence = this.#metered(join.attach(i), operator);
      this.attached.push({ readable: input.collection, occurrence });
      if (i === 0) {
        occurrence.cursor = 0;
        this.scans.push({ relation: input.relation!, readable: input.collection, occurrence });
      }
    });
    return join;
  }

  #describeJoin(join: Join, arranged: readonly Arranged[], { on }: Relation & { op: 'join' }, { filters, outputs }: Above): Operator {
    const streams = arranged.map(({ stream, relation }) => stream ?? this.#inPlace(relation!));
    const fused = filters.length === 0 && outputs === null ? '' : `, ${mapText(filters, outputs)}`;
    return this.#describe(join, {
      text: `Join${on.map(edgeText).join('')}${fused}`, inputs: streams, state: join,
      uses: () => join.uses.map((use) => ({ ...use, ...(arranged[use.input]!.relation !== undefined && { relation: arranged[use.input]!.relation! }) })),
    });
  }
  /** A relation whose rows a join reads where they lie: it stands among the operators, and does nothing. */
  #inPlace(relation: RelationId): Stream {
    const stream = new Stream(this.#world.readable(relation).layout);
    this.#describe(stream, { text: 'In place', relation });
    return stream;
  }

  #arranged(relation: Relation, keys: readonly Scalar[], input: number, carry: Carry): Arranged {
    const direct = input === 0 || keys.length > 0 ? this.#direct(relation) : undefined;
    if (direct !== undefined) {
      const places = keys.map((key) => {
        const plain = plainColumn(key);
        return plain !== undefined && exactWords(key.type) ? direct.columns[plain]!.index : undefined;
      });
      if (places.every((place) => place !== undefined)) {
        this.reads.add(direct.relation);
        this.entries.push({ relation: direct.relation, carry: (row) => carry((column) => row(direct.columns[column]!.index)) });
        return {
          arrangement: direct.collection.arrangement, collection: direct.collection, relation: direct.relation, columns: direct.columns,
          keyColumn: (key) => direct.columns[plainColumn(key)!]!.index,
        };
      }
    }
    const stream = this.stream(relation, carry);
    const own = allColumns(stream.layout);
    const computed: { readonly key: string; readonly at: number }[] = [];
    const outputs = [...own];
    for (const key of keys) {
      const plain = plainColumn(key);
      if (plain !== undefined && exactWords(key.type)) continue;
      const text = structureText(key);
      if (computed.some((other) => other.key === text)) continue;
      computed.push({ key: text, at: outputs.length });
      outputs.push(key);
    }
    const source = computed.length === 0 ? stream : this.#mapFilter(stream, [], outputs, carry);
    return {
      arrangement: new Arrangement(source.layout.types, this.#world.context.symbols),
      stream: source,
      columns: own.map((_, index) => ({ index, type: stream.layout.types[index]! })),
      keyColumn: (key) => {
        const plain = plainColumn(key);
        if (plain !== undefined && exactWords(key.type)) return plain;
        return computed.find((other) => other.key === structureText(key))!.at;
      },
    };
  }

  /** The collection a relation reads, and which of its columns, where it is nothing but that. */
  #direct(relation: Relation): { readonly relation: RelationId; readonly collection: Still; readonly columns: readonly { readonly index: number; readonly type: SqlType }[] } | undefined {
    if (relation.op === 'get') {
      const readable = this.#world.readable(relation.id);
      if (!(readable instanceof Still)) return undefined;
      return { relation: relation.id, collection: readable, columns: readable.layout.types.map((type, index) => ({ index, type })) };
    }
    if (relation.op !== 'map') return undefined;
    const below = this.#direct(relation.input);
    if (below === undefined) return undefined;
    const columns = relation.columns.map(({ value }) => {
      const plain = plainColumn(value);
      return plain === undefined ? undefined : { index: below.columns[plain]!.index, type: value.type };
    });
    return columns.every((place) => place !== undefined) ? { ...below, columns } : undefined;
  }
}

function edgeText({ parent, outer, keys }: JoinEdge, index: number): string {
  const pairs = keys.map(({ left, right, nullSafe }) => `${explainScalar(left)} ${nullSafe ? 'IS NOT DISTINCT FROM' : '='} ${explainScalar(right)}`);
  return ` [${outer ? 'left ' : ''}${parent} ⋈ ${index + 1}${pairs.length === 0 ? '' : ` on ${pairs.join(' AND ')}`}]`;
}

function topKText({ by, order, limit, offset }: TopKPlan): string {
  const keys = order.map(({ column: at, descending }) => `#${at}${descending ? ' desc' : ''}`);
  return `TopK by (${by.map((at) => `#${at}`).join(', ')}) order (${keys.join(', ')})${typeof limit === 'number' ? ` limit ${limit}` : ''}${offset === 0 ? '' : ` offset ${offset}`}`;
}

/** Of an operator that cannot raise. */
const impossible: Carry = () => {
  throw new InvariantError('columns as they are do not raise');
};

interface Arranged {
  readonly arrangement: Arrangement;
  readonly collection?: Still;
  readonly relation?: RelationId;
  readonly stream?: Stream;
  /** for each column of the relation where it lies in the arrangement */
  readonly columns: readonly { readonly index: number; readonly type: SqlType }[];
  keyColumn(key: Scalar): number;
}

const integers: readonly number[] = [Oid.int2, Oid.int4, Oid.int8];
const strings: readonly number[] = [Oid.text, Oid.varchar, Oid.name];

/** One side of a join key in the form in which both sides' words decide equality: brought to a common type where the sides differ, and canonical. */
function keyScalar(scalar: Scalar, other: SqlType): Scalar {
  const own = scalar.type.oid;
  if (own === other.oid || storageOf(scalar.type) === 'oid') return canonical(scalar);
  if (strings.includes(own) && strings.includes(other.oid)) return { op: 'relabel', arg: scalar, type: sqlType(Oid.text) };
  if (integers.includes(own) && integers.includes(other.oid)) {
    if (own !== Oid.int8 && other.oid !== Oid.int8) return { op: 'relabel', arg: scalar, type: sqlType(Oid.int4) };
    return own === Oid.int8 ? scalar : convert(scalar, Oid.int8);
  }
  if (castBetween(own, other.oid)?.context === 'implicit') return canonical(convert(scalar, other.oid));
  if (castBetween(other.oid, own)?.context === 'implicit') return canonical(scalar);
  throw new InvariantError(`join keys of types ${own} and ${other.oid} have no common type`);
}

function convert(scalar: Scalar, oid: number): Scalar {
  const cast = castBetween(scalar.type.oid, oid);
  if (cast === undefined || cast.function === 'binary') return { op: 'relabel', arg: scalar, type: sqlType(oid) };
  return { op: 'call', function: cast.function, args: [scalar], type: sqlType(oid) };
}

/** Whether outputs over a map can be computed from the map's own input without computing anything twice. */
function composes(outputs: readonly Scalar[], inner: Relation & { op: 'map' }): boolean {
  const uses = new Array<number>(inner.columns.length).fill(0);
  const count = (scalar: Scalar): Scalar => {
    if (scalar.op === 'column') uses[scalar.index]!++;
    return scalar;
  };
  for (const output of outputs) mapScalar(output, count);
  return inner.columns.every(({ value }, i) => uses[i]! <= 1 || plainColumn(value) !== undefined || value.op === 'literal');
}

/** Pushes the rows of the constants; called once, before the first scan. */
export function pushConstants(constants: readonly Constant[], context: Context): void {
  for (const { layout, rows, stream } of constants) {
    const { I, F } = new Scratch(layout);
    for (const { values, weight } of rows) {
      values.forEach((value, i) => writeColumn(context.symbols, layout, I, F, 0, i, value));
      stream.emit(I, F, 0, weight);
    }
  }
}
