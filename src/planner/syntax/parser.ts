import type { Node } from '@pgsql/types';
import { SqlError } from '../../core/index.ts';
import { checkDepth, checkLength } from './complexity.ts';
import { parseExtension } from './extensions.ts';
import { Fragments } from './fragment.ts';
import { PostgresGrammar } from './postgres-grammar.ts';
import type { LoadModule } from './postgres-grammar.ts';
import { refuseForeignSyntax } from './foreign-syntax.ts';
import { split } from './split.ts';
import { TokenCursor } from './token-cursor.ts';
import { tokenize } from './tokens.ts';
import type { Statement, StatementText, StatementTree } from './tree.ts';
import { wrapNode } from './wrap-node.ts';

/**
 * Reads SQL text. Owned by `database`, which hands its trees to the planner; one serves all sessions, since nothing of a statement stays behind.
 * Every error is a SqlError whose position counts characters of the text given.
 */
export interface SqlParser {
  /** The statements of a query string, by their semicolons alone; nothing is parsed. */
  split(sql: string): readonly StatementText[];
  /** One statement, with or without its semicolon. */
  parse(sql: string): Statement;
  /** Resolves once an instance of the grammar that an exception damaged has been replaced. */
  settled(): Promise<void>;
}

/** `load` is for tests of damaged instances. */
export async function createParser(load?: LoadModule): Promise<SqlParser> {
  const grammar = await PostgresGrammar.create(load);
  const fragments = new Fragments(grammar);
  return { split, parse: (sql) => parseText(sql, fragments), settled: () => grammar.settled() };
}

function parseText(text: string, fragments: Fragments): Statement {
  checkLength(text);
  const tokens = tokenize(text);
  while (tokens.at(-1)?.kind === 'mark' && tokens.at(-1)?.value === ';') tokens.pop();
  const cursor = new TokenCursor(text, tokens);
  if (tokens.length === 0) return { kind: 'empty', sql: '', text };
  checkDepth(tokens, (token) => cursor.positionOf(token));
  return parseStatement(cursor, fragments);
}

/** The statement that begins at the cursor and runs to the end of its tokens. */
export function parseStatement(cursor: TokenCursor, fragments: Fragments): Statement {
  const unterminated = cursor.tokens.at(-1)?.kind === 'unterminated';
  const tree: StatementTree =
    (unterminated ? undefined : parseExtension(cursor, fragments)) ?? parsePostgres(cursor, fragments);
  return { ...tree, sql: cursor.slice(cursor.first), text: cursor.text };
}

function parsePostgres(cursor: TokenCursor, fragments: Fragments): StatementTree {
  refuseForeignSyntax(cursor, 'before');
  const nodes = parseNodes(cursor, fragments);
  const [node] = nodes;
  if (nodes.length > 1) throw new SqlError('42601', 'cannot insert multiple commands into a prepared statement');
  return node === undefined ? { kind: 'empty' } : wrapNode(node, cursor, fragments);
}

function parseNodes(cursor: TokenCursor, fragments: Fragments): readonly Node[] {
  try {
    return fragments.from(cursor);
  } catch (error) {
    if (error instanceof SqlError && error.code === '42601') refuseForeignSyntax(cursor, 'after', error);
    throw error;
  }
}

