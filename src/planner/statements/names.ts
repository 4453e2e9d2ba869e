import type { Node, RangeVar } from '@pgsql/types';
import { databaseName, isRelation, isType, nameIsTaken, schemaOids } from '../../catalog/index.ts';
import type { CatalogItem, RelationCatalogItem, SchemaItem } from '../../catalog/index.ts';
import { InvariantError, SqlError } from '../../core/index.ts';
import type { Notice } from '../../core/index.ts';
import type { Plan, QualifiedName } from '../plan.ts';
import { positionOf } from '../syntax/index.ts';
import type { ObjectName } from '../syntax/index.ts';
import { schemaWritten } from './context.ts';
import type { Scene } from './context.ts';

const systemSchemaNames: readonly string[] = Object.keys(schemaOids).filter((name) => name !== 'public');

/** The name a RangeVar holds, with its position. */
export function nameOfRangeVar(relation: RangeVar | undefined, scene: Scene): ObjectName {
  if (relation?.relname === undefined) throw new InvariantError('a RangeVar without a name');
  const parts = [relation.catalogname, relation.schemaname, relation.relname].filter((part) => part !== undefined && part !== '');
  return { parts: parts as string[], position: positionOf(scene.text, relation.location) ?? 0 };
}

/** The name a list of String nodes (or one String) holds; such lists have no position. */
export function nameOfNodes(node: Node | readonly Node[]): ObjectName {
  return { parts: stringsOf(node), position: 0 };
}

function stringsOf(node: Node | readonly Node[]): string[] {
  if (Array.isArray(node)) return node.flatMap((part) => stringsOf(part));
  if ('String' in node) return [node.String.sval ?? ''];
  if ('List' in node) return stringsOf(node.List.items ?? []);
  if ('TypeName' in node) return stringsOf(node.TypeName.names ?? []);
  throw new InvariantError(`no name in ${Object.keys(node).join()}`);
}

export const spell = (name: ObjectName): string => name.parts.join('.');
export const at = (name: ObjectName): { readonly position?: number } => (name.position > 0 ? { position: name.position } : {});

interface SplitName {
  readonly schema: string | undefined;
  readonly name: string;
}

function splitName(name: ObjectName, scene: Scene): SplitName {
  const [last, schema, database, ...rest] = name.parts.toReversed();
  if (last === undefined || rest.length > 0) throw new SqlError('42601', `improper qualified name (too many dotted names): ${spell(name)}`, at(name));
  if (database !== undefined && database !== databaseName) throw new SqlError('0A000', `cross-database references are not implemented: "${spell(name)}"`, at(name));
  return { schema: schema === undefined ? undefined : schemaWritten(schema, scene), name: last };
}

/** The object of this name, if there is one that is no type. */
export function findItem(name: ObjectName, scene: Scene): CatalogItem | undefined {
  const item = findNamed(name, scene);
  return item !== undefined && isType(item) ? undefined : item;
}

/** As `findItem`, types among them. */
export function findNamed(name: ObjectName, scene: Scene): CatalogItem | undefined {
  const { schema, name: last } = splitName(name, scene);
  return scene.catalog.find(schema, last, scene.searchPath);
}

/** The relation of this name; 42P01 where there is none. */
export function relationNamed(name: ObjectName, scene: Scene): RelationCatalogItem {
  const item = findItem(name, scene);
  if (item === undefined) throw new SqlError('42P01', `relation "${spell(name)}" does not exist`, at(name));
  if (!isRelation(item)) throw new SqlError('42809', `"${item.name}" is not a table, view or source`, at(name));
  return item;
}

/** The object of one of our own kinds that this name means. */
export function itemOfKind<K extends CatalogItem['kind']>(kind: K, name: ObjectName, scene: Scene): Extract<CatalogItem, { kind: K }> {
  const item = findItem(name, scene);
  if (item === undefined) throw new SqlError(kind === 'secret' || kind === 'connection' ? '42704' : '42P01', `${kind} "${spell(name)}" does not exist`, at(name));
  if (!isKind(item, kind)) throw new SqlError('42809', `"${item.name}" is not a ${kind}`, at(name));
  return item;
}

const isKind = <K extends CatalogItem['kind']>(item: CatalogItem, kind: K): item is Extract<CatalogItem, { kind: K }> => item.kind === kind;

