import { Oid, SqlError, sqlType } from '../../core/index.ts';
import type { Column } from '../../core/index.ts';

/** Columns of the error relation of a source that decodes messages: where the message is, its bytes, and what was wrong with it. NULL where the source has no such coordinate. */
export const sourceErrorColumns: readonly Column[] = [
  { name: 'topic', type: sqlType(Oid.text), nullable: true },
  { name: 'partition', type: sqlType(Oid.int4), nullable: true },
  { name: 'offset', type: sqlType(Oid.int8), nullable: true },
  { name: 'payload', type: sqlType(Oid.bytea), nullable: true },
  { name: 'error', type: sqlType(Oid.text), nullable: false },
  { name: 'sqlstate', type: sqlType(Oid.text), nullable: false },
];

/** The error's detail belongs to what the error relation shows: it is the only place where it is seen. */
export const errorText = (error: SqlError): string =>
  error.fields.detail === undefined ? error.message : `${error.message} (${error.fields.detail})`;
