import type { Relation, Scalar } from '../../ir/index.ts';
import { columnsOf, mapAggregate, mapInputs, mapOwnScalars, relationTypeOf, renumber } from '../../ir/index.ts';
import { fused } from './fuse-maps.ts';
import { readerOf } from './reader.ts';
import type { Reader } from './reader.ts';

/** A relation without some of its columns: `kept` are the original indexes of those it has, ascending. */
interface Narrowed {
  readonly relation: Relation;
  readonly kept: readonly number[];
}

/**
 * Leaves out columns that nobody reads, as far down as they come from: what joins, groups and state carry is what the answer needs.
 *
 * `distinct` and `threshold` read every column: `SELECT count(*) FROM (SELECT DISTINCT a, b FROM t) s` needs `a` and `b` though nothing names them.
 *
 * Example: `SELECT a.x FROM a JOIN b ON a.k = b.k`
 */
export function narrowColumns(relation: Relation): Relation {
  const all = relationTypeOf(relation).columns.map((_, index) => index);
  return exactly(narrow(relation, new Set(all)), all);
}

/** Just these columns, which are among those kept. */
function exactly({ relation, kept }: Narrowed, wanted: readonly number[]): Relation {
  if (kept.length === wanted.length) return relation;
  const columns = relationTypeOf(relation).columns;
  return project(relation, wanted.map((column) => kept.indexOf(column)), columns.map((column) => column.name));
}

function project(relation: Relation, places: readonly number[], names: readonly string[]): Relation {
  const columns = relationTypeOf(relation).columns;
  const map: Relation = { op: 'map', input: relation, columns: places.map((index) => ({ name: names[index]!, value: { op: 'column', index, type: columns[index]!.type } })) };
  return fused(map);
}

const union = (needed: ReadonlySet<number>, ...scalars: readonly Scalar[]): Set<number> => new Set([...needed, ...scalars.flatMap((scalar) => [...columnsOf(scalar)])]);
const sorted = (columns: Iterable<number>): readonly number[] => [...new Set(columns)].sort((a, b) => a - b);
const everyColumn = (relation: Relation): Set<number> => new Set(relationTypeOf(relation).columns.keys());
const placesOf = (kept: readonly number[]): ((column: number) => number) => {
  const places = new Map(kept.map((column, index) => [column, index]));
  return (column) => places.get(column)!;
};

/** Rows keep at least one column: their number is what matters then. */
const atLeastOne = (needed: ReadonlySet<number>): ReadonlySet<number> => (needed.size === 0 ? new Set([0]) : needed);

type MapColumn = Extract<Relation, { op: 'map' }>['columns'][number];
const isBare = ({ value }: MapColumn): boolean => value.op === 'column' || value.op === 'literal';
/** Of a map's columns, of which nobody asks for any, one that costs nothing and cannot raise, where there is one. */
const cheapest = (columns: readonly MapColumn[]): number => Math.max(0, columns.findIndex(isBare));
const bare = (column: MapColumn): MapColumn => (isBare(column) ? column : { ...column, value: { op: 'literal', value: null, type: column.value.type } });

