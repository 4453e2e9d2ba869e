import type pg from 'pg';
import { SqlError } from '../../core/index.ts';
import { connect, query, quoteIdentifier, readError } from './connection.ts';
import type { PostgresUpstream } from './connection.ts';
import { readTypes } from './types.ts';
import type { UpstreamRowType, UpstreamType, UpstreamTypes } from './types.ts';

export interface UpstreamColumn extends UpstreamType {
  readonly name: string;
  /** pg_type.oid upstream, where it is not that of `type`: of an enum, a row type, a domain, an array of one */
  readonly upstreamType?: number;
  /** false where the column itself is NOT NULL. A domain's NOT NULL keeps no NULL out of a column (manual, CREATE DOMAIN, "Notes"). */
  readonly nullable: boolean;
  /** pg_attribute.attnum upstream */
  readonly attribute: number;
}

/** A table of the publication. Structurally an `UpstreamTable` of the catalog. */
export interface UpstreamTableFacts {
  readonly schema: string;
  readonly name: string;
  /** pg_class.oid upstream */
  readonly oid: number;
  readonly columns: readonly UpstreamColumn[];
  /** indexes into `columns` of the primary key or the replica identity index; empty when none */
  readonly key: readonly number[];
  readonly replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
}

/** An enum that columns of the publication have: its labels in order, each with its pg_enum.oid, which stays when it is renamed. */
export interface UpstreamEnum {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly labels: readonly { readonly oid: number; readonly name: string }[];
}

export interface UpstreamFacts {
  readonly tables: readonly UpstreamTableFacts[];
  readonly enums: readonly UpstreamEnum[];
  /** those that columns of the publication have, and those in them, each behind all that it is made of */
  readonly rowTypes: readonly UpstreamRowType[];
  readonly walLevel: string;
  /** server_version_num */
  readonly serverVersion: number;
  /** replication slots that are still free */
  readonly freeSlots: number;
}

/**
 * Looks at the upstream database once, for CREATE SOURCE: everything that would make reading fail later is a SqlError now,
 * with the statement that cures it as its hint. Of tables that are not to be read nothing is asked.
 */
export const describeUpstream = (
  upstream: PostgresUpstream, publication: string, signal?: AbortSignal, isRead: (table: UpstreamTableFacts) => boolean = () => true,
): Promise<UpstreamFacts> => asked(upstream, signal, async (client) => {
  const server = await checkServer(client, upstream);
  await checkPublication(client, publication, upstream);
  const { tables, types } = await readTables(client, publication, server.serverVersion);
  if (tables.length === 0) {
    throw new SqlError('55000', `publication "${publication}" has no tables`, {
      hint: `Run ALTER PUBLICATION ${quoteIdentifier(publication)} ADD TABLE ... there.`,
    });
  }
  const read = tables.filter(isRead);
  await checkTables(client, read, upstream);
  const columns = read.flatMap((table) => table.columns);
  const rowTypes = types.rowTypesIn(columns);
  const values: readonly UpstreamType[] = [...columns, ...rowTypes.flatMap(({ fields }) => fields)];
  const enums = await readEnums(client, values.flatMap(({ enumeration }) => enumeration ?? []));
  return { tables, enums, rowTypes, ...server };
});

/** The enums with these OIDs as they are upstream now. */
export const describeEnums = (upstream: PostgresUpstream, oids: readonly number[], signal?: AbortSignal): Promise<readonly UpstreamEnum[]> =>
  asked(upstream, signal, (client) => readEnums(client, oids));

async function asked<T>(upstream: PostgresUpstream, signal: AbortSignal | undefined, ask: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(upstream, signal);
  const abort = (): void => void client.end().catch(() => {});
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await ask(client);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof SqlError ? error : describeError(error, upstream);
  } finally {
    signal?.removeEventListener('abort', abort);
    void client.end().catch(() => {});
  }
}

/** CREATE has no later attempt, so what reading would retry is an error of the statement here. */
function describeError(error: unknown, upstream: PostgresUpstream): SqlError {
  const told = readError(error, upstream);
  return told instanceof SqlError ? told : new SqlError('08006', told.message, { cause: error });
}

