import type { Node } from '@pgsql/types';
import { InvariantError } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import { parseStatement } from './parser.ts';
import { TokenCursor } from './token-cursor.ts';
import type { Statement, StatementTree } from './tree.ts';

/** Gives statements that hold another one, or whose text the catalog keeps, a tree that says where it stands. Anything else stays Postgres' node. */
export function wrapNode(node: Node, cursor: TokenCursor, fragments: Fragments): StatementTree {
  if ('ViewStmt' in node) return { kind: 'createView', node: node.ViewStmt, ifNotExists: false, query: queryBehindAs(cursor) };
  if ('CreateTableAsStmt' in node && node.CreateTableAsStmt.objtype === 'OBJECT_MATVIEW')
    return { kind: 'createMaterializedView', node: node.CreateTableAsStmt, orReplace: false, options: [], query: queryBehindAs(cursor) };
  if ('PrepareStmt' in node) {
    const { name = '', argtypes = [] } = node.PrepareStmt;
    return { kind: 'prepare', name, types: argtypes, inner: innerBehind('as', cursor, fragments) };
  }
  if ('DeclareCursorStmt' in node) {
    const { portalname = '', options = 0 } = node.DeclareCursorStmt;
    return { kind: 'declare', name: portalname, flags: options, inner: innerBehind('for', cursor, fragments) };
  }
  return { kind: 'postgres', node };
}

function behindWord(word: string, cursor: TokenCursor): number {
  cursor.index = cursor.first;
  const index = cursor.findOutsideBrackets((ahead) => ahead.sees(word));
  if (index >= cursor.tokens.length) throw new InvariantError(`no ${word.toUpperCase()} in ${cursor.slice(cursor.first)}`);
  return index + 1;
}

/** The statement behind `word`, which the grammar has already accepted there. */
export const innerBehind = (word: string, cursor: TokenCursor, fragments: Fragments): Statement =>
  parseStatement(new TokenCursor(cursor.text, cursor.tokens, behindWord(word, cursor)), fragments);

/** The text of the SELECT of CREATE VIEW ... AS, without WITH [NO] DATA behind it. */
export function queryBehindAs(cursor: TokenCursor): string {
  const start = behindWord('as', cursor);
  let end = cursor.tokens.length;
  const ahead = new TokenCursor(cursor.text, cursor.tokens);
  for (const words of ['with data', 'with no data']) {
    ahead.index = end - words.split(' ').length;
    if (ahead.sees(words)) end = ahead.index;
  }
  return cursor.slice(start, end);
}
