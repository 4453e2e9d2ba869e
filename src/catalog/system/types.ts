import { builtinTypes, findType, typesOf } from '../../core/index.ts';
import type { TypeInfo } from '../../core/index.ts';
import { procedureOids } from '../../ir/index.ts';
import { ownerOid, schemaOids, userTypeOf } from '../snapshot.ts';
import type { CatalogSnapshot } from '../snapshot.ts';
import { definePostgres } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';
import { typeFacts } from './type-facts.ts';

/** OID of the function of that name, of which there is one; 0 for `-`. */
const only = (name: string): number => procedureOids(name)[0] ?? 0;

function typeRow(type: TypeInfo, element: TypeInfo | undefined, schema: number, relation: number): NamedRow {
  const facts = typeFacts(type, element);
  return {
    oid: type.oid, typname: type.name, typnamespace: schema, typowner: ownerOid, typlen: type.length, typbyval: facts.byValue, typtype: type.kind,
    typcategory: type.category, typispreferred: type.preferred, typisdefined: true, typdelim: ',', typrelid: relation, typsubscript: only(facts.subscript),
    typelem: type.element, typarray: type.array, typinput: only(facts.input), typoutput: only(facts.output), typreceive: only(facts.receive),
    typsend: only(facts.send), typmodin: only(facts.modIn), typmodout: only(facts.modOut), typanalyze: only(facts.analyze), typalign: facts.align,
    typstorage: facts.storage, typnotnull: false, typbasetype: 0, typtypmod: -1, typndims: 0, typcollation: facts.collation,
  };
}

const builtinRows: readonly NamedRow[] = builtinTypes.map((type) => {
  const schema = type.name.endsWith('mz_timestamp') ? schemaOids.mz_catalog : schemaOids.pg_catalog;
  return typeRow(type, findType(type.element), schema, 0);
});

function* typeRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  yield* builtinRows;
  for (const item of snapshot.items.values()) {
    const made = userTypeOf(item);
    if (made === undefined) continue;
    const [type, array] = typesOf(made);
    yield typeRow(type, undefined, item.schema, item.kind === 'composite type' ? item.relation : made.kind === 'row' ? item.oid : 0);
    yield typeRow(array, type, item.schema, 0);
  }
}

/** Range type, subtype, multirange type, operator class, canonical and difference function. */
const ranges: readonly (readonly [number, number, number, number, string, string])[] = [
  [3904, 23, 4451, 1978, 'int4range_canonical', 'int4range_subdiff'],
  [3906, 1700, 4532, 3125, '-', 'numrange_subdiff'],
  [3908, 1114, 4533, 3128, '-', 'tsrange_subdiff'],
  [3910, 1184, 4534, 3127, '-', 'tstzrange_subdiff'],
  [3912, 1082, 4535, 3122, 'daterange_canonical', 'daterange_subdiff'],
  [3926, 20, 4536, 3124, 'int8range_canonical', 'int8range_subdiff'],
];

function* enumRows(snapshot: CatalogSnapshot): Iterable<NamedRow> {
  for (const item of snapshot.items.values()) {
    if (item.kind !== 'type') continue;
    for (const [index, label] of item.labels.entries()) yield { oid: label.oid, enumtypid: item.oid, enumsortorder: index + 1, enumlabel: label.name };
  }
}

export const typeCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_enum', enumRows),
  definePostgres('pg_type', typeRows),
  definePostgres('pg_range', () => ranges.map(([rngtypid, rngsubtype, rngmultitypid, rngsubopc, canonical, difference]) => (
    { rngtypid, rngsubtype, rngmultitypid, rngcollation: 0, rngsubopc, rngcanonical: only(canonical), rngsubdiff: only(difference) }))),
];
