/**
 * The server: a Database behind one port that speaks the Postgres protocol and HTTP, told apart by a connection's first bytes.
 * Always true: it knows nothing of SQL; a client that does not read its answers stops its own portal and nobody else; beyond
 * loopback nobody connects without a password unless the operator says so.
 */
export { startServer } from './start.ts';
export type { Server, ServerOptions } from './start.ts';
export type { Authentication } from './pgwire/authentication.ts';
export { scramVerifier } from './pgwire/scram.ts';
export type { ServerLog } from './log.ts';
export type { ErrorAnswer, HealthAnswer, WebhookAccepted } from './http/contract.ts';
