import { notSupported } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { CreatedKind, ObjectName, ShowCreateTree, ShowKind, ShowObjectsTree } from './tree.ts';

/** How one SHOW lists: the columns it shows, the relations they come from, and what orders them. `place` names the schema its objects lie in. */
interface Listing {
  readonly shows: readonly string[];
  readonly select: string;
  readonly from: string;
  readonly place: 'schema' | 'relation' | 'none';
  readonly order: string;
}

const inSchema = (relation: string, ...columns: readonly string[]): Listing => ({
  shows: ['name', ...columns],
  select: ['o.name', ...columns.map((column) => `o.${column}`)].join(', '),
  from: `mz_catalog.${relation} o JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id`,
  place: 'schema',
  order: 'name',
});

const listings: Readonly<Record<ShowKind, Listing>> = {
  sources: inSchema('mz_sources', 'type'),
  tables: inSchema('mz_tables'),
  views: inSchema('mz_views'),
  'materialized views': inSchema('mz_materialized_views', 'on_error'),
  connections: inSchema('mz_connections', 'type'),
  secrets: inSchema('mz_secrets'),
  objects: inSchema('mz_objects', 'type'),
  indexes: {
    shows: ['name', '"on"', 'key'], select: 'i.name, o.name AS "on", i.columns AS key', place: 'schema', order: '"on", name',
    from: 'mz_catalog.mz_indexes i JOIN mz_catalog.mz_objects o ON o.id = i.on_id JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id',
  },
  columns: {
    shows: ['name', 'nullable', 'type'], select: 'c.name, c.nullable, c.type, c.position', place: 'relation', order: 'position',
    from: 'mz_catalog.mz_columns c JOIN mz_catalog.mz_objects o ON o.id = c.id',
  },
  schemas: { shows: ['name'], select: 'o.name', from: 'mz_catalog.mz_schemas o', place: 'none', order: 'name' },
  databases: { shows: ['name'], select: 'o.name', from: 'mz_catalog.mz_databases o', place: 'none', order: 'name' },
};

const hint = `There are SHOW ${Object.keys(listings).map((kind) => kind.toUpperCase()).join(', ')}, SHOW CREATE and SHOW of a setting.`;
const createdKinds: readonly CreatedKind[] = ['materialized view', 'table', 'view', 'source', 'index', 'connection'];

/** `SHOW TABLES [FROM schema] [LIKE 'pattern' | WHERE condition]` and its like, `SHOW CREATE VIEW name`; of a setting it is Postgres'. */
export function parseShow(cursor: TokenCursor, fragments: Fragments): ShowObjectsTree | ShowCreateTree | undefined {
  cursor.expect('show');
  if (cursor.accept('redacted create') || cursor.accept('create')) return parseShowCreate(cursor);
  if (cursor.sees('full views|sources|tables|indexes')) cursor.expect('full');
  const kinds = Object.keys(listings).filter((kind): kind is ShowKind => kind in listings);
  const what = kinds.find((kind) => cursor.accept(kind)) ?? (cursor.accept('materialized sources') ? 'sources' : cursor.accept('index') ? 'indexes' : undefined);
  if (what === undefined) return refuseUnknown(cursor);
  return parseListing(cursor, fragments, what);
}

function refuseUnknown(cursor: TokenCursor): undefined {
  const position = cursor.position;
  const what = cursor.acceptOneOf('sinks', 'clusters', 'cluster replicas', 'subsources', 'types', 'roles', 'privileges', 'default privileges');
  if (what !== undefined) throw notSupported(`SHOW ${what.toUpperCase()}`, hint, position);
  return undefined;
}

function parseShowCreate(cursor: TokenCursor): ShowCreateTree {
  const position = cursor.position;
  const what = createdKinds.find((kind) => cursor.accept(kind));
  if (what === undefined) throw notSupported(`SHOW CREATE ${cursor.identifier().toUpperCase()}`, 'There are SHOW CREATE TABLE, VIEW, MATERIALIZED VIEW, SOURCE, INDEX and CONNECTION.', position);
  const name = cursor.name();
  cursor.expectEnd();
  return { kind: 'showCreate', what, name };
}

function parseListing(cursor: TokenCursor, fragments: Fragments, what: ShowKind): ShowObjectsTree {
  const listing = listings[what];
  const ofRelation = listing.place === 'relation' ? cursor.sees('from|in') : what === 'indexes' && cursor.sees('on');
  if (listing.place === 'relation' && !ofRelation) throw cursor.syntaxError();
  const named = ofRelation || (listing.place === 'schema' && cursor.sees('from|in'));
  if (named) cursor.index++;
  const name = named ? cursor.name() : null;
  const schema = ofRelation ? null : name;
  const relation = ofRelation ? name : null;
  const querySql = listingSql(listing, placeCondition(listing, schema, relation), parseCondition(cursor, fragments));
  return { kind: 'showObjects', what, schema, relation, query: fragments.ownSelect(querySql), querySql };
}

/** What the rows shown must meet, as SQL over the columns shown. */
function parseCondition(cursor: TokenCursor, fragments: Fragments): string | undefined {
  if (cursor.accept('like')) {
    const pattern = cursor.string();
    cursor.expectEnd();
    return `name LIKE ${literal(pattern)}`;
  }
  if (cursor.accept('where')) {
    fragments.expression(cursor, cursor.index, cursor.tokens.length);
    return cursor.slice(cursor.index);
  }
  cursor.expectEnd();
  return undefined;
}

function listingSql(listing: Listing, place: string, condition: string | undefined): string {
  const body = `SELECT ${listing.select} FROM ${listing.from}${place}`;
  return `SELECT ${listing.shows.join(', ')} FROM (${body}) AS shown${condition === undefined ? '' : ` WHERE (${condition}\n)`} ORDER BY ${listing.order}`;
}

function placeCondition(listing: Listing, schema: ObjectName | null, relation: ObjectName | null): string {
  if (relation !== null) return ` WHERE o.oid = ${literal(relation.parts.map(quoted).join('.'))}::regclass::oid`;
  if (listing.place !== 'schema') return '';
  return ` WHERE s.name = ${schema === null ? 'current_schema()' : literal(schema.parts.at(-1)!)}`;
}

const literal = (text: string): string => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
