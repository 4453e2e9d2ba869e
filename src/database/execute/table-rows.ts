import { codecOf, defaultTextSettings, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { CheckConstraint, TableItem } from '../../catalog/index.ts';
import { evaluateScalar } from '../../ir/index.ts';
import type { Environment } from '../../ir/index.ts';
import type { DatabaseSession } from '../session/session.ts';

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
