import { InvalidLabelError, rowLayout, RowBatchBuilder, SqlError } from '../../core/index.ts';
import type { RowBatch, SqlType } from '../../core/index.ts';
import { cellWriter } from '../cells.ts';
import type { CellWriter } from '../cells.ts';
import { qualifiedName } from './describe.ts';
import { UnknownLabelError } from './unknown-label.ts';

/** A table to read, as it was described at CREATE. Structurally an `UpstreamTable` of the catalog. */
export interface ReplicatedTable {
  readonly schema: string;
  readonly name: string;
  readonly oid: number;
  readonly columns: readonly { readonly name: string; readonly type: SqlType; readonly nullable: boolean; readonly attribute: number; readonly upstreamType?: number; readonly rowType?: number }[];
  readonly key: readonly number[];
  readonly replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
}

/** The cure where a table is not what it was described as. */
export const CREATE_AGAIN = 'Drop the source here and create it again to read the table as it is now.';

/** Bounds of one batch: whichever comes first. */
const BATCH_ROWS = 5_000;
const BATCH_BYTES = 1 << 20;

/** Turns the text tuples of one table into batches. */
export class TableReader {
  readonly table: ReplicatedTable;
  /** index in the source's list of relations */
  readonly relation: number;
  readonly writers: readonly CellWriter[];
  /** set once the relation is in error: what follows for it is dropped */
  failed = false;
  missing: Map<number, bigint> | undefined;
  keyOnly: Set<number> | undefined;
  readonly #builder: RowBatchBuilder;

  constructor(table: ReplicatedTable, relation: number) {
    this.table = table;
    this.relation = relation;
    this.writers = table.columns.map((column) => cellWriter(column.type));
    this.#builder = new RowBatchBuilder(rowLayout(table.columns.map((column) => column.type)));
  }
  get rowCount(): number {
    return this.#builder.rowCount;
  }
  get isFull(): boolean {
    return this.#builder.rowCount >= BATCH_ROWS || this.#builder.byteLength >= BATCH_BYTES;
  }
  begin(weight: number): void {
    this.#builder.begin(weight);
  }
  /** Writes one value; an unreadable one is an error that names table and column, a label that we have not heard of one that can be cured. */
  write(column: number, bytes: Uint8Array, start: number, end: number): void {
    try {
      this.writers[column]!(this.#builder, column, bytes, start, end);
    } catch (error) {
      if (error instanceof InvalidLabelError) throw new UnknownLabelError(this.columnError(column, error));
      if (error instanceof SqlError) throw this.columnError(column, error);
      throw error;
    }
  }
  /** A NULL, which a cell is that is not written. That a column has none is relied on: where upstream allows it by now the table has changed. */
  null(column: number): void {
    const { schema, name, columns } = this.table;
    if (columns[column]!.nullable) return;
    throw new SqlError('55000', `upstream table ${qualifiedName(this.table)} changed: column "${columns[column]!.name}" is not NOT NULL any more`, { hint: CREATE_AGAIN, schema, table: name, column: columns[column]!.name });
  }
  end(): void {
    this.#builder.end();
  }
  take(): RowBatch {
    return this.#builder.finish();
  }
  columnError(column: number, error: SqlError): SqlError {
    const { schema, name, columns } = this.table;
    return new SqlError(error.code, `column "${columns[column]!.name}" of upstream table ${qualifiedName(this.table)}: ${error.message}`, {
      ...error.fields, position: undefined, schema, table: name, column: columns[column]!.name, cause: error,
    });
  }
}
