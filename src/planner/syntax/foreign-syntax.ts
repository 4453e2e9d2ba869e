import { notSupported } from '../../core/index.ts';
import type { SqlError } from '../../core/index.ts';
import { TokenCursor } from './token-cursor.ts';

/**
 * Syntax of other streaming databases that we do not have, refused by name. What Postgres' grammar would read as something else
 * (`t ASOF JOIN u` is a join of `t` under the alias `asof`) is looked for before it is asked, the rest once it has failed.
 */
interface ForeignSyntax {
  readonly when: 'before' | 'after';
  readonly words: string;
  readonly feature: string;
  readonly hint: string;
}

const foreign: readonly ForeignSyntax[] = [
  { when: 'before', words: 'asof join', feature: 'ASOF JOIN', hint: 'Join on the key and keep the latest row by DISTINCT ON (...) ... ORDER BY.' },
  { when: 'before', words: 'asof left|inner|right join', feature: 'ASOF JOIN', hint: 'Join on the key and keep the latest row by DISTINCT ON (...) ... ORDER BY.' },
  { when: 'after', words: 'with mutually recursive', feature: 'WITH MUTUALLY RECURSIVE', hint: 'Recursive queries are not maintained; unroll the recursion into views.' },
  { when: 'after', words: 'as of', feature: 'AS OF', hint: 'A SELECT reads the present. SUBSCRIBE ... AS OF reads changes from a time on.' },
  { when: 'after', words: 'emit changes|final|on', feature: 'EMIT', hint: 'SUBSCRIBE to the view to be sent its changes; close windows by a temporal filter on mz_now().' },
  { when: 'after', words: 'for system_time', feature: 'FOR SYSTEM_TIME AS OF', hint: 'Every join reads the present state of both sides.' },
];

/** Raises 0A000 where the statement uses such syntax: `after` the grammar's `error`, only at or before the place where that is. */
export function refuseForeignSyntax(cursor: TokenCursor, when: 'before' | 'after', error?: SqlError): void {
  const ahead = new TokenCursor(cursor.text, cursor.tokens);
  for (ahead.index = cursor.first; !ahead.atEnd; ahead.index++) {
    if (ahead.peek()?.kind !== 'word') continue;
    const found = foreign.find((syntax) => syntax.when === when && ahead.sees(syntax.words));
    if (found === undefined) continue;
    const reaches = ahead.positionOf(ahead.peek(found.words.split(' ').length));
    if (error?.fields.position === undefined || error.fields.position <= reaches) throw notSupported(found.feature, found.hint, ahead.position);
  }
}
