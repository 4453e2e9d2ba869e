import type { CatalogQuestions } from '../ir/index.ts';
import { constraintDefinition, constraintsOf, expressionText, indexDefinition, indexesOf } from './definitions.ts';
import type { CatalogItem, TableItem } from './items.ts';
import { arrayTypeOf } from './oids.ts';
import { presentQuery } from './present-query.ts';
import { databaseName, databaseOid, isRelation, isType, ownerName, ownerOid, schemaOids } from './snapshot.ts';
import type { CatalogSnapshot } from './snapshot.ts';
import { classOids } from './system/relations.ts';
import type { RoleState } from './system/state.ts';

const owner: readonly RoleState[] = [{ oid: ownerOid, name: ownerName }];

/** What catalog functions ask, answered from one snapshot along one search path. */
export function catalogQuestions(snapshot: CatalogSnapshot, searchPath: readonly string[], roles: readonly RoleState[] = owner): CatalogQuestions {
  return {
    relationByName(schema, name) {
      const item = snapshot.find(schema, name, searchPath);
      if (item !== undefined) return item.kind === 'composite type' ? item.relation : item.kind === 'secret' || item.kind === 'connection' || item.kind === 'type' ? undefined : item.oid;
      return keyIndexNamed(snapshot, schema === undefined ? searchPath : [schema], name);
    },
    relationName(oid) {
      const item = snapshot.item(oid);
      if (item !== undefined && (isRelation(item) || item.kind === 'index')) {
        return { schema: snapshot.schemaNameOf(item), name: item.name, visible: snapshot.isVisible(item, searchPath) };
      }
      const composite = snapshot.typeItem(oid);
      if (composite?.kind === 'composite type' && composite.relation === oid) return { schema: snapshot.schemaNameOf(composite), name: composite.name, visible: snapshot.isVisible(composite, searchPath) };
      const index = indexesOf(snapshot).get(oid);
      if (index === undefined) return undefined;
      const schema = snapshot.schemaNameOf(index.on);
      return { schema, name: index.name, visible: keyIndexNamed(snapshot, searchPath, index.name) === oid };
    },
    schemaByName: (name) => snapshot.schema(name)?.oid,
    schemaName(oid) {
      const item = snapshot.item(oid);
      return item?.kind === 'schema' ? item.name : undefined;
    },
    roleName: (oid) => roles.find((role) => role.oid === oid)?.name,
    roleByName: (name) => roles.find((role) => role.name === name)?.oid,
    databaseName: (oid) => (oid === databaseOid ? databaseName : undefined),
    viewDefinition(oid) {
      const item = snapshot.item(oid);
      if (item === undefined || !('query' in item) || item.query === undefined) return undefined;
      return `${(item.kind === 'system' ? item.query : presentQuery(snapshot, item, searchPath)).trim()};`;
    },
    indexDefinition(oid, column) {
      const index = indexesOf(snapshot).get(oid);
      if (index === undefined) return undefined;
      if (column === 0) return indexDefinition(snapshot, index);
      const indexed = index.columns[column - 1];
      return indexed === undefined ? '' : index.on.columns[indexed]!.name;
    },
    constraintDefinition(oid, pretty) {
      const found = constraintByOid(snapshot, oid);
      return found && constraintDefinition(snapshot, found.table, found.constraint, pretty);
    },
    expressionText,
    sequenceOf(relation, attribute) {
      const owned = (item: CatalogItem): boolean => item.kind === 'sequence' && item.ownedBy?.table === relation && item.ownedBy.column === attribute - 1;
      return snapshot.dependents(relation).find(owned)?.oid;
    },
    comment(oid, classOid, subId) {
      if (classOid === classOids.pg_constraint) return subId === 0 ? constraintByOid(snapshot, oid)?.constraint.comment : undefined;
      const item = snapshot.item(oid);
      if (item === undefined || classOid !== (item.kind === 'schema' ? classOids.pg_namespace : isType(item) ? classOids.pg_type : classOids.pg_class)) return undefined;
      return subId === 0 ? item.comment : isRelation(item) ? item.columnComments?.get(subId) : undefined;
    },
    columnName(relation, attribute) {
      const item = snapshot.item(relation);
      return item !== undefined && isRelation(item) ? item.columns[attribute - 1]?.name : undefined;
    },
    columnByName(relation, name) {
      const item = snapshot.item(relation);
      const index = item !== undefined && isRelation(item) ? item.columns.findIndex((column) => column.name === name) : -1;
      return index < 0 ? undefined : index + 1;
    },
    typeByName(schema, name) {
      const item = snapshot.find(schema, name, searchPath);
      if (item !== undefined && isType(item)) return item.oid;
      if (item !== undefined && isRelation(item)) return item.rowType;
      const element = name.startsWith('_') ? snapshot.find(schema, name.slice(1), searchPath) : undefined;
      if (element !== undefined && isType(element)) return element.array;
      return element !== undefined && isRelation(element) ? arrayTypeOf(element.rowType) : undefined;
    },
    typeSchema(oid) {
      const place = (item: CatalogItem): { readonly schema: string; readonly visible: boolean } => ({ schema: snapshot.schemaNameOf(item), visible: snapshot.isVisible(item, searchPath) });
      const item = snapshot.typeItem(oid);
      return item && place(item);
    },
    typeItem: (oid) => snapshot.typeItem(oid)?.oid,
  };
}

function constraintByOid(snapshot: CatalogSnapshot, oid: number): { readonly table: TableItem; readonly constraint: ReturnType<typeof constraintsOf>[number] } | undefined {
  for (const table of snapshot.relations()) {
    const constraint = table.kind === 'table' ? constraintsOf(table).find((one) => one.oid === oid) : undefined;
    if (table.kind === 'table' && constraint !== undefined) return { table, constraint };
  }
  return undefined;
}

/** The indexes of key constraints are no items: they have their table's schema and their constraint's name. */
function keyIndexNamed(snapshot: CatalogSnapshot, schemas: readonly string[], name: string): number | undefined {
  for (const schema of schemas) {
    const oid = snapshot.schema(schema)?.oid;
    if (oid === undefined || oid === schemaOids.pg_catalog) continue;
    for (const index of indexesOf(snapshot).values()) if (index.schema === oid && index.name === name) return index.oid;
  }
  return undefined;
}
