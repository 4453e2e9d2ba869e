import type { KafkaConnection, PostgresConnection, TableColumn, UpstreamEnum, UpstreamRowType, UpstreamTable } from '../../catalog/index.ts';
import type { Statement } from '../syntax/index.ts';
import type { Scene, StatementContext } from './context.ts';
import { kafkaOrigin, postgresOrigin } from './create-source.ts';
import { newName, takenBy } from './names.ts';
import { readBy } from './upstream-tables.ts';

/** What the outside world must be asked before a statement can be planned. */
export type PurifyRequest =
  /** the tables of the publication, once the connection, `wal_level` and the privileges on those that are read have been found in order */
  | { readonly kind: 'postgres'; readonly connection: PostgresConnection; readonly publication: string; readonly isRead?: (table: { readonly schema: string; readonly name: string }) => boolean }
  /** the topic exists, and where it ends */
  | { readonly kind: 'kafka'; readonly connection: KafkaConnection; readonly topic: string }
  /** the columns of a file */
  | { readonly kind: 'file'; readonly path: string };

/** The answer to a PurifyRequest of the same kind. */
export type Purified =
  | { readonly kind: 'postgres'; readonly tables: readonly UpstreamTable[]; readonly enums: readonly UpstreamEnum[]; readonly rowTypes: readonly UpstreamRowType[] }
  | { readonly kind: 'kafka'; /** by partition number, the offset of the next message */ readonly endOffsets: readonly number[] }
  | { readonly kind: 'file'; readonly columns: readonly TableColumn[] };

/**
 * What to ask outside before planning `statement`; undefined where nothing is. Raises what planning would raise about the statement itself,
 * so that nobody is asked in vain. Under IF NOT EXISTS an existing name asks nothing.
 */
export function purifyRequest(statement: Statement, context: StatementContext): PurifyRequest | undefined {
  const scene: Scene = { ...context, text: statement.text, sql: statement.sql, inferred: [] };
  if (statement.kind === 'createTableFromFile')
    return statement.columns === null && takenBy(newName(statement.name, scene), scene) === undefined ? { kind: 'file', path: statement.path } : undefined;
  if (statement.kind !== 'createSource' || takenBy(newName(statement.name, scene), scene) !== undefined) return undefined;
  switch (statement.from.kind) {
    case 'postgres': {
      const { connection, publication } = postgresOrigin(statement, statement.from, scene);
      const isRead = readBy(statement.from.tables);
      return { kind: 'postgres', connection, publication, ...(isRead === undefined ? {} : { isRead }) };
    }
    case 'kafka': {
      const { connection, topic } = kafkaOrigin(statement, statement.from, scene);
      return { kind: 'kafka', connection, topic };
    }
    case 'webhook': return undefined;
  }
}
