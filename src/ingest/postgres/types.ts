import type pg from 'pg';
import { findType, Oid, sqlType } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import { query } from './connection.ts';

/** As what a value of upstream is read: a column of a table, or a field of a row type. */
export interface UpstreamType {
  /** our type: upstream's own where it is built in, the type below a domain, text for an enum or a row type until we have one like it, and where `unsupported` says why not */
  readonly type: SqlType;
  /** pg_type.oid upstream of the enum that the value, or each element of it, is a label of */
  readonly enumeration?: number;
  /** pg_type.oid upstream of the row type that the value, or each element of it, has */
  readonly rowType?: number;
  readonly isArray?: true;
  /** upstream's type, as it spells it, where we have none like it ("citext"): the value can only be read as text */
  readonly unsupported?: string;
}

export interface UpstreamField extends UpstreamType {
  readonly name: string;
  /** pg_attribute.attnum upstream, which no other field of the type ever has */
  readonly attribute: number;
  /** pg_attribute.atttypid upstream */
  readonly upstreamType: number;
}

/** A row type that columns of the publication have. */
export interface UpstreamRowType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** the type of a table's rows; otherwise one of CREATE TYPE */
  readonly ofTable: boolean;
  readonly fields: readonly UpstreamField[];
}

interface Attribute {
  readonly name: string;
  readonly attribute: number;
  readonly type: number;
  readonly typmod: number;
}

/** A row of pg_type, with what of others a value of the type is made of. */
interface TypeRow {
  readonly schema: string;
  readonly name: string;
  readonly spelled: string;
  readonly kind: string;
  /** of a domain */
  readonly base: number;
  readonly baseTypmod: number;
  /** of an array */
  readonly element: number;
  readonly ofTable: boolean;
  /** of a row type */
  readonly attributes: Attribute[];
}

/** The types that these types are made of, themselves included: below domains, in arrays, and in row types. */
const closureQuery = `
  WITH RECURSIVE reached (oid) AS (
    SELECT unnest($1::oid[])
    UNION
    SELECT part.oid FROM reached JOIN pg_catalog.pg_type t ON t.oid = reached.oid CROSS JOIN LATERAL (
      SELECT t.typbasetype WHERE t.typtype = 'd'
      UNION ALL SELECT t.typelem WHERE t.typtype = 'b' AND t.typcategory = 'A'
      UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) part (oid)
  )
  SELECT t.oid, n.nspname, t.typname, pg_catalog.format_type(t.oid, NULL), t.typtype, t.typbasetype, t.typtypmod,
         CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN t.typelem ELSE 0 END, c.relkind <> 'c', a.attname, a.attnum, a.atttypid, a.atttypmod
    FROM reached JOIN pg_catalog.pg_type t ON t.oid = reached.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid AND t.typtype = 'c'
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   ORDER BY t.oid, a.attnum`;

/** Knows the types of an upstream, and what they are here. */
export class UpstreamTypes {
  readonly #types: ReadonlyMap<number, TypeRow>;
  readonly #rowTypes = new Map<number, UpstreamRowType>();

  constructor(types: ReadonlyMap<number, TypeRow>) {
    this.#types = types;
  }

  /** As what values of the type are read. A domain is the type below it: upstream has checked what it asks for. */
  read(oid: number, typmod: number): UpstreamType {
    if (isBuiltIn(oid)) return { type: sqlType(oid, typmod) };
    const type = this.#types.get(oid);
    if (type === undefined) return asText(`type ${oid}`);
    if (type.kind === 'e') return { type: sqlType(Oid.text), enumeration: oid };
    if (type.kind === 'c') return this.#readRow(oid, type);
    if (type.kind === 'd') return this.#readDomain(type);
    return type.element === 0 ? asText(type.spelled, kindNames[type.kind]) : this.#readArray(type, typmod);
  }

  /** The domain's own modifier counts: a column of a domain has none, nor has a domain over a domain. */
  #readDomain(type: TypeRow): UpstreamType {
    const below = this.read(type.base, type.baseTypmod);
    return below.unsupported === undefined ? below : asText(type.spelled, `a domain over ${below.unsupported}`);
  }

  #readArray(type: TypeRow, typmod: number): UpstreamType {
    const element = this.read(type.element, typmod);
    if (element.unsupported !== undefined) return asText(type.spelled, `an array of ${element.unsupported}`);
    const info = findType(element.type.oid);
    if (element.isArray === true || info === undefined || info.category === 'A') return asText(type.spelled, 'an array of a domain over an array');
    if (element.enumeration !== undefined || element.rowType !== undefined) return { ...element, isArray: true };
    return { type: sqlType(info.array, element.type.typmod) };
  }

  #readRow(oid: number, type: TypeRow): UpstreamType {
    if (!this.#rowTypes.has(oid)) {
      const fields = type.attributes.map(({ name, attribute, type: fieldType, typmod }) => ({ name, attribute, upstreamType: fieldType, ...this.read(fieldType, typmod) }));
      // behind those it has in it
      this.#rowTypes.set(oid, { oid, schema: type.schema, name: type.name, ofTable: type.ofTable, fields });
    }
    const problem = this.#rowTypes.get(oid)!.fields.find((field) => field.unsupported !== undefined);
    if (problem === undefined) return { type: sqlType(Oid.text), rowType: oid };
    return asText(type.spelled, `a composite type with field "${problem.name}" of type ${problem.unsupported}`);
  }

  /** The row types that these values have, those in them too; each behind all that it is made of. */
  rowTypesIn(values: readonly UpstreamType[]): readonly UpstreamRowType[] {
    const wanted = new Set<number>();
    const visit = ({ rowType }: UpstreamType): void => {
      if (rowType === undefined || wanted.has(rowType)) return;
      wanted.add(rowType);
      this.#rowTypes.get(rowType)!.fields.forEach(visit);
    };
    values.forEach(visit);
    return [...this.#rowTypes.values()].filter(({ oid }) => wanted.has(oid));
  }
}

const isBuiltIn = (oid: number): boolean => {
  const known = oid < 10_000 ? findType(oid) : undefined;
  return known !== undefined && (known.kind === 'b' || known.kind === 'r');
};

const asText = (spelled: string, kind?: string): UpstreamType => ({ type: sqlType(Oid.text), unsupported: kind === undefined ? spelled : `${spelled}, ${kind}` });

const kindNames: Readonly<Record<string, string>> = { r: 'a range', m: 'a multirange' };

export async function readTypes(client: pg.Client, oids: readonly number[]): Promise<UpstreamTypes> {
  const types = new Map<number, TypeRow>();
  for (const [oid, schema, name, spelled, kind, base, baseTypmod, element, ofTable, attribute, number, type, typmod] of await query(client, closureQuery, [oids])) {
    let row = types.get(Number(oid));
    if (row === undefined) {
      row = { schema: schema!, name: name!, spelled: spelled!, kind: kind!, base: Number(base), baseTypmod: Number(baseTypmod), element: Number(element), ofTable: ofTable === 't', attributes: [] };
      types.set(Number(oid), row);
    }
    if (attribute !== null && attribute !== undefined) row.attributes.push({ name: attribute, attribute: Number(number), type: Number(type), typmod: Number(typmod) });
  }
  return new UpstreamTypes(types);
}
