import type { Relation } from '../ir/index.ts';
import { someRelation } from '../ir/index.ts';

/** Whether every relation it reads is the system's, so that it can be answered from the session's own snapshot. */
export function readsCatalogOnly(relation: Relation): boolean {
  return !someRelation(relation, (node) => node.op === 'get' && !node.id.startsWith('s'));
}