function narrow(relation: Relation, needed: ReadonlySet<number>): Narrowed {
  switch (relation.op) {
    case 'get':
    case 'local':
    case 'constant':
      return leaf(relation, needed);
    case 'filter':
    case 'temporalFilter':
      return narrowFilter(relation, needed);
    case 'map': {
      const kept = sorted(relation.columns.length === 0 ? [] : needed.size === 0 ? [cheapest(relation.columns)] : needed);
      const columns = kept.map((index) => (needed.size === 0 ? bare(relation.columns[index]!) : relation.columns[index]!));
      const input = narrow(relation.input, union(new Set(), ...columns.map((column) => column.value)));
      const place = placesOf(input.kept);
      const map: Relation = { op: 'map', input: input.relation, columns: columns.map(({ name, value }) => ({ name, value: renumber(value, place) })) };
      return { relation: unchanged(relation, input.relation, columns.length === relation.columns.length && columns.every((column, index) => column === relation.columns[index])) ? relation : fused(map), kept };
    }
    case 'join':
      return narrowJoin(relation, needed);
    case 'reduce':
      return narrowReduce(relation, needed);
    case 'flatMap': {
      const width = relationTypeOf(relation.input).columns.length;
      const input = narrow(relation.input, union(new Set([...needed].filter((column) => column < width)), ...relation.args));
      const place = placesOf(input.kept);
      const produced = relationTypeOf(relation).columns.length - width;
      const kept = [...input.kept, ...Array.from({ length: produced }, (_, index) => width + index)];
      return { kept, relation: unchanged(relation, input.relation, input.kept.length === width) ? relation : { ...relation, input: input.relation, args: relation.args.map((arg) => renumber(arg, place)) } };
    }
    case 'topK': {
      const input = narrow(relation.input, new Set([...needed, ...relation.by, ...relation.order.map((key) => key.column)]));
      const place = placesOf(input.kept);
      const order = relation.order.map((key) => ({ ...key, column: place(key.column) }));
      return { kept: input.kept, relation: input.relation === relation.input ? relation : { ...relation, input: input.relation, by: relation.by.map(place), order } };
    }
    case 'union': {
      const kept = sorted(atLeastOne(needed));
      const inputs = relation.inputs.map((input) => exactly(narrow(input, new Set(kept)), kept));
      return { kept, relation: inputs.every((input, index) => input === relation.inputs[index]) ? relation : { op: 'union', inputs } };
    }
    case 'negate': {
      const input = narrow(relation.input, needed);
      return { kept: input.kept, relation: input.relation === relation.input ? relation : { op: 'negate', input: input.relation } };
    }
    case 'distinct':
    case 'threshold': {
      const input = narrowColumns(relation.input);
      return { kept: sorted(everyColumn(relation)), relation: input === relation.input ? relation : { ...relation, input } };
    }
    case 'let': {
      const body = narrow(relation.body, needed);
      return { kept: body.kept, relation: narrowLet({ ...relation, body: body.relation }, relation) };
    }
  }
}

/** A shared result has the columns that some reader of it reads. */
function narrowLet(relation: Extract<Relation, { op: 'let' }>, before: Relation): Relation {
  const width = relationTypeOf(relation.value).columns.length;
  const read = new Set<number>();
  forReaders(relation.body, relation.name, (reader) => {
    for (const column of reader?.columns ?? everyColumn(relation.value)) read.add(column);
    return undefined;
  });
  const kept = sorted(atLeastOne(read));
  if (width === 0 || kept.length === width) {
    const value = narrowColumns(relation.value);
    return before.op === 'let' && value === before.value && relation.body === before.body ? before : { ...relation, value };
  }
  const value = exactly(narrow(relation.value, new Set(kept)), kept);
  const type = relationTypeOf(value);
  const place = placesOf(kept);
  const values = relationTypeOf(relation.value).columns.map((column, index): Scalar => (read.has(index) ? { op: 'column', index: place(index), type: column.type } : { op: 'literal', value: null, type: column.type }));
  return { ...relation, value, body: forReaders(relation.body, relation.name, (reader) => fused(reader!.over({ op: 'local', name: relation.name, type }, values))) };
}

/** Changes what reads a shared result, where `change` gives something else for it. A reader that takes all columns as they are is undefined. */
function forReaders(relation: Relation, name: string, change: (reader: Reader | undefined) => Relation | undefined): Relation {
  const reader = readerOf(relation);
  if (reader?.input.op === 'local' && reader.input.name === name) return change(reader) ?? relation;
  if (relation.op === 'local') return relation.name === name ? change(undefined) ?? relation : relation;
  if (relation.op === 'let' && relation.name === name) return { ...relation, value: forReaders(relation.value, name, change) };
  return mapInputs(relation, (input) => forReaders(input, name, change));
}

const unchanged = (relation: { readonly input: Relation }, input: Relation, whole: boolean): boolean => whole && input === relation.input;

/** A stored relation stays as it is, to be shared; what reads it takes only some columns. */
function leaf(relation: Relation, needed: ReadonlySet<number>): Narrowed {
  const columns = relationTypeOf(relation).columns;
  const kept = sorted(columns.length === 0 ? [] : atLeastOne(needed));
  return kept.length === columns.length ? { relation, kept } : { kept, relation: project(relation, kept, columns.map((column) => column.name)) };
}

