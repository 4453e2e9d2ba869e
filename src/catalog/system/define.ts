import { Oid, InvariantError, findTypeByName, sqlType } from '../../core/index.ts';
import type { Column, Datum, SqlArray } from '../../core/index.ts';
import type { SystemItem } from '../items.ts';
import { systemRelationId } from '../oids.ts';
import { schemaOids } from '../snapshot.ts';
import type { CatalogSnapshot } from '../snapshot.ts';
import { catalogColumns } from './columns.ts';
import type { CatalogColumns, PostgresCatalog } from './columns.ts';
import type { SystemState } from './state.ts';

/** A row by column name; what is left out is NULL, which only a column marked `?` may be. */
export type NamedRow = Readonly<Record<string, Datum>>;

/** A base relation of the system: its rows are made from the snapshot and the state, anew for each query that reads it. */
export interface SystemRelation {
  readonly item: SystemItem;
  rows(snapshot: CatalogSnapshot, state: SystemState): readonly (readonly Datum[])[];
}

type MakeRows = (snapshot: CatalogSnapshot, state: SystemState) => Iterable<NamedRow>;

interface Definition extends CatalogColumns {
  readonly schema: keyof typeof schemaOids;
  readonly name: string;
  readonly oid: number;
  readonly rowType: number;
  readonly comment?: string;
  readonly rows: MakeRows;
}

export function defineRelation({ schema, name, oid, rowType, columns: text, comment, rows }: Definition): SystemRelation {
  const columns = readColumns(text);
  const known = new Set(columns.map((column) => column.name));
  return {
    item: {
      kind: 'system', oid, name, schema: schemaOids[schema], sql: '', dependsOn: [], id: systemRelationId(oid), rowType, columns,
      type: { columns, keys: [] }, ...(comment === undefined ? {} : { comment }),
    },
    rows: (snapshot, state) => Array.from(rows(snapshot, state), (row) => {
      for (const given of Object.keys(row)) if (!known.has(given)) throw new InvariantError(`${name} has no column ${given}`);
      return columns.map((column) => {
        const value = row[column.name] ?? null;
        if (value === null && !column.nullable) throw new InvariantError(`a row of ${name} lacks ${column.name}`);
        return value;
      });
    }),
  };
}

const postgresCatalogs = Object.keys(catalogColumns);
/** Row types of Postgres' catalogs that have no fixed OID there, and OIDs of what is a view there: by place in the table, which is only ever appended to. */
const firstPostgresRowType = 10200;
const firstPostgresView = 12000;

/** A catalog of Postgres, with its columns. */
export function definePostgres(name: PostgresCatalog, rows: MakeRows): SystemRelation {
  const definition: CatalogColumns = catalogColumns[name];
  const place = postgresCatalogs.indexOf(name);
  return defineRelation({
    schema: 'pg_catalog', name, columns: definition.columns, rows,
    oid: definition.oid ?? firstPostgresView + place,
    rowType: definition.rowType ?? firstPostgresRowType + 2 * place,
  });
}

/** `name type, name type?, ...`: types by `pg_type` name, `[]` for an array of it, `?` where NULL occurs. */
export function readColumns(text: string): readonly Column[] {
  return text.trim().split(',').map((part) => {
    const [name, spelled] = part.trim().split(/\s+/) as [string, string];
    const nullable = spelled.endsWith('?');
    const bare = nullable ? spelled.slice(0, -1) : spelled;
    const type = findTypeByName(bare.endsWith('[]') ? `_${bare.slice(0, -2)}` : bare);
    if (type === undefined) throw new InvariantError(`column ${name}: no type named ${bare}`);
    return { name, type: sqlType(type.oid), nullable };
  });
}

/** A one-dimensional array. */
export const arrayOf = (element: number, items: readonly Datum[], lowerBound = 1): SqlArray => ({
  kind: 'array', element, dims: items.length === 0 ? [] : [items.length], lowerBounds: items.length === 0 ? [] : [lowerBound], items,
});
/** int2vector and oidvector count from 0, and have a dimension even when empty. */
const vectorOf = (element: number, items: readonly number[]): SqlArray => ({ kind: 'array', element, dims: [items.length], lowerBounds: [0], items });
export const int2Vector = (items: readonly number[]): SqlArray => vectorOf(Oid.int2, items);
export const oidVector = (items: readonly number[]): SqlArray => vectorOf(Oid.oid, items);
