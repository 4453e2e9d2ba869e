import type { UpstreamTable } from '../../catalog/index.ts';
import { Oid, SqlError, findType, notSupported, sqlType } from '../../core/index.ts';
import type { Notice } from '../../core/index.ts';
import type { QualifiedName } from '../plan.ts';
import type { CreateTablesFromSourceTree, ObjectName, UpstreamSelection } from '../syntax/index.ts';
import type { Scene } from './context.ts';
import { itemOfKind, newName, spell, whenTaken } from './names.ts';
import type { Outcome } from './names.ts';

/** Text of whatever type. */
const asText = ({ enumeration: _enumeration, rowType: _rowType, isArray: _isArray, ...column }: UpstreamTable['columns'][number]): UpstreamTable['columns'][number] => ({ ...column, type: sqlType(Oid.text) });

export interface ChosenTable {
  readonly upstream: UpstreamTable;
  readonly name: QualifiedName;
}

type IsRead = (table: { readonly schema: string; readonly name: string }) => boolean;

/** Which tables a statement reads; undefined: all, also where it does not say yet. */
export function readBy(selection: UpstreamSelection | null): IsRead | undefined {
  switch (selection?.kind) {
    case undefined:
    case 'all': return undefined;
    case 'schemas': return ({ schema }) => selection.schemas.some(({ name }) => name === schema);
    case 'tables': return (table) => selection.tables.some(({ upstream }) => isNamed(upstream, table));
  }
}

function isNamed(name: ObjectName, { schema: ofSchema, name: ofTable }: { readonly schema: string; readonly name: string }): boolean {
  const [table, schema] = name.parts.toReversed();
  return ofTable === table && (schema === undefined || ofSchema === schema);
}

/**
 * The upstream tables with the columns of TEXT COLUMNS (`[schema.]table.column`) read as text; refuses a column of a type that cannot be read otherwise.
 * Tables that are not read are left as they are.
 */
export function withTextColumns(tables: readonly UpstreamTable[], textColumns: readonly string[], isRead: IsRead = () => true): readonly UpstreamTable[] {
  const spellings = (table: UpstreamTable, column: string): string[] => [`${table.schema}.${table.name}.${column}`, `${table.name}.${column}`];
  const all = new Set(tables.flatMap((table) => table.columns.flatMap(({ name }) => spellings(table, name))));
  const unknown = textColumns.find((name) => !all.has(name));
  if (unknown !== undefined) throw new SqlError('42703', `TEXT COLUMNS names "${unknown}", which the publication does not have`, { hint: 'Write schema.table.column.' });
  return tables.map((table) => (!isRead(table) ? table : {
    ...table,
    columns: table.columns.map((column) => {
      const names = spellings(table, column.name);
      if (names.some((name) => textColumns.includes(name))) return asText(column);
      const info = findType(column.type.oid);
      if (column.unsupported === undefined && info !== undefined && info.kind !== 'p' && info.kind !== 'c') return column;
      throw notSupported(`the type of upstream column "${names[0]}"${column.unsupported === undefined ? '' : ` (${column.unsupported})`}`, `Have it read as text by TEXT COLUMNS (${names[0]}), or name the tables to read by FOR TABLES.`);
    }),
  }));
}

/** The tables a statement asks for, with the names their relations get: upstream's own, in the schema of creation, unless written otherwise. */
export function selectUpstream(selection: UpstreamSelection, tables: readonly UpstreamTable[], where: string, scene: Scene): ChosenTable[] {
  const named = (upstream: UpstreamTable, alias: ObjectName | null): ChosenTable =>
    ({ upstream, name: newName(alias ?? { parts: [upstream.name], position: 0 }, scene) });
  const chosen = choose(selection, tables, where, named);
  const twice = chosen.find(({ name }, i) => chosen.findIndex((other) => other.name.schema === name.schema && other.name.name === name.name) < i);
  if (twice) throw new SqlError('42P07', `relation "${twice.name.name}" already exists`, { detail: 'Two upstream tables would have this name.', hint: 'Name them apart: (schema.table AS name, ...).' });
  return chosen;
}

function choose(selection: UpstreamSelection, tables: readonly UpstreamTable[], where: string, named: (upstream: UpstreamTable, alias: ObjectName | null) => ChosenTable): ChosenTable[] {
  switch (selection.kind) {
    case 'all': return tables.map((table) => named(table, null));
    case 'schemas':
      return selection.schemas.flatMap(({ name, position }) => {
        const found = tables.filter((table) => table.schema === name);
        if (found.length === 0) throw new SqlError('3F000', `${where} has no table in schema "${name}"`, { position });
        return found.map((table) => named(table, null));
      });
    case 'tables': return selection.tables.map(({ upstream, alias }) => named(findUpstream(upstream, tables, where), alias));
  }
}

function findUpstream(name: ObjectName, tables: readonly UpstreamTable[], where: string): UpstreamTable {
  const found = tables.filter((candidate) => isNamed(name, candidate));
  const [first, ...more] = found;
  if (first === undefined)
    throw new SqlError('42P01', `${where} has no table "${spell(name)}"`, { hint: `It has: ${tables.map((candidate) => `${candidate.schema}.${candidate.name}`).join(', ') || 'none'}.`, position: name.position });
  if (more.length > 0) throw new SqlError('42P09', `table "${spell(name)}" is ambiguous in ${where}`, { hint: `Write one of: ${found.map((candidate) => `${candidate.schema}.${candidate.name}`).join(', ')}.`, position: name.position });
  return first;
}

/** CREATE VIEWS FROM SOURCE and CREATE TABLE ... FROM SOURCE. Under IF NOT EXISTS what is there already stays as it is. */
export function planTablesFromSource(tree: CreateTablesFromSourceTree, scene: Scene): Outcome {
  const source = itemOfKind('source', tree.source, scene);
  if (source.origin.kind !== 'postgres') throw new SqlError('42809', `"${source.name}" is not a Postgres source`, { hint: 'A Kafka or webhook source is itself a relation.', position: tree.source.position });
  const notices: Notice[] = [];
  const chosen = selectUpstream(tree.tables, source.origin.tables, `source "${source.name}"`, scene).filter(({ name }) => {
    const taken = whenTaken('table', name, tree.ifNotExists, scene);
    notices.push(...(taken?.notices ?? []));
    return taken === undefined;
  });
  const tables = chosen.map((table) => ({ ...table, ifNotExists: tree.ifNotExists }));
  return { plan: { kind: 'createTablesFromSource', source: source.oid, tables, sql: scene.sql }, notices };
}
