import { notSupported } from '../../core/index.ts';
import { parseTableList, refuseCluster } from './create-source.ts';
import type { Fragments } from './fragment.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { CreateDefaultIndexTree, CreateTableFromFileTree, CreateTablesFromSourceTree, StatementTree } from './tree.ts';

/** `CREATE [MATERIALIZED] VIEWS [IF NOT EXISTS] FROM [SOURCE] name [(t [AS v], ...)]`, of 2022 */
export function parseViewsFromSource(cursor: TokenCursor): CreateTablesFromSourceTree {
  cursor.expect('create');
  cursor.accept('materialized');
  cursor.expect('views');
  const ifNotExists = cursor.ifNotExists();
  cursor.expect('from');
  cursor.accept('source');
  const source = cursor.name();
  const tables = cursor.seesMark('(') ? parseTableList(cursor) : { kind: 'all' as const };
  cursor.expectEnd();
  return { kind: 'createTablesFromSource', source, ifNotExists, tables };
}

/** `CREATE DEFAULT INDEX ON relation` */
export function parseDefaultIndex(cursor: TokenCursor): CreateDefaultIndexTree {
  cursor.expect('create default index');
  const ifNotExists = cursor.ifNotExists();
  refuseCluster(cursor);
  cursor.expect('on');
  const on = cursor.name();
  cursor.expectEnd();
  return { kind: 'createDefaultIndex', on, ifNotExists };
}

/** `CREATE TABLE name [(columns)] FROM {FILE 'path' | SOURCE s (REFERENCE t)}`; any other CREATE TABLE is Postgres'. */
export function parseCreateTable(cursor: TokenCursor, fragments: Fragments): StatementTree | undefined {
  cursor.expect('create table');
  const ifNotExists = cursor.ifNotExists();
  const first = cursor.peek()?.kind;
  if (first !== 'word' && first !== 'quoted') return undefined;
  const name = cursor.name();
  const start = cursor.index;
  if (cursor.seesMark('(')) cursor.skipBrackets();
  const end = cursor.index;
  if (!cursor.accept('from')) return undefined;
  const columns = end > start ? fragments.columns(cursor, start, end) : null;
  if (cursor.accept('file')) return parseFromFile(cursor, { name, ifNotExists, columns });
  if (!cursor.accept('source')) throw cursor.syntaxError();
  if (columns) throw notSupported('CREATE TABLE ... FROM SOURCE with columns', 'Leave the columns out: they are those of the upstream table.', cursor.positionOf(cursor.tokens[start]));
  return parseFromSource(cursor, name, ifNotExists);
}

type FileHead = Pick<CreateTableFromFileTree, 'name' | 'ifNotExists' | 'columns'>;

function parseFromFile(cursor: TokenCursor, head: FileHead): CreateTableFromFileTree {
  const position = cursor.position;
  const path = cursor.string();
  if (cursor.sees('with')) throw notSupported('CREATE TABLE ... FROM FILE ... WITH', 'The kind of file follows from its name: .parquet, .csv, .tsv, .json.', cursor.position);
  cursor.expectEnd();
  return { kind: 'createTableFromFile', ...head, path, position };
}

function parseFromSource(cursor: TokenCursor, name: CreateTableFromFileTree['name'], ifNotExists: boolean): CreateTablesFromSourceTree {
  const source = cursor.name();
  cursor.expectMark('(');
  cursor.expect('reference');
  cursor.acceptMark('=');
  const upstream = cursor.name();
  cursor.expectMark(')');
  if (cursor.sees('with')) throw notSupported('CREATE TABLE ... FROM SOURCE ... WITH', 'Give TEXT COLUMNS at CREATE SOURCE.', cursor.position);
  cursor.expectEnd();
  return { kind: 'createTablesFromSource', source, ifNotExists, tables: { kind: 'tables', tables: [{ upstream, alias: name }] } };
}