const isLeaf = (relation: Relation): boolean => relation.op === 'get' || relation.op === 'local' || relation.op === 'constant';
const isFilterOverLeaf = (relation: Relation): boolean => isLeaf(relation) || ((relation.op === 'filter' || relation.op === 'temporalFilter') && isFilterOverLeaf(relation.input));

/** Over a stored relation the filter comes first, where an index can answer it, then the choice of columns. */
function narrowFilter(relation: Extract<Relation, { op: 'filter' | 'temporalFilter' }>, needed: ReadonlySet<number>): Narrowed {
  if (isFilterOverLeaf(relation)) return leaf(relation, needed);
  const scalars: Scalar[] = [];
  mapOwnScalars(relation, (scalar) => (scalars.push(scalar), scalar));
  const input = narrow(relation.input, union(needed, ...scalars));
  if (input.relation === relation.input) return { relation, kept: input.kept };
  const place = placesOf(input.kept);
  const narrowed = mapOwnScalars({ ...relation, input: input.relation }, (scalar) => renumber(scalar, place));
  return { relation: narrowed, kept: input.kept };
}

function narrowJoin(relation: Extract<Relation, { op: 'join' }>, needed: ReadonlySet<number>): Narrowed {
  const widths = relation.inputs.map((input) => relationTypeOf(input).columns.length);
  const offsets = widths.map((_, index) => widths.slice(0, index).reduce((sum, width) => sum + width, 0));
  const inputs = relation.inputs.map((input, index) => {
    const own = [...needed].filter((column) => column >= offsets[index]! && column < offsets[index]! + widths[index]!).map((column) => column - offsets[index]!);
    const keys = relation.on.flatMap((edge, at) => edge.keys.flatMap((key) => [...(edge.parent === index ? [key.left] : []), ...(at + 1 === index ? [key.right] : [])]));
    return narrow(input, union(new Set(own), ...keys));
  });
  const kept = inputs.flatMap((input, index) => input.kept.map((column) => column + offsets[index]!));
  if (inputs.every((input, index) => input.relation === relation.inputs[index])) return { relation, kept };
  const places = inputs.map((input) => placesOf(input.kept));
  const on = relation.on.map((edge, at) => ({
    ...edge,
    keys: edge.keys.map((key) => ({ ...key, left: renumber(key.left, places[edge.parent]!), right: renumber(key.right, places[at + 1]!) })),
  }));
  return { kept, relation: { op: 'join', inputs: inputs.map((input) => input.relation), on } };
}

function narrowReduce(relation: Extract<Relation, { op: 'reduce' }>, needed: ReadonlySet<number>): Narrowed {
  const keys = relation.by.length;
  const [first] = relation.aggregates;
  if (keys === 0 && needed.size === 0 && first !== undefined) {
    // There is one row whatever the input, which an aggregate that nobody asks for might only raise over.
    const { name, type } = relationTypeOf(relation).columns[0]!;
    return { kept: [0], relation: { op: 'constant', type: { columns: [{ name, type, nullable: true }], keys: [[]] }, rows: [{ values: [null], weight: 1 }] } };
  }
  const taken = relation.aggregates.flatMap((_, index) => (needed.has(keys + index) ? [index] : []));
  const aggregates = taken.map((index) => relation.aggregates[index]!);
  const scalars = [...relation.by, ...aggregates.flatMap((aggregate) => [...aggregate.args, ...(aggregate.filter ? [aggregate.filter] : [])])];
  const input = narrow(relation.input, union(new Set(), ...scalars));
  const kept = [...relation.by.map((_, index) => index), ...taken.map((index) => keys + index)];
  if (input.relation === relation.input && taken.length === relation.aggregates.length) return { relation, kept };
  const place = placesOf(input.kept);
  const moved = (scalar: Scalar): Scalar => renumber(scalar, place);
  return { kept, relation: { ...relation, input: input.relation, by: relation.by.map(moved), aggregates: aggregates.map((aggregate) => mapAggregate(aggregate, moved)) } };
}
