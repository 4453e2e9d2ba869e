import { notSupported } from '../../core/index.ts';
import type { Fragments } from './fragment.ts';
import type { TokenCursor } from './token-cursor.ts';
import type { CreateConnectionTree, CreateSecretTree } from './tree.ts';

/** `CREATE SECRET [IF NOT EXISTS] name AS 'value'` */
export function parseSecret(cursor: TokenCursor, fragments: Fragments): CreateSecretTree {
  cursor.expect('create secret');
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  cursor.expect('as');
  const start = cursor.index;
  const value = fragments.expression(cursor, start, cursor.tokens.length);
  return { kind: 'createSecret', name, ifNotExists, value, publicSql: `${cursor.slice(cursor.first, start)} '********'` };
}

const connectionOptions = {
  postgres: ['HOST', 'PORT', 'USER', 'PASSWORD', 'DATABASE', 'SSL MODE', 'SSL CERTIFICATE', 'SSL CERTIFICATE AUTHORITY', 'SSL KEY', 'SSH TUNNEL', 'AWS PRIVATELINK', 'AWS CONNECTION'],
  kafka: [
    'BROKER', 'BROKERS', 'SECURITY PROTOCOL', 'SASL MECHANISMS', 'SASL USERNAME', 'SASL PASSWORD', 'SSL CERTIFICATE', 'SSL CERTIFICATE AUTHORITY', 'SSL KEY',
    'SSH TUNNEL', 'AWS CONNECTION', 'AWS PRIVATELINK', 'PROGRESS TOPIC', 'PROGRESS TOPIC REPLICATION FACTOR',
  ],
} as const;

/** `CREATE CONNECTION [IF NOT EXISTS] name TO {POSTGRES | KAFKA} (OPTION [=] value, ...) [WITH (...)]`; `FOR` is the older word for TO. */
export function parseConnection(cursor: TokenCursor): CreateConnectionTree {
  cursor.expect('create connection');
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  if (!cursor.accept('for')) cursor.expect('to');
  const to = cursor.acceptOneOf('postgres', 'kafka');
  if (to !== 'postgres' && to !== 'kafka') {
    const position = cursor.position;
    throw notSupported(`CREATE CONNECTION ... TO ${cursor.identifier().toUpperCase()}`, 'There are connections to POSTGRES and to KAFKA.', position);
  }
  const options = cursor.options(connectionOptions[to]);
  const withOptions = cursor.accept('with') ? cursor.options(['VALIDATE']) : [];
  cursor.expectEnd();
  return { kind: 'createConnection', name, ifNotExists, to, options, with: withOptions };
}
