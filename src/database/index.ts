/**
 * The whole product without a socket: sessions, transactions, the engine and ingest each on a thread of its own, the log, recovery. Servers, tools and tests are its clients.
 * Always true: a statement that returned is durable; every read is a state that existed; nothing is shared between sessions but what was committed.
 */
export { openDatabase } from './database.ts';
export type { DatabaseOptions } from './database.ts';
export type { DatabaseLog } from './log.ts';
export type {
  Database, Session, SessionOptions, Prepared, Portal, Fetched, ResultColumn, TransactionStatus, WebhookRequest, WebhookAnswer,
} from './contract.ts';