export function schemaNamed(name: string, scene: Scene, position?: number): SchemaItem {
  const schema = scene.catalog.schema(name);
  if (schema === undefined) throw new SqlError('3F000', `schema "${name}" does not exist`, position === undefined || position === 0 ? {} : { position });
  return schema;
}

/** Where a new object of this name will lie. */
export function newName(name: ObjectName, scene: Scene): QualifiedName {
  const { schema: schemaName, name: last } = splitName(name, scene);
  const schema = schemaName === undefined ? creationSchema(scene, name) : schemaNamed(schemaName, scene, name.position);
  if (scene.system !== true && systemSchemaNames.includes(schema.name))
    throw new SqlError('42501', `permission denied to create "${schema.name}.${last}"`, { detail: 'System catalog modifications are currently disallowed.' });
  return { schema: schema.oid, name: last };
}

/** Where a relation will lie that CREATE [TEMPORARY] names. */
export function newRelationName(relation: RangeVar | undefined, scene: Scene): QualifiedName {
  const name = nameOfRangeVar(relation, scene);
  const { schema, name: last } = splitName(name, scene);
  const temporary = relation?.relpersistence === 't';
  if (schema !== undefined && schema === scene.temporarySchema) return { schema: TEMPORARY, name: last };
  if (!temporary) return newName(name, scene);
  if (schema !== undefined) throw new SqlError('42P16', 'cannot create temporary relation in non-temporary schema', at(name));
  return { schema: TEMPORARY, name: last };
}

/** The schema of `QualifiedName` that stands for the session's own. */
export const TEMPORARY = 0;

function creationSchema(scene: Scene, name: ObjectName): SchemaItem {
  for (const candidate of scene.searchPath) {
    if (candidate === scene.temporarySchema) continue;
    const schema = scene.catalog.schema(candidate);
    if (schema !== undefined) return schema;
  }
  throw new SqlError('3F000', 'no schema has been selected to create in', at(name));
}

/** What already has this name, in its own schema. */
export function takenBy(name: QualifiedName, scene: Scene): CatalogItem | undefined {
  const schema = name.schema === TEMPORARY ? scene.catalog.schema(scene.temporarySchema ?? '') : scene.catalog.item(name.schema);
  return schema === undefined ? undefined : scene.catalog.find(schema.name, name.name, []);
}

const creationTags = {
  table: 'CREATE TABLE', view: 'CREATE VIEW', 'materialized view': 'CREATE MATERIALIZED VIEW', index: 'CREATE INDEX', sequence: 'CREATE SEQUENCE',
  source: 'CREATE SOURCE', secret: 'CREATE SECRET', connection: 'CREATE CONNECTION',
} as const;
export type CreatedItemKind = keyof typeof creationTags;

export interface Outcome {
  readonly plan: Plan;
  readonly notices?: readonly Notice[];
}

/** The outcome where the name is taken and that settles the statement: nothing to do under IF NOT EXISTS, otherwise the error. */
export function whenTaken(kind: CreatedItemKind, name: QualifiedName, ifNotExists: boolean, scene: Scene, tag: string = creationTags[kind]): Outcome | undefined {
  if (takenBy(name, scene) === undefined) return undefined;
  const error = nameIsTaken({ kind, name: name.name });
  if (!ifNotExists) throw error;
  return { plan: { kind: 'noop', tag }, notices: [{ severity: 'NOTICE', code: error.code, message: `${error.message}, skipping` }] };
}

/** Postgres' makeObjectName: the parts joined by underscores, the longer of the first two shortened until all fit into 63 bytes. */
export function makeObjectName(first: string, second: string, label: string): string {
  const overhead = (second === '' ? 0 : 1) + 1 + label.length;
  const name1 = [...first];
  const name2 = [...second];
  const length = (characters: readonly string[]): number => Buffer.byteLength(characters.join(''));
  while (length(name1) + length(name2) + overhead > 63) (length(name1) > length(name2) ? name1 : name2).pop();
  return [name1.join(''), ...(second === '' ? [] : [name2.join('')]), label].join('_');
}

/** As `makeObjectName`, with a number behind the label where the name is taken. */
export function chooseName(first: string, second: string, label: string, taken: (name: string) => boolean): string {
  for (let pass = 0; ; pass++) {
    const name = makeObjectName(first, second, pass === 0 ? label : `${label}${pass}`);
    if (!taken(name)) return name;
  }
}
