import { InvariantError, SqlError } from '../../core/index.ts';
import type { SequenceItem } from '../../catalog/index.ts';
import type { Plan } from '../../planner/index.ts';
import type { SequenceState } from '../sequences.ts';
import type { DatabaseSession } from '../session/session.ts';

/** A sequence with other options, and where it stands from now on. */
export function alteredSequence(plan: Omit<Plan & { kind: 'alterSequence' }, 'kind'>, session: DatabaseSession): { readonly item: SequenceItem; readonly state: SequenceState } {
  const old = session.catalog.item(plan.oid);
  if (old?.kind !== 'sequence') throw new InvariantError(`no sequence ${plan.oid}`);
  const { ownedBy, ...rest } = old;
  const owner = plan.ownedBy === undefined ? ownedBy : plan.ownedBy === null ? undefined : { ...plan.ownedBy, internal: false };
  const { last, called } = session.sequences.state(old);
  const { minimum, maximum } = plan.options;
  if (plan.restart === undefined && last < minimum) throw new SqlError('22023', `RESTART value (${last}) cannot be less than MINVALUE (${minimum})`);
  if (plan.restart === undefined && last > maximum) throw new SqlError('22023', `RESTART value (${last}) cannot be greater than MAXVALUE (${maximum})`);
  return {
    item: { ...rest, options: plan.options, ...(owner === undefined ? {} : { ownedBy: owner }) },
    state: plan.restart === undefined ? { last, called } : { last: plan.restart, called: false },
  };
}
