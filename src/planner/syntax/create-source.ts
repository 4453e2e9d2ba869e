import type { Node } from '@pgsql/types';
import { notSupported } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { CheckInput, CreateSourceTree, FormatTree, IncludeTree, SourceTree, StatementOption, UpstreamSelection } from './tree.ts';

type SourceOf<K extends SourceTree['kind']> = Extract<SourceTree, { kind: K }>;

const hintOfOrigins = 'There are sources FROM POSTGRES, FROM KAFKA and FROM WEBHOOK.';

/**
 * `CREATE [MATERIALIZED] SOURCE [IF NOT EXISTS] name [(columns)] FROM {POSTGRES | KAFKA | WEBHOOK} ... [WITH (...)]`,
 * in the forms of 2022 (`CONNECTION 'host=...' PUBLICATION 'p'`, `BROKER 'b' TOPIC 't'`) and of today (`CONNECTION name (PUBLICATION 'p')`).
 */
export function parseCreateSource(cursor: TokenCursor, fragments: Fragments): CreateSourceTree {
  cursor.expect('create');
  const materialized = cursor.accept('materialized');
  cursor.expect('source');
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  const columns = parseColumns(cursor, fragments);
  refuseCluster(cursor);
  cursor.expect('from');
  const leading: StatementOption[] = [];
  const from = parseOrigin(cursor, fragments, leading);
  const withOptions = cursor.accept('with') ? cursor.options([]) : [];
  if (cursor.sees('expose progress')) throw notSupported('EXPOSE PROGRESS', 'Read mz_internal.mz_source_statistics.', cursor.position);
  cursor.expectEnd();
  return { kind: 'createSource', name, ifNotExists, materialized, columns, from, with: [...leading, ...withOptions] };
}

function parseColumns(cursor: TokenCursor, fragments: Fragments): readonly Node[] | null {
  if (!cursor.seesMark('(')) return null;
  const start = cursor.index;
  cursor.skipBrackets();
  return fragments.columns(cursor, start, cursor.index);
}

export function refuseCluster(cursor: TokenCursor): void {
  if (cursor.sees('in cluster')) throw notSupported('IN CLUSTER', 'There is one process and no clusters to manage; leave IN CLUSTER out.', cursor.position);
}

function parseOrigin(cursor: TokenCursor, fragments: Fragments, leading: StatementOption[]): SourceTree {
  const position = cursor.position;
  if (cursor.accept('postgres')) return parsePostgresOrigin(cursor);
  if (cursor.accept('kafka')) return parseKafkaOrigin(cursor, leading);
  if (cursor.accept('webhook')) return parseWebhookOrigin(cursor, fragments);
  const what = cursor.accept('load') ? `LOAD ${cursor.identifier()}` : cursor.identifier();
  throw notSupported(`CREATE SOURCE ... FROM ${what.toUpperCase()}`, hintOfOrigins, position);
}

function parsePostgresOrigin(cursor: TokenCursor): SourceOf<'postgres'> {
  cursor.expect('connection');
  const position = cursor.position;
  if (cursor.peek()?.kind === 'string') {
    const text = cursor.string();
    const publicationAt = cursor.position;
    cursor.expect('publication');
    const value = { kind: 'string', value: cursor.string(), position: publicationAt } as const;
    return { kind: 'postgres', connection: { kind: 'string', text, position }, options: [{ name: 'PUBLICATION', value, position: publicationAt }], tables: null };
  }
  const name = cursor.name();
  const options = cursor.seesMark('(') ? cursor.options(['PUBLICATION', 'TEXT COLUMNS', 'EXCLUDE COLUMNS', 'DETAILS']) : [];
  return { kind: 'postgres', connection: { kind: 'name', name }, options, tables: cursor.accept('for') ? parseSelection(cursor) : null };
}

/** Behind FOR: `ALL TABLES`, `SCHEMAS (a, b)`, `TABLES (t [AS s], ...)` */
function parseSelection(cursor: TokenCursor): UpstreamSelection {
  if (cursor.accept('all tables')) return { kind: 'all' };
  if (cursor.accept('schemas')) {
    return { kind: 'schemas', schemas: cursor.parenthesized(() => ({ position: cursor.position, name: cursor.identifier() })) };
  }
  cursor.expect('tables');
  return parseTableList(cursor);
}

/** `(t [AS v], ...)` */
export function parseTableList(cursor: TokenCursor): UpstreamSelection {
  const tables = cursor.parenthesized(() => {
    const upstream = cursor.name();
    return { upstream, alias: cursor.accept('as') || cursor.accept('into') ? cursor.name() : null };
  });
  return { kind: 'tables', tables };
}

function parseKafkaOrigin(cursor: TokenCursor, leading: StatementOption[]): SourceOf<'kafka'> {
  const position = cursor.position;
  const old = parseKafkaOf2022(cursor, position, leading);
  const { connection, options } = old ?? parseKafkaOfToday(cursor);
  const format = parseFormat(cursor);
  const include = parseIncludes(cursor);
  const envelopeAt = cursor.position;
  const envelope = cursor.accept('envelope') ? { words: restWords(cursor), position: envelopeAt } : null;
  return { kind: 'kafka', connection, options, format, include, envelope };
}

