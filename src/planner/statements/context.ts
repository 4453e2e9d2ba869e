import type { CatalogSnapshot } from '../../catalog/index.ts';
import type { Column, SqlType } from '../../core/index.ts';
import type { Environment, RelationId } from '../../ir/index.ts';
import type { PlanContext } from '../context.ts';
import type { Statement } from '../syntax/index.ts';

/** All that planning a statement may look at: the session's snapshot and what the session knows of itself. */
export interface StatementContext {
  readonly catalog: CatalogSnapshot;
  /** as the setting says, without the implicit schemas; `"$user"` resolved or left out */
  readonly searchPath: readonly string[];
  readonly environment: Environment;
  /** about how many rows a stored relation has, where that is known: what is planned may follow it, what it means does not */
  readonly rowsIn?: (id: RelationId) => number | undefined;
  /** what the client declared for `$1` at index 0 and so on; undefined where it leaves the type to be inferred */
  readonly parameterTypes: readonly (SqlType | undefined)[];
  /** parameter types of a prepared statement, for EXECUTE */
  readonly prepared: (name: string) => readonly SqlType[] | undefined;
  /** reads texts that the catalog keeps: they are planned again where what they are about has changed */
  readonly parse: (sql: string) => Statement;
  /** the schema of what goes with the session; it need not exist yet */
  readonly temporarySchema?: string;
  /** the program's own start-up, which makes the views of the system's schemas */
  readonly system?: boolean;
}

/** A statement with its surroundings: what every planner of this folder gets. `parameterTypes` grows as parameters are met. */
export interface Scene extends StatementContext {
  /** what locations and positions count in */
  readonly text: string;
  /** what the catalog keeps of the statement */
  readonly sql: string;
  readonly inferred: (SqlType | undefined)[];
}

export const planContext = (scene: Scene, mode: PlanContext['mode']): PlanContext => ({
  catalog: {
    schema: (name) => scene.catalog.schema(schemaWritten(name, scene)),
    find: (schema, name, searchPath) => scene.catalog.find(schemaWritten(schema, scene), name, searchPath),
    indexesOn: (id) => scene.catalog.indexesOn(id),
    foreignKeysOf: (id) => scene.catalog.foreignKeysOf(id),
    fieldsOf: (oid) => scene.catalog.fieldsOf(oid),
  },
  searchPath: scene.searchPath, mode, environment: scene.environment, ...(scene.rowsIn && { rowsIn: scene.rowsIn }), parameterTypes: scene.inferred,
});

export const columnIndex = (columns: readonly Column[], name: string): number => columns.findIndex((column) => column.name === name);

/** `pg_temp` stands for the session's own schema. */
export const schemaWritten = <S extends string | undefined>(schema: S, scene: Pick<StatementContext, 'temporarySchema'>): S | string =>
  schema === 'pg_temp' && scene.temporarySchema !== undefined ? scene.temporarySchema : schema;