async function checkServer(client: pg.Client, upstream: PostgresUpstream): Promise<Omit<UpstreamFacts, 'tables' | 'enums' | 'rowTypes'>> {
  const [row] = await query(client, `
    SELECT current_setting('wal_level'), current_setting('server_version_num'),
           current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_catalog.pg_replication_slots),
           (SELECT rolreplication OR rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user),
           current_setting('server_encoding')`);
  const [walLevel, version, freeSlots, mayReplicate] = row!;
  if (walLevel !== 'logical') {
    throw new SqlError('55000', `Postgres at "${upstream.host}:${upstream.port}" has wal_level "${walLevel}", and logical replication needs "logical"`, {
      hint: 'Run ALTER SYSTEM SET wal_level = logical there and restart it.',
    });
  }
  if (mayReplicate !== 't') {
    throw new SqlError('42501', `role "${upstream.user}" may not replicate from database "${upstream.database}"`, {
      hint: `Run ALTER ROLE ${quoteIdentifier(upstream.user)} REPLICATION there.`,
    });
  }
  if (Number(freeSlots) < 1) {
    throw new SqlError('53400', `all replication slots of Postgres at "${upstream.host}:${upstream.port}" are in use`, {
      hint: 'Drop unused slots (pg_drop_replication_slot) or raise max_replication_slots there.',
    });
  }
  return { walLevel, serverVersion: Number(version), freeSlots: Number(freeSlots) };
}

async function checkPublication(client: pg.Client, publication: string, upstream: PostgresUpstream): Promise<void> {
  const [row] = await query(
    client, 'SELECT pubinsert AND pubupdate AND pubdelete AND pubtruncate FROM pg_catalog.pg_publication WHERE pubname = $1', [publication]);
  const name = quoteIdentifier(publication);
  if (row === undefined) {
    throw new SqlError('42704', `publication "${publication}" does not exist in database "${upstream.database}" at "${upstream.host}:${upstream.port}"`, {
      hint: `Run CREATE PUBLICATION ${name} FOR ALL TABLES there, or name an existing one.`,
    });
  }
  if (row[0] !== 't') {
    throw new SqlError('55000', `publication "${publication}" does not publish all changes`, {
      detail: 'Rows that are updated, deleted or truncated upstream would stay as they were.',
      hint: `Run ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate') there.`,
    });
  }
}

const IDENTITIES: Readonly<Record<string, UpstreamTableFacts['replicaIdentity']>> = { d: 'default', f: 'full', i: 'index', n: 'nothing' };

/**
 * The columns each table publishes. Since version 15 a publication can leave columns out, and says which it has;
 * before, all but generated columns are published.
 */
const columnsQuery = (version: number): string => `
  SELECT c.oid, n.nspname, c.relname, c.relreplident, a.attname, a.attnum, ${version >= 180000 ? validNotNull : 'a.attnotnull'}, a.atttypid, a.atttypmod,
         (SELECT i.indkey::text FROM pg_catalog.pg_index i
           WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'i' THEN i.indisreplident ELSE i.indisprimary END LIMIT 1)
    FROM pg_catalog.pg_publication_tables p
    JOIN pg_catalog.pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         AND ${version >= 180000 ? 'true' : "a.attgenerated = ''"} ${version >= 150000 ? 'AND a.attname = ANY (p.attnames)' : ''}
   WHERE p.pubname = $1
   ORDER BY n.nspname, c.relname, a.attnum`;

/** Since version 18 a column may be NOT NULL for new rows alone (NOT VALID). */
const validNotNull = `a.attnotnull AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum] AND NOT k.convalidated)`;

