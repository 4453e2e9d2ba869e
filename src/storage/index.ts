/** The only place where bytes become durable: one log of ticks in LMDB. What `append` resolved for is on disk, whatever happens next; of anything else nothing is seen. */
export { Store } from './store.ts';
export type { StoredRecord } from './store.ts';
export type { LogRecord, StoredChange } from './record.ts';
