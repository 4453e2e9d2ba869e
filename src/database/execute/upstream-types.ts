import { sameType, SqlError, sqlType } from '../../core/index.ts';
import type { Field, SqlType } from '../../core/index.ts';
import type { CatalogSnapshot, CompositeTypeItem, OidAllocator, SourceEnum, SourceRowType, TypeItem, UpstreamEnum, UpstreamRowType, UpstreamTable, UpstreamValue } from '../../catalog/index.ts';
import type { CatalogWork } from '../transaction.ts';
import { adoptEnums } from './upstream-enums.ts';
import { NamesHere } from './upstream-names.ts';

export interface AdoptedTypes {
  readonly enums: readonly SourceEnum[];
  readonly rowTypes: readonly SourceRowType[];
  /** types to be made */
  readonly made: readonly (TypeItem | CompositeTypeItem)[];
  /** types that get further labels */
  readonly work: CatalogWork;
  /** the tables with those types for their columns */
  typed(tables: readonly UpstreamTable[]): readonly UpstreamTable[];
}

/** What of upstream has types of its own. */
interface Upstream {
  readonly upstream: readonly UpstreamTable[];
  readonly enums: readonly UpstreamEnum[];
  /** each behind all that it is made of */
  readonly rowTypes: readonly UpstreamRowType[];
}

type TypeHere = Pick<TypeItem, 'oid' | 'array'>;

/** Types for those enums and row types that columns of the tables have, and those in them: of the same name, in `schema`. */
export function adoptTypes(upstream: Upstream, schema: number, sql: string, catalog: CatalogSnapshot, oids: OidAllocator): AdoptedTypes {
  const wanted = typesWanted(upstream);
  const names = new NamesHere(schema, catalog);
  const { enums, types, made, work } = adoptEnums(upstream.enums.filter(({ oid }) => wanted.has(oid)), names, sql, catalog, oids);
  const here = new Map<number, TypeHere>(types);
  const composites: CompositeTypeItem[] = [];
  const rowTypes = upstream.rowTypes.filter(({ oid }) => wanted.has(oid)).map((one): SourceRowType => {
    const { name, there } = names.place(one, (item) => item.kind === 'composite type', 'composite type');
    const fields = one.fields.map((field): Field => ({ name: field.name, type: typeHere(field, here) }));
    if (there !== undefined) requireFields(there, fields, one);
    const item = there ?? { kind: 'composite type', ...oids.type(), relation: oids.plain(), name, schema, sql, dependsOn: [], fields, upstream: true };
    if (there === undefined) composites.push(item);
    here.set(one.oid, item);
    return { oid: one.oid, type: item.oid, fields: one.fields.map(({ attribute, upstreamType, rowType }) => ({ attribute, upstreamType, ...(rowType === undefined ? {} : { rowType }) })) };
  });
  const typed = (tables: readonly UpstreamTable[]): readonly UpstreamTable[] =>
    tables.map((table) => ({ ...table, columns: table.columns.map((column) => ({ ...column, type: typeHere(column, here) })) }));
  return { enums, rowTypes, made: [...made, ...composites], work, typed };
}

/** The OIDs upstream of the enums and row types that the tables have. */
function typesWanted({ upstream, rowTypes }: Upstream): ReadonlySet<number> {
  const wanted = new Set<number>();
  const visit = ({ enumeration, rowType }: UpstreamValue): void => {
    if (enumeration !== undefined) wanted.add(enumeration);
    if (rowType === undefined || wanted.has(rowType)) return;
    wanted.add(rowType);
    rowTypes.find(({ oid }) => oid === rowType)?.fields.forEach(visit);
  };
  for (const table of upstream) table.columns.forEach(visit);
  return wanted;
}

function typeHere(value: UpstreamValue, here: ReadonlyMap<number, TypeHere>): SqlType {
  const found = here.get(value.enumeration ?? value.rowType ?? 0);
  if (found === undefined) return value.type;
  return sqlType(value.isArray === true ? found.array : found.oid);
}

/** A type that is there stands for upstream's where it has the same fields. */
function requireFields({ name, fields }: CompositeTypeItem, wanted: readonly Field[], upstream: UpstreamRowType): void {
  if (fields.length === wanted.length && fields.every((field, index) => field.name === wanted[index]!.name && sameType(field.type, wanted[index]!.type))) return;
  throw new SqlError('42710', `type "${name}" already exists, with other fields`, {
    detail: `Upstream's "${upstream.schema}"."${upstream.name}" has ${wanted.map((field) => field.name).join(', ')}.`, hint: 'Drop or rename the type here, or read the columns as text by TEXT COLUMNS.',
  });
}
