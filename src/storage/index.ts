/** The only place where bytes become durable: one log of ticks in LMDB. What `append` returned for is on disk, whatever happens next. */
export { Store } from './store.ts';
export type { StoredRecord } from './store.ts';
export type { LogRecord, StoredChange } from './record.ts';
