import { SqlError } from '../../core/index.ts';
import type { Conversation } from './conversation.ts';
import { runCopy } from './copy.ts';
import { shiftPosition } from './errors.ts';
import { sendRows } from './execute.ts';
import { Backend, writeCommandComplete, writeRowDescription } from './messages.ts';

/**
 * A Query message (manual, "Simple Query"): its statements are one implicit transaction, the first error ends it.
 *
 * The last CommandComplete is held back until the commit is durable: a client that sees it may rely on it.
 */
export async function runSimpleQuery(talk: Conversation, sql: string, signal: AbortSignal): Promise<void> {
  const { session, output } = talk;
  await talk.closePortal('');
  session.statements.delete('');
  let tag: string | undefined;
  for (const { sql: text, offset } of session.split(sql)) {
    talk.beginImplicit();
    try {
      const next = await runStatement(talk, text, tag, signal);
      tag = next ?? tag;
    } catch (error) {
      throw shiftPosition(error, offset);
    }
  }
  await talk.commit();
  if (tag === undefined) output.empty(Backend.emptyQuery);
  else writeCommandComplete(output, tag);
}

/** Runs one statement, after completing the one before by `previousTag`; resolves to its own tag, or undefined for an empty statement. */
async function runStatement(talk: Conversation, sql: string, previousTag: string | undefined, signal: AbortSignal): Promise<string | undefined> {
  const { session, output } = talk;
  const complete = (): void => {
    if (previousTag !== undefined) writeCommandComplete(output, previousTag);
    previousTag = undefined;
  };
  try {
    signal.throwIfAborted();
    const statement = await session.prepare(sql, []);
    if (statement.empty) return undefined;
    complete();
    if (statement.parameterTypes.length > 0) throw new SqlError('42P02', 'there is no parameter $1');
    const portal = await session.open(statement, []);
    try {
      if (portal.copy) return await runCopy(talk, portal, signal);
      const formats = (portal.columns ?? []).map(() => 0);
      if (portal.columns) writeRowDescription(output, portal.columns, formats);
      return (await sendRows(portal, formats, 0, session, output, signal)).tag;
    } finally {
      await portal.close();
    }
  } catch (error) {
    complete();
    throw error;
  }
}
