import { asWritten } from '../../catalog/index.ts';
import type { MaterializedViewItem, ViewItem } from '../../catalog/index.ts';
import { InvariantError } from '../../core/index.ts';
import { planView } from '../query.ts';
import type { PlannedView } from '../query.ts';
import { planContext } from './context.ts';
import type { Scene, StatementContext } from './context.ts';

/** The query of a view over its inputs as they are now. Its text means what it meant when it was written, whatever these are called by now, and whatever columns were added to them. */
export function planViewAgain(view: ViewItem | MaterializedViewItem, context: StatementContext): PlannedView {
  const statement = context.parse(view.query);
  if (statement.kind !== 'postgres' || !('SelectStmt' in statement.node)) throw new InvariantError(`the query of ${view.name} is no query`);
  const scene: Scene = { ...context, text: statement.text, sql: statement.sql, inferred: [] };
  const plain = planContext(scene, 'view');
  const find: typeof plain.catalog.find = (schema, name, searchPath) => asWritten(context.catalog, view, schema, name)?.item ?? plain.catalog.find(schema, name, searchPath);
  const columnsSeen = (schema: string | undefined, name: string): number | undefined => asWritten(context.catalog, view, schema, name)?.seen;
  const columns = view.columns.map((column) => column.name);
  return planView(statement.node.SelectStmt, statement.text, 0, view.name, columns, { ...plain, catalog: { ...plain.catalog, find, columnsSeen } });
}