type KafkaHead = Pick<SourceOf<'kafka'>, 'connection' | 'options'>;

function parseKafkaOf2022(cursor: TokenCursor, position: number, leading: StatementOption[]): KafkaHead | undefined {
  if (!cursor.accept('broker') && !cursor.accept('brokers')) return undefined;
  const brokers = cursor.seesMark('(') ? cursor.parenthesized(() => cursor.string()) : cursor.list(() => cursor.string());
  const topicAt = cursor.position;
  cursor.expect('topic');
  const topic = { name: 'TOPIC', value: { kind: 'string', value: cursor.string(), position: topicAt }, position: topicAt } as const;
  if (cursor.accept('with')) leading.push(...cursor.options([]));
  return { connection: { kind: 'brokers', brokers, position }, options: [topic] };
}

function parseKafkaOfToday(cursor: TokenCursor): KafkaHead {
  cursor.expect('connection');
  const name = cursor.name();
  const options = cursor.options(['TOPIC', 'GROUP ID PREFIX', 'START OFFSET', 'START TIMESTAMP', 'TOPIC METADATA REFRESH INTERVAL']);
  return { connection: { kind: 'name', name }, options };
}

function parseFormat(cursor: TokenCursor): FormatTree {
  const position = cursor.position;
  if (cursor.sees('key format')) throw notSupported('KEY FORMAT ... VALUE FORMAT', 'Use FORMAT ... INCLUDE KEY: the key comes as bytea.', position);
  cursor.expect('format');
  return parseFormatName(cursor);
}

function parseFormatName(cursor: TokenCursor): FormatTree {
  const position = cursor.position;
  const kind = cursor.acceptOneOf('bytes', 'text', 'json');
  if (kind !== 'bytes' && kind !== 'text' && kind !== 'json') throw notSupported(`FORMAT ${cursor.identifier().toUpperCase()}`, 'There are FORMAT JSON, TEXT and BYTES.', position);
  return { kind, array: kind === 'json' && cursor.accept('array'), position };
}

/** INCLUDE KEY AS k, PARTITION, ... ; a webhook repeats the word INCLUDE instead of a comma */
function parseIncludes(cursor: TokenCursor): IncludeTree[] {
  const includes: IncludeTree[] = [];
  while (cursor.accept('include')) includes.push(...cursor.list(() => parseInclude(cursor)));
  return includes;
}

function parseInclude(cursor: TokenCursor): IncludeTree {
  const position = cursor.position;
  if (cursor.accept('header')) {
    const header = cursor.string();
    const alias = cursor.accept('as') ? cursor.identifier() : null;
    if (cursor.sees('bytes')) throw notSupported('INCLUDE HEADER ... BYTES', 'A header comes as text.', cursor.position);
    return { what: 'header', header, alias, position };
  }
  const what = cursor.acceptOneOf('key', 'partition', 'offset', 'timestamp', 'headers');
  if (what === undefined) throw cursor.syntaxError();
  if (what === 'headers' && cursor.seesMark('(')) throw notSupported('INCLUDE HEADERS with a list', 'INCLUDE HEADER picks one header; INCLUDE HEADERS has them all.', cursor.position);
  const alias = cursor.accept('as') ? cursor.identifier() : null;
  return { what: what as IncludeTree['what'], header: null, alias, position };
}

/** All words up to WITH or the end. */
function restWords(cursor: TokenCursor): string {
  const words: string[] = [];
  while (!cursor.atEnd && !cursor.sees('with') && cursor.peek()?.kind === 'word') words.push(cursor.identifier().toUpperCase());
  if (words.length === 0) throw cursor.syntaxError();
  if (cursor.seesMark('(')) cursor.skipBrackets();
  return words.join(' ');
}

function parseWebhookOrigin(cursor: TokenCursor, fragments: Fragments): SourceOf<'webhook'> {
  cursor.expect('body format');
  const format = parseFormatName(cursor);
  const include = parseIncludes(cursor);
  if (!cursor.accept('check')) return { kind: 'webhook', format, include, check: null };
  cursor.expectMark('(');
  const inputs = cursor.accept('with') ? cursor.parenthesized(() => parseCheckInput(cursor)) : [];
  const start = cursor.index;
  const end = cursor.findOutsideBrackets(() => false);
  const expression = fragments.expression(cursor, start, end);
  cursor.index = end;
  cursor.expectMark(')');
  return { kind: 'webhook', format, include, check: { inputs, expression } };
}

function parseCheckInput(cursor: TokenCursor): CheckInput {
  const position = cursor.position;
  const what = cursor.acceptOneOf('headers', 'body', 'secret');
  if (what === undefined) throw cursor.syntaxError();
  const secret = what === 'secret' ? cursor.name() : null;
  const alias = cursor.accept('as') ? cursor.identifier() : null;
  return { what: what as CheckInput['what'], secret, alias, bytes: cursor.accept('bytes'), position };
}
