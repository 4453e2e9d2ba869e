import { Oid, findType } from '../../core/index.ts';
import { ownerOid, schemaOids } from '../snapshot.ts';
import { definePostgres } from './define.ts';
import type { NamedRow, SystemRelation } from './define.ts';

/** The default operator classes of btree (403) and hash (405): method, oid, name, family, input type, key type. */
const classes = `
  403 10003 bool_ops 424 16 0; 403 10006 bytea_ops 428 17 0; 403 10007 char_ops 429 18 0; 403 10028 name_ops 1994 19 2275; 403 3124 int8_ops 1976 20
  0; 403 1979 int2_ops 1976 21 0; 403 1978 int4_ops 1976 23 0; 403 3126 text_ops 1994 25 0; 403 1981 oid_ops 1989 26 0; 403 10050 tid_ops 2789 27 0;
  403 10032 oidvector_ops 1991 30 0; 403 10012 float4_ops 1970 700 0; 403 3123 float8_ops 1970 701 0; 403 10047 money_ops 2099 790 0; 403 10024
  macaddr_ops 1984 829 0; 403 10015 inet_ops 1974 869 0; 403 10004 bpchar_ops 426 1042 0; 403 3122 date_ops 434 1082 0; 403 10038 time_ops 1996 1083
  0; 403 3128 timestamp_ops 434 1114 0; 403 3127 timestamptz_ops 434 1184 0; 403 10022 interval_ops 1982 1186 0; 403 10041 timetz_ops 2000 1266 0; 403
  10002 bit_ops 423 1560 0; 403 10043 varbit_ops 2002 1562 0; 403 3125 numeric_ops 1988 1700 0; 403 10034 record_ops 2994 2249 0; 403 10000 array_ops
  397 2277 0; 403 10065 uuid_ops 2968 2950 0; 403 10069 enum_ops 3522 3500 0; 403 10088 jsonb_ops 4033 3802 0; 403 10076 range_ops 3901 3831 0; 403
  10053 xid8_ops 5067 5069 0; 405 10048 bool_ops 2222 16 0; 405 10049 bytea_ops 2223 17 0; 405 10008 char_ops 431 18 0; 405 10029 name_ops 1995 19 0;
  405 10021 int8_ops 1977 20 0; 405 10019 int2_ops 1977 21 0; 405 10020 int4_ops 1977 23 0; 405 10037 text_ops 1995 25 0; 405 10031 oid_ops 1990 26 0;
  405 10055 tid_ops 2227 27 0; 405 10051 xid_ops 2225 28 0; 405 10054 cid_ops 2226 29 0; 405 10033 oidvector_ops 1992 30 0; 405 10013 float4_ops 1971
  700 0; 405 10014 float8_ops 1971 701 0; 405 10025 macaddr_ops 1985 829 0; 405 10016 inet_ops 1975 869 0; 405 10059 aclitem_ops 2235 1033 0; 405
  10005 bpchar_ops 427 1042 0; 405 10011 date_ops 435 1082 0; 405 10039 time_ops 1997 1083 0; 405 10046 timestamp_ops 2040 1114 0; 405 10040
  timestamptz_ops 1999 1184 0; 405 10023 interval_ops 1983 1186 0; 405 10042 timetz_ops 2001 1266 0; 405 10030 numeric_ops 1998 1700 0; 405 10035
  record_ops 6194 2249 0; 405 10001 array_ops 627 2277 0; 405 10066 uuid_ops 2969 2950 0; 405 10070 enum_ops 3523 3500 0; 405 10089 jsonb_ops 4034
  3802 0; 405 10077 range_ops 3903 3831 0; 405 10052 xid8_ops 5032 5069 0`.trim().split(/;\s*/).map((entry) => {
  const [method, oid, name, family, input, key] = entry.split(/\s+/) as [string, string, string, string, string, string];
  return { method: Number(method), oid: Number(oid), name, family: Number(family), input: Number(input), key: Number(key) };
});

/** Their families: method, oid, name. */
const families = `
  403 397 array_ops; 403 423 bit_ops; 403 424 bool_ops; 403 426 bpchar_ops; 403 428 bytea_ops; 403 429 char_ops; 403 434 datetime_ops; 403 1970
  float_ops; 403 1974 network_ops; 403 1976 integer_ops; 403 1982 interval_ops; 403 1984 macaddr_ops; 403 1988 numeric_ops; 403 1989 oid_ops; 403 1991
  oidvector_ops; 403 1994 text_ops; 403 1996 time_ops; 403 2000 timetz_ops; 403 2002 varbit_ops; 403 2099 money_ops; 403 2789 tid_ops; 403 2968
  uuid_ops; 403 2994 record_ops; 403 3522 enum_ops; 403 3901 range_ops; 403 4033 jsonb_ops; 403 5067 xid8_ops; 405 427 bpchar_ops; 405 431 char_ops;
  405 435 date_ops; 405 627 array_ops; 405 1971 float_ops; 405 1975 network_ops; 405 1977 integer_ops; 405 1983 interval_ops; 405 1985 macaddr_ops;
  405 1990 oid_ops; 405 1992 oidvector_ops; 405 1995 text_ops; 405 1997 time_ops; 405 1998 numeric_ops; 405 1999 timestamptz_ops; 405 2001 timetz_ops;
  405 2040 timestamp_ops; 405 2222 bool_ops; 405 2223 bytea_ops; 405 2225 xid_ops; 405 2226 cid_ops; 405 2227 tid_ops; 405 2235 aclitem_ops; 405 2969
  uuid_ops; 405 3523 enum_ops; 405 3903 range_ops; 405 4034 jsonb_ops; 405 5032 xid8_ops; 405 6194 record_ops`.trim().split(/;\s*/).map((entry) => {
  const [method, oid, name] = entry.split(/\s+/) as [string, string, string];
  return { method: Number(method), oid: Number(oid), name };
});

const btree = new Map(classes.filter((entry) => entry.method === 403).map((entry) => [entry.input, entry.oid]));

/** The operator class that a btree index on a column of this type has: the type's own, or that of the type it is compared as. */
export function defaultOperatorClass(type: number): number {
  const own = btree.get(type);
  if (own !== undefined) return own;
  const info = findType(type);
  const comparedAs = type === Oid.varchar ? Oid.text : info?.storage === 'oid' ? Oid.oid : info?.category === 'A' ? Oid.anyarray : info?.kind === 'r' ? Oid.anyrange : Oid.record;
  return btree.get(comparedAs)!;
}

const shared: NamedRow = { opcnamespace: schemaOids.pg_catalog, opcowner: ownerOid, opcdefault: true };

export const operatorClassCatalogs: readonly SystemRelation[] = [
  definePostgres('pg_opclass', () => classes.map(({ method, oid, name, family, input, key }) => (
    { ...shared, oid, opcmethod: method, opcname: name, opcfamily: family, opcintype: input, opckeytype: key }))),
  definePostgres('pg_opfamily', () => families.map(({ method, oid, name }) => (
    { oid, opfmethod: method, opfname: name, opfnamespace: schemaOids.pg_catalog, opfowner: ownerOid }))),
];
