import { InvariantError } from '../core/index.ts';
import type { Relation } from '../ir/index.ts';

/** Whether every relation it reads is the system's, so that it can be answered from the session's own snapshot. */
export function readsCatalogOnly(relation: Relation): boolean {
  throw new InvariantError(`readsCatalogOnly ${relation.op}`);
}
