import { codecOf, defaultTextSettings, SqlError } from '../core/index.ts';
import type { RowBatch } from '../core/index.ts';
import { intern, Unpacker } from './changes.ts';
import type { Collection } from './operators/collection.ts';
import { Scratch } from './operators/operator.ts';
import { readColumn } from './scalar/runtime.ts';
import { HashIndex } from './state/hash-index.ts';
import { copyRow, sameRow } from './state/row-code.ts';
import { Slab } from './state/slab.ts';

/** Columns of which no two rows of a relation have the same values, NULL apart. */
export interface UniqueKey {
  readonly name: string;
  readonly columns: readonly number[];
}

/**
 * Raises 23505 where the batches, taken together, would leave two rows of the collection with one key.
 * `replaces` says that the rows stored now go before. Costs one row of words a key of the batches, while it runs.
 */
export function checkKey(collection: Collection, key: UniqueKey, batches: readonly RowBatch[], replaces: boolean): void {
  const { arrangement, layout } = collection;
  const { symbols } = arrangement;
  const { rows: stored } = arrangement.indexes.byWords(key.columns, 'keys');
  const same = sameRow(layout, key.columns, layout, key.columns);
  const unpack = new Unpacker(layout, symbols);
  const { I, F } = new Scratch(layout);
  const visit = (see: (hash: number) => void): void => {
    for (const rows of batches) {
      symbols.useArena(rows.arena);
      for (let row = 0; row < rows.rowCount; row++) {
        unpack.row(rows, row, I);
        intern(layout, symbols, I, I);
        symbols.forgetTransients();
        if (!stored.hasNull(I, 0)) see(stored.hash(I, 0));
      }
    }
  };
  // A row of each key in the batches, its weight the sum of theirs.
  const net = new Slab(layout);
  const byKey = new HashIndex(net, key.columns);
  const copy = copyRow(layout);
  visit((hash) => {
    let handle = byKey.find(hash, same, I, 0);
    if (handle === 0) {
      handle = net.allocate();
      copy(I, 0, net.I, handle * net.stride);
      net.I[handle * net.stride] = 0;
      byKey.insertHashed(handle, hash);
    }
    net.I[handle * net.stride]! += I[0]!;
  });
  visit((hash) => {
    if (I[0]! <= 0) return;
    let weight = net.I[byKey.find(hash, same, I, 0) * net.stride]!;
    if (!replaces) for (let handle = stored.find(hash, same, I, 0); handle !== 0; handle = stored.next[handle]!) weight += arrangement.weight(handle);
    if (weight > 1) throw duplicate(collection, key, I, F);
  });
}

function duplicate({ arrangement, layout, type }: Collection, key: UniqueKey, I: Int32Array, F: Float64Array): SqlError {
  const values = key.columns.map((column) => {
    const value = readColumn(arrangement.symbols, layout, I, F, 0, column);
    return value === null ? 'null' : codecOf(layout.types[column]!.oid).print(value, defaultTextSettings);
  });
  return new SqlError('23505', `duplicate key value violates unique constraint "${key.name}"`, {
    detail: `Key (${key.columns.map((column) => type.columns[column]!.name).join(', ')})=(${values.join(', ')}) already exists.`, constraint: key.name,
  });
}
