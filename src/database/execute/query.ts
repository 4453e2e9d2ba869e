import { InvariantError } from '../../core/index.ts';
import { bindParameters, mapInputs, relationTypeOf } from '../../ir/index.ts';
import type { Query, Relation, RelationId } from '../../ir/index.ts';
import { throwIfCancelled } from '../cancel.ts';
import { readPlan, runQuery } from '../core.ts';
import type { RowStream } from '../rows.ts';
import type { Execution } from './execution.ts';
import { withOwnWrites } from './own-writes.ts';
import { computed, splitSequences } from './sequence-columns.ts';

/** Rows of a SELECT: at once where it is a lookup that needs nothing else, or else as any query's. */
export async function openSelect(query: Query, execution: Execution): Promise<RowStream> {
  const { session, prepared, parameters, maxRows, signal } = execution;
  const { block, core } = session;
  const changedNothing = block === undefined || (block.work.length === 0 && block.writes.length === 0);
  const rows = changedNothing && session.catalog === core.catalog ? await core.peeks.rows(query, parameters, maxRows, core.catalog) : undefined;
  if (rows !== undefined) {
    // It was too short to be stopped on the way.
    throwIfCancelled(signal);
    return rows;
  }
  if (prepared.literals === undefined || prepared.literals.length === 0) return openQuery(query, execution);
  // Its own plan knows where in its text something is wrong.
  const { plan } = session.plan(prepared.statement, []);
  if (plan.kind !== 'query') throw new InvariantError('a statement is no query any more');
  return openQuery(plan.query, { ...execution, parameters: [] });
}

/** Rows of a query with its parameters bound. */
export async function openQuery(query: Query, execution: Pick<Execution, 'session' | 'parameters' | 'maxRows' | 'signal' | 'held'>): Promise<RowStream> {
  const { session, parameters, maxRows, signal, held } = execution;
  const bound = bindParameters(query, parameters);
  const split = splitSequences(bound);
  const relation = withOwnWrites(held === undefined ? split.query.relation : withHeld(split.query.relation, held), session.block, session.catalog, session.core.catalog);
  const scene = session.scene();
  const rows = await runQuery(scene, relation, relationTypeOf(split.query.relation), readPlan(split.query, scene.environment), maxRows, signal);
  return split.columns === undefined ? rows : computed(rows, split.columns, scene.environment);
}

const withHeld = (relation: Relation, held: ReadonlyMap<RelationId, Relation>): Relation => (relation.op === 'get' ? held.get(relation.id) ?? relation : mapInputs(relation, (input) => withHeld(input, held)));
