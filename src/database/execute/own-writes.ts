import { notSupported, readDatum, RowBatch, rowLayout } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { CatalogSnapshot } from '../../catalog/index.ts';
import { mapInputs, someRelation } from '../../ir/index.ts';
import type { Relation, RelationId } from '../../ir/index.ts';
import { heldRelation } from '../relations.ts';
import type { Transaction } from '../transaction.ts';

/**
 * The relation as the open transaction sees it. The engine knows nothing of the transaction before its commit, so each table it changed is read as what is committed
 * plus its changes as constants, and a materialized view over such a table (or created by the transaction) is computed anew from its definition.
 * Returns the identical relation where the transaction changed nothing of what it reads. `committed`: the catalog everybody sees; `own`: with the transaction's changes.
 */
export function withOwnWrites(relation: Relation, block: Transaction | undefined, own: CatalogSnapshot, committed: CatalogSnapshot): Relation {
  if (block === undefined || (block.work.length === 0 && block.writes.length === 0)) return relation;
  const written = block.written;
  const isNew = (id: RelationId): boolean => committed.relation(id) === undefined;

  const differs = (id: RelationId): boolean => {
    const item = own.relation(id);
    if (item === undefined || item.kind === 'system') return false;
    if (isNew(id) || written.has(id)) return true;
    return item.kind === 'materialized view' && someRelation(item.relation, (node) => node.op === 'get' && differs(node.id));
  };

  const rewrite = (node: Relation): Relation => {
    if (node.op !== 'get') return mapInputs(node, rewrite);
    if (!differs(node.id)) return node;
    const item = own.relation(node.id)!;
    if (item.kind === 'materialized view') return rewrite(heldRelation(item));
    if (item.kind !== 'table' || item.origin.kind !== 'user') {
      throw notSupported(`reading "${item.name}" in the transaction that creates it`, 'Commit first: a source is read from then on.');
    }
    return tableWith(node, block, isNew(node.id));
  };
  return rewrite(relation);
}

/** A table with the transaction's changes to it; of one that it created or truncated nothing is committed that counts. */
function tableWith(table: Relation & { op: 'get' }, block: Transaction, empty: boolean): Relation {
  const changes = block.changesOf(table.id);
  const truncated = changes.findLastIndex((change) => change.truncate === true);
  const layout = rowLayout(table.type.columns.map((column) => column.type));
  const rows: { readonly values: readonly Datum[]; readonly weight: number }[] = [];
  for (const change of changes.slice(truncated + 1)) {
    if (change.rows === undefined) continue;
    const batch = new RowBatch(change.rows, layout);
    for (let row = 0; row < batch.rowCount; row++) rows.push({ values: layout.types.map((_, column) => readDatum(batch, row, column)), weight: batch.weight(row) });
  }
  const own: Relation = { op: 'constant', type: table.type, rows };
  const all: Relation = empty || truncated >= 0 ? own : { op: 'union', inputs: [table, own] };
  // A row taken away comes before the row itself: only their sum is shown to what lies above.
  return rows.some(({ weight }) => weight < 0) ? { op: 'threshold', input: all } : all;
}
