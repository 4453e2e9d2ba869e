import type pg from 'pg';
import { SqlError } from '../../core/index.ts';
import { query } from './connection.ts';
import { qualifiedName } from './describe.ts';
import { CREATE_AGAIN } from './table-reader.ts';
import type { ReplicatedTable } from './table-reader.ts';

/** A row type of upstream that columns have, as it was described at CREATE. Structurally a `SourceRowType` of the catalog. */
export interface ReplicatedRowType {
  readonly oid: number;
  readonly fields: readonly {
    /** pg_attribute.attnum upstream */
    readonly attribute: number;
    /** pg_attribute.atttypid upstream */
    readonly upstreamType: number;
    /** the row type that the field, or each element of it, has */
    readonly rowType?: number;
  }[];
}

/**
 * Those of the row types that are not what they were: their fields are others, or of other types. Numbers of fields are never given out twice,
 * so one that is the same now has been the same since it was described, and all its values until now were printed as we read them.
 */
export async function changedRowTypes(client: pg.Client, rowTypes: readonly ReplicatedRowType[]): Promise<ReadonlySet<number>> {
  if (rowTypes.length === 0) return new Set();
  const rows = await query(client, `
    SELECT t.oid, string_agg(a.attnum || ' ' || a.atttypid, ',' ORDER BY a.attnum)
      FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE t.oid = ANY ($1::oid[]) GROUP BY t.oid`, [rowTypes.map(({ oid }) => oid)]);
  const now = new Map(rows.map(([oid, fields]) => [Number(oid), fields ?? '']));
  return new Set(rowTypes.flatMap(({ oid, fields }) => (now.get(oid) === fields.map(({ attribute, upstreamType }) => `${attribute} ${upstreamType}`).join(',') ? [] : [oid])));
}

/** The error of a table that has a column of one of the changed row types, if it has. */
export function rowTypeChange(table: ReplicatedTable, changed: ReadonlySet<number>, rowTypes: readonly ReplicatedRowType[]): SqlError | undefined {
  const isChanged = (rowType: number | undefined): boolean => rowType !== undefined
    && (changed.has(rowType) || rowTypes.find(({ oid }) => oid === rowType)?.fields.some((field) => isChanged(field.rowType)) === true);
  const column = table.columns.find(({ rowType }) => isChanged(rowType));
  if (column === undefined) return undefined;
  return new SqlError('55000', `upstream table ${qualifiedName(table)} changed: the type of column "${column.name}" has other fields`, {
    hint: CREATE_AGAIN, schema: table.schema, table: table.name, column: column.name,
  });
}
