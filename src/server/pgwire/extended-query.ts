import { SqlError } from '../../core/index.ts';
import type { Portal, Prepared } from '../../database/index.ts';
import type { Binding, Conversation } from './conversation.ts';
import { runCopy } from './copy.ts';
import { sendRows } from './execute.ts';
import { Backend, BodyReader, writeCommandComplete, writeParameterDescription, writeRowDescription } from './messages.ts';
import { expandFormats, readParameters } from './parameters.ts';

/** The messages of the extended query protocol (manual, "Extended Query"). Each throws; the connection then skips to Sync. */

export async function parse(talk: Conversation, body: Buffer): Promise<void> {
  const { session, output } = talk;
  const reader = new BodyReader(body);
  const name = reader.cstring();
  const sql = reader.cstring();
  const types = Array.from({ length: reader.count() }, () => reader.uint32());
  reader.end();
  if (name === '') session.statements.delete('');
  const statement = await session.prepare(sql, types);
  if (name !== '' && session.statements.has(name)) throw new SqlError('42P05', `prepared statement "${name}" already exists`);
  session.statements.set(name, statement);
  output.empty(Backend.parseComplete);
}

export async function bind(talk: Conversation, body: Buffer): Promise<void> {
  const { session, output } = talk;
  const reader = new BodyReader(body);
  const portalName = reader.cstring();
  const statementName = reader.cstring();
  const statement = statementNamed(talk, statementName);
  const parameterFormats = Array.from({ length: reader.count() }, () => reader.int16());
  const values = Array.from({ length: reader.count() }, () => {
    const length = reader.int32();
    return length === -1 ? null : reader.bytes(length);
  });
  const resultFormats = Array.from({ length: reader.count() }, () => reader.int16());
  reader.end();

  const formats = expandFormats(parameterFormats, values.length, (given) => `bind message has ${given} parameter formats but ${values.length} parameters`);
  const { parameterTypes } = statement;
  if (values.length !== parameterTypes.length) {
    throw new SqlError('08P01', `bind message supplies ${values.length} parameters, but prepared statement "${statementName}" requires ${parameterTypes.length}`);
  }
  throwIfAborted(talk, statement);
  if (portalName === '') await talk.closePortal('');
  else if (session.portals.has(portalName)) throw new SqlError('42P03', `cursor "${portalName}" already exists`);
  const portal = await session.open(statement, readParameters(portalName, values, formats, parameterTypes, session.text));
  try {
    const columns = portal.columns?.length ?? 0;
    const binding: Binding = {
      statement,
      formats: portal.columns === null ? [] : expandFormats(resultFormats, columns, (given) => `bind message has ${given} result formats but query has ${columns} columns`),
    };
    talk.bindings.set(portal, binding);
  } catch (error) {
    await portal.close();
    throw error;
  }
  session.portals.set(portalName, portal);
  output.empty(Backend.bindComplete);
}

export function describe(talk: Conversation, body: Buffer): void {
  const { output } = talk;
  const { kind, name } = readTarget(body, 'DESCRIBE');
  if (kind === 'S') {
    const statement = statementNamed(talk, name);
    if (statement.columns !== null) throwIfAborted(talk, statement);
    writeParameterDescription(output, statement.parameterTypes);
    writeRowDescription(output, statement.columns, (statement.columns ?? []).map(() => 0));
  } else {
    const portal = portalNamed(talk, name);
    const binding = talk.bindings.get(portal);
    if (binding && portal.columns !== null) throwIfAborted(talk, binding.statement);
    writeRowDescription(output, portal.columns, formatsOf(talk, portal));
  }
}

export async function execute(talk: Conversation, body: Buffer, signal: AbortSignal): Promise<void> {
  const { session, output } = talk;
  const reader = new BodyReader(body);
  const name = reader.cstring();
  // As in Postgres, a limit below zero is none.
  const limit = Math.max(0, reader.int32());
  reader.end();
  const portal = portalNamed(talk, name);
  const binding = talk.bindings.get(portal);
  if (binding) {
    throwIfAborted(talk, binding.statement);
    if (binding.statement.empty) return output.empty(Backend.emptyQuery);
    if (binding.finalTag !== undefined) return executeAgain(talk, name, portal, binding.finalTag);
  }
  if (portal.copy) {
    writeCommandComplete(output, await runCopy(talk, portal, signal));
    return;
  }
  const { sent, tag } = await sendRows(portal, formatsOf(talk, portal), portal.columns === null ? 0 : limit, session, output, signal);
  if (tag !== undefined && binding) binding.finalTag = tag;
  // A portal that gave as many rows as asked for is suspended even where nothing is left: the next Execute says so.
  if (portal.columns !== null && limit > 0 && sent === limit) output.empty(Backend.portalSuspended);
  else if (tag !== undefined) writeCommandComplete(output, tag);
}

/** Execute of a portal that has come to its end. */
function executeAgain(talk: Conversation, name: string, portal: Portal, tag: string): void {
  if (portal.columns === null) throw new SqlError('55000', `portal "${name}" cannot be run`);
  writeCommandComplete(talk.output, tag.startsWith('SELECT ') ? 'SELECT 0' : tag);
}

export async function close(talk: Conversation, body: Buffer): Promise<void> {
  const { kind, name } = readTarget(body, 'CLOSE');
  if (kind === 'S') talk.session.statements.delete(name);
  else await talk.closePortal(name);
  talk.output.empty(Backend.closeComplete);
}

function readTarget(body: Buffer, message: 'DESCRIBE' | 'CLOSE'): { kind: 'S' | 'P'; name: string } {
  const reader = new BodyReader(body);
  const kind = String.fromCharCode(reader.byte());
  const name = reader.cstring();
  reader.end();
  if (kind !== 'S' && kind !== 'P') throw new SqlError('08P01', `invalid ${message} message subtype ${kind.charCodeAt(0)}`);
  return { kind, name };
}

function statementNamed(talk: Conversation, name: string): Prepared {
  const statement = talk.session.statements.get(name);
  if (statement) return statement;
  throw new SqlError('26000', name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`);
}

function portalNamed(talk: Conversation, name: string): Portal {
  const portal = talk.session.portals.get(name);
  if (portal) return portal;
  throw new SqlError('34000', `portal "${name}" does not exist`);
}

const formatsOf = (talk: Conversation, portal: Portal): readonly number[] =>
  talk.bindings.get(portal)?.formats ?? (portal.columns ?? []).map(() => 0);

/** In a failed transaction block only a statement that ends it may go on. */
function throwIfAborted(talk: Conversation, statement: Prepared): void {
  if (talk.session.transaction !== 'failed' || statement.endsTransaction || statement.empty) return;
  throw new SqlError('25P02', 'current transaction is aborted, commands ignored until end of transaction block');
}
