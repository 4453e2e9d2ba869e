import type { RelationId } from '../ir/index.ts';
import type { Change, ChangeReader, Stored } from './changes.ts';
import type { Dataflow } from './dataflow.ts';
import { Collection } from './operators/collection.ts';
import type { Passage } from './operators/collection.ts';
import { LOOK_ROWS } from './operators/operator.ts';
import type { Expired } from './operators/operator.ts';
import type { Subscription } from './subscription.ts';

/** What a tick finds in the engine. */
export interface TickWorld {
  /** hydrating dataflows that have scanned their inputs */
  arriving(): Iterable<Dataflow>;
  /** Lets one arrive; false when `expired()` came first. */
  arrive(dataflow: Dataflow, expired: Expired): boolean;
  /** inputs before what reads them */
  readonly live: Iterable<Dataflow>;
  readonly subscriptions: Iterable<Subscription>;
  /** the relations that are read, tables and views */
  collections(): Iterable<Collection>;
  /** the relation whose changes come from outside, what takes them apart, and the columns of its first key */
  base(id: RelationId): { readonly readable: Collection | Passage; readonly reader: ChangeReader; readonly key: readonly number[] | undefined } | undefined;
  /** Does something for a dataflow, true where it is done; if a subscription fails by it, it fails alone, and nothing is left to be done. */
  guard(dataflow: Dataflow, act: () => boolean): boolean;
  /** From here on the state is in the middle of the tick. */
  open(time: number): void;
  /** The tick is closed: everything changes for readers, at once. */
  close(time: number): void;
}

/**
 * The steps of one tick. It yields when `expired()`, and whoever steps it may let others read in between: they see the state before the tick until `close`, and the state after it from there on.
 *
 *  1. What is about to arrive arrives.
 *  2. Time passes in every live dataflow: rows enter and leave windows.
 *  3. The changes are pushed, row by row, each through everything that reads it.
 *  4. Aggregates and the like emit, inputs before consumers; subscriptions write what came to them.
 *  5. The tick is closed.
 *  6. Each collection that it touched gives back the rows that are gone.
 *
 * Every step but the fifth takes time proportional to what changes; the fifth to the number of relations and subscriptions.
 */
export function* tickSteps(world: TickWorld, time: number, changes: Iterable<Change>, expired: Expired): Generator<undefined, void> {
  yield* each(world.arriving(), (dataflow) => world.guard(dataflow, () => world.arrive(dataflow, expired)), expired);
  world.open(time);
  yield* each(world.live, (dataflow) => world.guard(dataflow, () => dataflow.advance(expired)), expired);
  for (const change of changes) yield* apply(world, change, expired);
  yield* each(world.live, (dataflow) => world.guard(dataflow, () => dataflow.flush(expired)), expired);
  yield* each(world.subscriptions, (subscription) => world.guard(subscription.dataflow, () => subscription.prepare(time, expired)), expired);
  world.close(time);
  yield* each(world.collections(), (collection) => collection.sweep(expired), expired);
  yield* each(world.subscriptions, (subscription) => subscription.sweep(expired), expired);
}

/** Does something for each, in as many slices as it takes: `act` returns false where it is to be called again. */
function* each<T>(items: Iterable<T>, act: (item: T) => boolean, expired: Expired): Generator<undefined, void> {
  for (const item of items) {
    while (!act(item)) yield;
    if (expired()) yield;
  }
}

function* apply(world: TickWorld, change: Change, expired: Expired): Generator<undefined, void> {
  const base = world.base(change.relation);
  // A relation dropped while its source's last rows were under way.
  if (base === undefined) return;
  const { readable, reader, key } = base;
  if (change.truncate === true) {
    if (readable instanceof Collection) yield* truncate(readable, expired);
    return;
  }
  const stored: Stored | undefined = readable instanceof Collection ? { collection: readable, key } : undefined;
  const rows = change.rows?.rowCount ?? 0;
  for (let row = reader.push(change, 0, readable, stored, expired); row < rows; row = reader.push(change, row, readable, stored, expired)) yield;
  if (expired()) yield;
}

function* truncate(collection: Collection, expired: Expired): Generator<undefined, void> {
  const { slab } = collection.arrangement;
  for (let handle = 1; handle < slab.top; handle++) {
    const at = handle * slab.stride;
    const weight = slab.I[at]!;
    if (weight !== 0) collection.push(slab.I, slab.F, at, -weight);
    if (handle % LOOK_ROWS === 0 && expired()) yield;
  }
}
