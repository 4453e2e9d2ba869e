import { InvariantError, SqlError } from '../../core/index.ts';
import type { Portal } from '../../database/index.ts';
import type { Conversation } from './conversation.ts';
import { CopyTerminator } from './copy-terminator.ts';
import { protocolViolation } from './errors.ts';
import { Backend, BodyReader, Frontend, writeCopyResponse, writeError } from './messages.ts';

/** Runs a COPY in either direction by its sub-protocol (manual, "COPY Operations"); resolves to the command tag. */
export async function runCopy(talk: Conversation, portal: Portal, signal: AbortSignal): Promise<string> {
  const { direction, format, columnCount } = portal.copy!;
  writeCopyResponse(talk.output, direction, format === 'binary' ? 1 : 0, columnCount);
  return direction === 'in' ? copyIn(talk, portal, signal) : copyOut(talk, portal, signal);
}

async function copyOut(talk: Conversation, portal: Portal, signal: AbortSignal): Promise<string> {
  const { output } = talk;
  if (!portal.copyOut) throw new InvariantError('a COPY TO portal without copyOut');
  for (;;) {
    signal.throwIfAborted();
    const chunk = await portal.copyOut(signal);
    if (chunk === null) break;
    output.begin(Backend.copyData);
    output.bytes(chunk);
    output.end();
    if (output.full) await output.drain();
    else output.flushSoon();
  }
  output.empty(Backend.copyDone);
  if (portal.copyOutTag === undefined) throw new InvariantError('a COPY ended without a command tag');
  return portal.copyOutTag;
}

async function copyIn(talk: Conversation, portal: Portal, signal: AbortSignal): Promise<string> {
  const { input, output } = talk;
  if (!portal.copyData || !portal.copyDone || !portal.copyFail) throw new InvariantError('a COPY FROM portal without copyData, copyDone and copyFail');
  const terminator = portal.copy!.format === 'binary' ? undefined : new CopyTerminator();
  output.flush();
  try {
    for (;;) {
      const { type, body } = input.next() ?? (await input.message(signal));
      signal.throwIfAborted();
      switch (type) {
        case Frontend.copyData: {
          const data = terminator ? terminator.pass(body) : body;
          if (data.length > 0) await portal.copyData(data);
          break;
        }
        case Frontend.copyDone: {
          const rest = terminator?.finish();
          if (rest !== undefined && rest.length > 0) await portal.copyData(rest);
          return await portal.copyDone();
        }
        case Frontend.copyFail:
          throw new SqlError('57014', `COPY from stdin failed: ${new BodyReader(body).cstring()}`);
        case Frontend.flush:
        case Frontend.sync:
          break; // libpq sends a Sync with the Execute; the one that counts follows CopyDone
        default:
          writeError(output, 'ERROR', new SqlError('08P01', `unexpected message type 0x${type.toString(16).toUpperCase().padStart(2, '0')} during COPY from stdin`));
          throw protocolViolation('terminating connection because protocol synchronization was lost');
      }
    }
  } catch (error) {
    portal.copyFail(error instanceof Error ? error.message : String(error));
    throw error;
  }
}
