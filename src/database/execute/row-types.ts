import { InvariantError } from '../../core/index.ts';
import type { OidAllocator } from '../../catalog/index.ts';
import type { Plan } from '../../planner/index.ts';
import type { DatabaseSession } from '../session/session.ts';
import type { CatalogWork } from '../transaction.ts';
import { readersPlannedAgain } from './replace-view.ts';

/** A row type with other fields: nothing that is kept has values of it, and what is computed of them is computed anew. */
export function alterRowType(plan: Extract<Plan, { kind: 'alterRowType' }>, session: DatabaseSession, oids: OidAllocator): CatalogWork {
  const item = session.catalog.item(plan.oid);
  if (item?.kind !== 'composite type') throw new InvariantError(`no composite type ${plan.oid}`);
  return readersPlannedAgain({ ...item, fields: plan.fields }, session, oids, (reader) => `changing the fields of "${item.name}", which "${reader}" uses`);
}
