import type { TypeName } from '@pgsql/types';
import type { SqlType } from '../../core/index.ts';
import { InvariantError } from '../../core/index.ts';

/** The type a TypeName node means; 42704 where there is none of that name. `sql` is the statement, for positions. */
export function resolveTypeName(node: TypeName, sql: string): SqlType {
  throw new InvariantError(`resolveTypeName ${typeof node} ${sql}`);
}
