import type { PostgresConnection } from '../../catalog/index.ts';
import { SqlError, notSupported } from '../../core/index.ts';

/**
 * What we take out of a libpq connection string (Postgres manual, "Connection Strings"), and why the rest of these keywords may be there without loss:
 * they tune how libpq waits or is named, not whom it speaks to or what it may read.
 */
const harmless: Readonly<Record<string, string>> = {
  application_name: 'names the session for people', fallback_application_name: 'names the session for people',
  connect_timeout: 'connecting is retried until it works', keepalives: 'TCP keepalive is on', keepalives_idle: 'TCP keepalive is on',
  keepalives_interval: 'TCP keepalive is on', keepalives_count: 'TCP keepalive is on', tcp_user_timeout: 'a dead connection is found and made again',
  client_encoding: 'text is read as UTF8', gssencmode: 'GSSAPI is never used', sslcompression: 'compression is never used',
};

const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

/** The connection that `host=h port=5432 user=u ...` or `postgresql://u:p@h:5432/d?sslmode=require` describes. */
export function parseConnectionString(text: string, position: number): PostgresConnection {
  const invalid = (message: string): SqlError => new SqlError('22023', `invalid connection string: ${message}`, { position });
  const settings = /^postgres(ql)?:\/\//.test(text) ? parseUri(text, invalid) : parseKeywords(text, invalid);
  return connectionOf(settings, position, invalid);
}

type Invalid = (message: string) => SqlError;

/** `keyword = value` pairs; a value in single quotes may hold blanks; a backslash hides a quote or a backslash. */
function parseKeywords(text: string, invalid: Invalid): Map<string, string> {
  const settings = new Map<string, string>();
  const pair = /\s*([^\s=]+)\s*=\s*(?:'((?:[^'\\]|\\[^])*)'|((?:[^\s'\\]|\\[^])*))(?=\s|$)/y;
  let at = 0;
  while (text.slice(at).trim() !== '') {
    pair.lastIndex = at;
    const found = pair.exec(text);
    if (!found) throw invalid(missingPart(text.slice(at).trim()));
    settings.set(found[1]!, (found[2] ?? found[3] ?? '').replace(/\\([^])/g, '$1'));
    at = pair.lastIndex;
  }
  return settings;
}

function missingPart(rest: string): string {
  const word = rest.split(/\s/, 1)[0] ?? rest;
  return rest.includes("'") && word.includes('=') ? 'unterminated quoted string in connection info string' : `missing "=" after "${word}" in connection info string`;
}

function parseUri(text: string, invalid: Invalid): Map<string, string> {
  const parts = /^postgres(?:ql)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?(\[[^\]]*\]|[^:/?,]*)(?::(\d*))?(?:\/([^?]*))?(?:\?(.*))?$/.exec(text);
  if (!parts) throw invalid(`"${text.replace(/:[^:@/]*@/, ':...@')}" is not a URI of one host`);
  const [, user, password, host, port, database, query] = parts.map((part) => (part === undefined ? undefined : decode(part, invalid)));
  const settings = new Map<string, string>();
  const given = { user, password, host: host?.replace(/^\[|\]$/g, ''), port, dbname: database };
  for (const [name, value] of Object.entries(given)) if (value !== undefined && value !== '') settings.set(name, value);
  for (const pair of query === undefined || query === '' ? [] : query.split('&')) {
    const [name = '', value] = pair.split('=', 2);
    if (value === undefined) throw invalid(`missing key/value separator "=" in URI query parameter: "${pair}"`);
    settings.set(name === 'ssl' && value === 'true' ? 'sslmode' : name, name === 'ssl' && value === 'true' ? 'require' : value);
  }
  return settings;
}

function decode(part: string, invalid: Invalid): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid(`invalid percent-encoded token: "${part}"`);
  }
}

function connectionOf(settings: Map<string, string>, position: number, invalid: Invalid): PostgresConnection {
  const take = (name: string): string | undefined => {
    const value = settings.get(name);
    settings.delete(name);
    return value === '' ? undefined : value;
  };
  const user = take('user');
  const host = take('host') ?? take('hostaddr') ?? 'localhost';
  const portText = take('port') ?? '5432';
  const database = take('dbname') ?? user;
  const password = take('password');
  const sslMode = sslModeOf(take('sslmode') ?? 'prefer', invalid);
  const rootCertificate = take('sslrootcert');
  const port = Number(portText);
  if (user === undefined) throw invalid('it names no user');
  if (host.includes(',') || portText.includes(',')) throw notSupported('several hosts in a connection string', 'Name one host.', position);
  if (!/^\d+$/.test(portText) || port < 1 || port > 65535) throw invalid(`invalid port number: "${portText}"`);
  const left = [...settings.keys()].find((name) => harmless[name] === undefined);
  if (left !== undefined) throw notSupported(`connection option "${left}"`, 'Known options: host, port, user, password, dbname, sslmode, sslrootcert.', position);
  return {
    kind: 'postgres', host, port, user, database: database ?? user, sslMode,
    ...(password !== undefined && { password }), ...(rootCertificate !== undefined && { sslRootCert: rootCertificate }),
  };
}

export function sslModeOf(text: string, invalid: Invalid): PostgresConnection['sslMode'] {
  const mode = text.toLowerCase().replaceAll('_', '-');
  const found = sslModes.find((known) => known === mode) ?? (mode === 'allow' ? 'prefer' : undefined);
  if (found === undefined) throw invalid(`invalid sslmode value: "${text}"`);
  return found;
}