export async function readTables(client: pg.Client, publication: string, version: number): Promise<{ readonly tables: readonly UpstreamTableFacts[]; readonly types: UpstreamTypes }> {
  const rows = await query(client, columnsQuery(version), [publication]);
  const types = await readTypes(client, [...new Set(rows.flatMap((row) => (row[7] === null || row[7] === undefined ? [] : [Number(row[7])])))]);
  const tables = new Map<string, { facts: Omit<UpstreamTableFacts, 'columns' | 'key'>; columns: UpstreamColumn[]; keyAttributes: number[] }>();
  for (const [oid, schema, name, identity, column, attribute, notNull, typeOid, typmod, key] of rows) {
    let table = tables.get(oid!);
    if (table === undefined) {
      const facts = { schema: schema!, name: name!, oid: Number(oid), replicaIdentity: IDENTITIES[identity!]! };
      table = { facts, columns: [], keyAttributes: (key ?? '').split(' ').filter(Boolean).map(Number) };
      tables.set(oid!, table);
    }
    if (column === null || column === undefined) continue;
    const read = types.read(Number(typeOid), Number(typmod));
    const upstreamType = read.type.oid === Number(typeOid) ? {} : { upstreamType: Number(typeOid) };
    table.columns.push({ name: column, nullable: notNull !== 't', attribute: Number(attribute), ...read, ...upstreamType });
  }
  const described = [...tables.values()].map(({ facts, columns, keyAttributes }) => {
    const key = keyAttributes.map((attribute) => columns.findIndex((column) => column.attribute === attribute));
    return { ...facts, columns, key: key.includes(-1) ? [] : key.sort((a, b) => a - b) };
  });
  return { tables: described, types };
}

async function readEnums(client: pg.Client, oids: readonly number[]): Promise<UpstreamEnum[]> {
  if (oids.length === 0) return [];
  const rows = await query(client, `
    SELECT t.oid, n.nspname, t.typname, e.oid, e.enumlabel
      FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
     WHERE t.oid = ANY ($1::oid[]) AND t.typtype = 'e'
     ORDER BY n.nspname, t.typname, e.enumsortorder`, [oids]);
  const enums = new Map<number, UpstreamEnum & { readonly labels: { oid: number; name: string }[] }>();
  for (const [oid, schema, name, labelOid, label] of rows) {
    let found = enums.get(Number(oid));
    if (found === undefined) {
      found = { oid: Number(oid), schema: schema!, name: name!, labels: [] };
      enums.set(found.oid, found);
    }
    if (labelOid !== null && labelOid !== undefined) found.labels.push({ oid: Number(labelOid), name: label! });
  }
  return [...enums.values()];
}

async function checkTables(client: pg.Client, tables: readonly UpstreamTableFacts[], upstream: PostgresUpstream): Promise<void> {
  for (const table of tables) checkIdentity(table);
  const rights = await query(client, `
    SELECT c.oid, has_schema_privilege(c.relnamespace, 'USAGE'), has_table_privilege(c.oid, 'SELECT'), row_security_active(c.oid)
      FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[])`, [tables.map((table) => table.oid)]);
  const byOid = new Map(rights.map((row) => [Number(row[0]), row]));
  for (const table of tables) {
    const [, usage, select, rowSecurity] = byOid.get(table.oid) ?? [];
    const name = qualifiedName(table);
    const role = quoteIdentifier(upstream.user);
    if (usage !== 't') {
      throw new SqlError('42501', `role "${upstream.user}" may not use schema "${table.schema}"`, {
        hint: `Run GRANT USAGE ON SCHEMA ${quoteIdentifier(table.schema)} TO ${role} upstream.`,
      });
    }
    if (select !== 't') {
      throw new SqlError('42501', `role "${upstream.user}" may not read table ${name}`, { hint: `Run GRANT SELECT ON ${name} TO ${role} upstream.` });
    }
    if (rowSecurity === 't') {
      throw new SqlError('42501', `row-level security hides rows of table ${name} from role "${upstream.user}"`, {
        hint: `Run ALTER ROLE ${role} BYPASSRLS upstream.`,
      });
    }
  }
}

/** Updates and deletes can only be followed where the old row can be told: by all its columns, or by a key. */
function checkIdentity(table: UpstreamTableFacts): void {
  const name = qualifiedName(table);
  const enough = table.replicaIdentity === 'full' || (table.replicaIdentity !== 'nothing' && table.key.length > 0);
  if (enough) return;
  const reason = table.replicaIdentity === 'default' ? 'has neither a primary key nor REPLICA IDENTITY FULL' : 'has a REPLICA IDENTITY that does not tell its rows apart';
  throw new SqlError('55000', `table ${name} ${reason}`, {
    detail: 'Upstream would not say which row an UPDATE or DELETE means.',
    hint: `Run ALTER TABLE ${name} REPLICA IDENTITY FULL upstream.`,
    schema: table.schema,
    table: table.name,
  });
}

export const qualifiedName = (table: { readonly schema: string; readonly name: string }): string =>
  `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
