import type { SqlErrorFields } from '../../core/index.ts';
import type { Planning } from '../planning.ts';
import { findItem } from './scope.ts';
import type { Scope, ScopeItem } from './scope.ts';
import { closestColumn, entriesOf } from './spelling.ts';

/** Names that mean nothing where they stand, with Postgres' help: what the query has of that name, or nearly, and why it is out of reach (errorMissingRTE and errorMissingColumn). */

/** 42P01 for a qualifier that no level knows. */
export function missingItem(planning: Planning, scope: Scope, schema: string | undefined, table: string, position: number | undefined): Error {
  const entry = entryLike(planning, scope, schema, table);
  if (entry === undefined) return planning.error('42P01', `missing FROM-clause entry for table "${table}"`, position);
  const message = `invalid reference to FROM-clause entry for table "${table}"`;
  if (entry.name !== null && entry.name !== table && isSame(findItem(planning, scope, undefined, entry.name, position), entry)) {
    return planning.error('42P01', message, position, { hint: `Perhaps you meant to reference the table alias "${entry.name}".` });
  }
  return planning.error('42P01', message, position, {
    detail: `There is an entry for table "${table}", but it cannot be referenced from this part of the query.`,
    ...(isBesideSubquery(scope, entry) && { hint: 'To reference that table, you must mark this subquery with LATERAL.' }),
  });
}

/** 42703 for a column that no level has. */
export function missingColumn(planning: Planning, scope: Scope, table: string | undefined, name: string, position: number | undefined): Error {
  const message = `column ${table === undefined ? `"${name}"` : `${table}.${name}`} does not exist`;
  return planning.error('42703', message, position, outOfReach(scope, table, name) ?? hint(closestColumn(scope, table, name)));
}

const hint = (text: string | undefined): SqlErrorFields => (text === undefined ? {} : { hint: text });

/** What to say of columns that are called so in entries that cannot be named from here. */
function outOfReach(scope: Scope, table: string | undefined, name: string): SqlErrorFields | undefined {
  const found: ScopeItem[] = [];
  for (let level: Scope | null = scope; level !== null; level = level.outer) {
    found.push(...entriesOf(level).filter((entry) => (table === undefined || table === entry.name) && entry.columns.some((column) => column.name === name)));
  }
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second !== undefined) {
    return { detail: `There are columns named "${name}", but they are in tables that cannot be referenced from this part of the query.`, ...(table === undefined && hint('Try using a table-qualified name.')) };
  }
  const isQualifiable = table === undefined && first.name !== null && levelsOf(scope).some((level) => level.items.some((item) => isSame(item, first) && item.name !== null));
  return {
    detail: `There is a column named "${name}" in table "${first.name}", but it cannot be referenced from this part of the query.`,
    ...(isBesideSubquery(scope, first) ? hint('To reference that column, you must mark this subquery with LATERAL.') : isQualifiable ? hint('To reference that column, you must use a table-qualified name.') : {}),
  };
}

/** The entry that a qualifier may have been meant for: of that name, or of the relation or the WITH query that has it. */
function entryLike(planning: Planning, scope: Scope, schema: string | undefined, table: string): ScopeItem | undefined {
  const { catalog, searchPath } = planning.context;
  const oid = catalog.find(schema, table, searchPath)?.oid;
  for (const level of levelsOf(scope)) {
    const entry = entriesOf(level).find((one) => one.name === table || (schema === undefined && one.common === table) || (one.common === undefined && one.tableOid !== undefined && one.tableOid === oid));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function levelsOf(scope: Scope): Scope[] {
  const levels: Scope[] = [];
  for (let level: Scope | null = scope; level !== null; level = level.outer) levels.push(level);
  return levels;
}

/** Whether the entry stands before a subquery of FROM in which we are, and would be seen there if that were LATERAL. */
const isBesideSubquery = (scope: Scope, entry: ScopeItem): boolean => levelsOf(scope).some((level) => level.before?.some((item) => isSame(item, entry) && item.unreachable !== true) === true);

/** An entry is told by its columns: joins make items anew, and leave those. */
const isSame = (item: ScopeItem | undefined, entry: ScopeItem): boolean => item?.columns === entry.columns;
