import { codecOf, encodeUtf8, Oid, wireCodecOf } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import type { FunctionRow } from './contract.ts';
import { defineFunctions, typeNamed, unbound } from './define.ts';
import type { Definition } from './define.ts';

/** A type's binary form as bytes: its `typsend`. The codec writes it. */

/** `xsend` of these, `x_send` of the others. */
const joined = [
  'bool', 'bytea', 'char', 'name', 'int8', 'int2', 'int2vector', 'int4', 'text', 'oid', 'tid', 'xid', 'cid', 'oidvector', 'float4', 'float8', 'bpchar', 'varchar', 'xid8',
  'regproc', 'regprocedure', 'regoper', 'regoperator', 'regclass', 'regtype', 'regrole', 'regnamespace', 'unknown',
];
const apart = [
  'json', 'jsonb', 'jsonpath', 'macaddr', 'macaddr8', 'inet', 'cidr', 'date', 'time', 'timetz', 'timestamp', 'timestamptz', 'interval', 'numeric', 'bit', 'varbit', 'uuid', 'pg_lsn', 'record',
  'pg_node_tree', 'void',
];

/** Those whose text or names depend on the server's encoding are stable in Postgres. */
const stable: ReadonlySet<string> = new Set(['text', 'name', 'bpchar', 'varchar', 'pg_node_tree', 'record', 'anyenum', 'anyarray', 'anycompatiblearray', 'anyrange', 'anymultirange']);

const definition = (name: string, type: string): Definition => {
  const signature = `${name}(${type}) bytea total${stable.has(type) ? ' stable' : ''}`;
  if (type.startsWith('any')) return [signature, unbound, { bind: ([arg]) => wireCodecOf(arg!.type.oid).encode }];
  if (type === 'pg_node_tree') return [signature, (value: string) => encodeUtf8(value)];
  if (type === 'record') return [signature, (value: Datum) => wireCodecOf(Oid.record).encode(value)];
  const { encode } = codecOf(type === 'unknown' ? Oid.text : typeNamed(type));
  return [signature, (value: Datum) => encode(value)];
};

export const sendFunctions: readonly FunctionRow[] = defineFunctions([
  ...joined.map((type) => definition(`${type}send`, type)),
  ...apart.map((type) => definition(`${type}_send`, type)),
  definition('cash_send', 'money'),
  definition('array_send', 'anyarray'), definition('anyarray_send', 'anyarray'), definition('anycompatiblearray_send', 'anycompatiblearray'),
  definition('enum_send', 'anyenum'), definition('range_send', 'anyrange'), definition('multirange_send', 'anymultirange'),
]);
