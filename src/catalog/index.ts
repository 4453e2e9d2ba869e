/**
 * What exists: an immutable snapshot, and the changes that lead from one snapshot to the next. Synchronous and pure; storage makes changes durable.
 */
export type {
  CatalogItem, RelationCatalogItem, SchemaItem, TableItem, TableColumn, KeyConstraint, CheckConstraint, ForeignKey, SequenceItem, SequenceOptions, SourceItem, SourceOrigin, ViewItem, MaterializedViewItem,
  IndexItem, ColumnsRead, WrittenQuery, WrittenRelation, WrittenSpot, TypeItem, CompositeTypeItem, SecretItem, ConnectionItem, SystemItem, Format, IncludedColumn, OnError, OptionValue, SecretReference, PostgresConnection, KafkaConnection, SourceEnum, SourceRowType, UpstreamEnum, UpstreamRowType, UpstreamTable, UpstreamValue,
} from './items.ts';
export { CatalogSnapshot, catalogWith, effectiveSearchPath, implicitSchemas, isRelation, isTemporary, isType, nameIsTaken, enumsIn, valueTypesOf, typeOidsOf, userTypeOf, schemaOids, databaseName, databaseOid, ownerName, ownerOid } from './snapshot.ts';
export { encodeChange, decodeChange } from './changes.ts';
export type { CatalogChange } from './changes.ts';
export { OidAllocator, arrayTypeOf, indexOfKey, userRelationId, systemRelationId, firstUserOid } from './oids.ts';
export { dropPlan, dropPlanOf, withoutConstraint } from './drop.ts';
export type { DropPlan, Droppable } from './drop.ts';
export { columnsUsed, sequencesOf, viewWithColumnsMoved } from './parts.ts';
export { codeAt, firstCodes } from './enum-codes.ts';
export { withColumnRenamed } from './rename-column.ts';
export { rowKeys } from './row-keys.ts';
export { columnOfRowType } from './row-type-users.ts';
export { bothForms, constraintNames, constraintsOf, expressionText, indexesOf } from './definitions.ts';
export { asWritten, createStatement, presentQuery } from './present-query.ts';
export { describe, displayName } from './describe.ts';
export { catalogQuestions } from './questions.ts';
export { emptyCatalog, systemRelations, systemRows } from './system/index.ts';
export type { SystemRelation } from './system/define.ts';
export type {
  SystemState, SettingState, SessionState, RoleState, CursorState, PreparedStatementState, SourceState, SourceStatus, ViewErrorState, HydrationState, FrontierState, Instant,
} from './system/state.ts';
export { systemViews, systemViewItem } from './system/manifest.ts';
export type { SystemView, PlannedSystemView } from './system/manifest.ts';
