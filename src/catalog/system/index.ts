import type { Datum } from '../../core/index.ts';
import { catalogWith } from '../snapshot.ts';
import type { CatalogSnapshot } from '../snapshot.ts';
import type { RelationId } from '../../ir/index.ts';
import { clusterCatalogs } from './cluster.ts';
import type { SystemRelation } from './define.ts';
import { emptyCatalogs } from './empty.ts';
import { materializeCatalogs } from './materialize.ts';
import { operatorClassCatalogs } from './operator-classes.ts';
import { relationCatalogs } from './relations.ts';
import { routineCatalogs } from './routines.ts';
import { sessionCatalogs } from './sessions.ts';
import type { SystemState } from './state.ts';
import { typeCatalogs } from './types.ts';

/** The base relations of the system. Everything else of pg_catalog and information_schema is a view over them: see manifest.ts. */
export const systemRelations: readonly SystemRelation[] = [
  ...relationCatalogs, ...typeCatalogs, ...routineCatalogs, ...operatorClassCatalogs, ...clusterCatalogs, ...sessionCatalogs, ...emptyCatalogs, ...materializeCatalogs,
];

const byId = new Map<RelationId, SystemRelation>(systemRelations.map((relation) => [relation.item.id, relation]));

/** The rows of a base relation; undefined where `id` names none. */
export const systemRows = (id: RelationId, snapshot: CatalogSnapshot, state: SystemState): readonly (readonly Datum[])[] | undefined =>
  byId.get(id)?.rows(snapshot, state);

/** A catalog with nothing of the user's, before the system's views are loaded: the schemas and the base relations. */
export const emptyCatalog = (): CatalogSnapshot => catalogWith(systemRelations.map((relation) => relation.item));
