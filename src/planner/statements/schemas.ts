import type { CreateSchemaStmt } from '@pgsql/types';
import { SqlError, notSupported } from '../../core/index.ts';
import type { Scene } from './context.ts';
import type { Outcome } from './names.ts';

export function planCreateSchema(statement: CreateSchemaStmt, scene: Scene): Outcome {
  const name = statement.schemaname ?? '';
  if (statement.authrole !== undefined) throw notSupported('CREATE SCHEMA ... AUTHORIZATION', 'There is one role; leave AUTHORIZATION out and name the schema.');
  if (statement.schemaElts !== undefined) throw notSupported('CREATE SCHEMA with objects', 'Make the objects by statements of their own.');
  if (/^(pg|mz)_/.test(name))
    throw new SqlError('42939', `unacceptable schema name "${name}"`, { detail: `The prefix "${name.slice(0, 3)}" is reserved for system schemas.` });
  const ifNotExists = statement.if_not_exists === true;
  if (scene.catalog.schema(name) === undefined) return { plan: { kind: 'createSchema', name, ifNotExists } };
  const message = `schema "${name}" already exists`;
  if (!ifNotExists) throw new SqlError('42P06', message);
  return { plan: { kind: 'noop', tag: 'CREATE SCHEMA' }, notices: [{ severity: 'NOTICE', code: '42P06', message: `${message}, skipping` }] };
}
