import { codecOf, defaultTextSettings, readDatum, SqlError, writeDatum } from '../../core/index.ts';
import type { Datum, RowBatch } from '../../core/index.ts';
import type { CheckConstraint, TableItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import type { Environment } from '../../ir/index.ts';
import type { InsertColumn } from '../../planner/index.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { Outgoing } from './outgoing.ts';

/** Bytes of a value that a message shows. */
const SHOWN = 64;

/**
 * Rows on their way into a table: what a statement left out is drawn, generated columns are computed, and what the table does not admit is refused.
 * Keys are not looked at: they are the engine's affair. One for each statement, whose environment it holds.
 */
export class TableRows {
  readonly table: TableItem;
  readonly environment: Environment;
  readonly #schema: string;
  readonly #checks: readonly CheckConstraint[];
  readonly #generated: readonly number[];

  constructor(table: TableItem, session: DatabaseSession) {
    this.table = table;
    this.environment = session.environment();
    this.#schema = session.catalog.schemaNameOf(table);
    // As in Postgres, of several that are violated the first by name speaks.
    this.#checks = (table.checks ?? []).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    this.#generated = [...table.columns.keys()].filter((index) => table.columns[index]!.generated !== undefined);
  }

  /** Puts the defaults of these columns into a row, each evaluated anew. */
  fill(row: Datum[], columns: readonly number[]): void {
    for (const index of columns) {
      const value = this.table.columns[index]!.default;
      row[index] = value === undefined ? null : value.op === 'literal' ? value.value : evaluateScalar(value, [], this.environment);
    }
  }

  /** Computes the generated columns of a row and raises what the table's constraints say of it: 23502, 23514. */
  finish(row: Datum[]): void {
    const { table } = this;
    for (const index of this.#generated) row[index] = evaluateScalar(table.columns[index]!.generated!, row, this.environment);
    for (let index = 0; index < table.columns.length; index++) {
      const column = table.columns[index]!;
      if (column.nullable || row[index] !== null) continue;
      throw new SqlError('23502', `null value in column "${column.name}" of relation "${table.name}" violates not-null constraint`, {
        detail: this.#failing(row), schema: this.#schema, table: table.name, column: column.name,
      });
    }
    for (const check of this.#checks) {
      if (evaluateScalar(check.condition, row, this.environment) !== false) continue;
      throw new SqlError('23514', `new row for relation "${table.name}" violates check constraint "${check.name}"`, {
        detail: this.#failing(row), schema: this.#schema, table: table.name, constraint: check.name,
      });
    }
  }

  /**
   * Has rows of batches stored, of which each column of the table is one, or is left out: returns what puts a row of a batch into `out`, with weight 1.
   * Where nothing has to be computed a row is copied as it lies.
   */
  writer(columns: readonly InsertColumn[], types: RowBatch['layout']['types'], out: Outgoing): (batch: RowBatch, row: number) => void {
    const { table } = this;
    const asItLies = this.#checks.length === 0 && this.#generated.length === 0 && columns.every(({ source, defaulted }, index) => {
      const filled = source === null || defaulted !== undefined;
      const { default: value, type } = table.columns[index]!;
      return (!filled || value === undefined || value.op === 'literal') && (source === null || types[source]!.oid === type.oid);
    });
    if (!asItLies) return (batch, row) => out.append(this.proposed(batch, row, columns), 1);
    const given = table.columns.map((column, index) => ({
      ...columns[index]!, nullable: column.nullable, value: column.default?.op === 'literal' ? column.default.value : null,
    }));
    return (batch, row) => {
      out.builder.begin(1);
      for (let index = 0; index < given.length; index++) {
        const { source, defaulted, nullable, value } = given[index]!;
        const isGiven = source !== null && (defaulted === undefined || batch.word(row, defaulted) === 0);
        // The row that was begun is begun anew by whoever comes next.
        if (!nullable && (isGiven ? batch.isNull(row, source) : value === null)) this.finish(this.proposed(batch, row, columns));
        if (isGiven) out.builder.copy(index, batch, row, source);
        else writeDatum(out.builder, index, value);
      }
      out.end();
    };
  }

  /** A row of a batch as it would be stored. */
  proposed(batch: RowBatch, row: number, columns: readonly InsertColumn[]): Datum[] {
    const proposed = columns.map(({ source }): Datum => (source === null ? null : readDatum(batch, row, source)));
    this.fill(proposed, [...columns.keys()].filter((index) => {
      const { source, defaulted } = columns[index]!;
      return source === null || (defaulted !== undefined && readDatum(batch, row, defaulted) === true);
    }));
    this.finish(proposed);
    return proposed;
  }

  #failing(row: readonly Datum[]): string {
    const shown = row.map((value, index) => (value === null ? 'null' : clipped(codecOf(this.table.columns[index]!.type.oid).print(value, defaultTextSettings))));
    return `Failing row contains (${shown.join(', ')}).`;
  }
}

function clipped(text: string): string {
  if (Buffer.byteLength(text) <= SHOWN) return text;
  let kept = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > SHOWN) break;
    kept += character;
  }
  return `${kept}...`;
}
