/**
 * Incremental view maintenance: relations as changes (row, time, diff), dataflows of operators over words in slabs, queries and subscriptions.
 * Synchronous: no clock, no IO, no thread. Between ticks everything readable is one state that existed.
 */
export { Engine } from './engine.ts';
export { Meter } from './physical.ts';
export type { BaseOptions } from './relations.ts';
export type { Stale } from './told.ts';
export { NearRelations } from './near.ts';
export type { Shared } from './near.ts';
export type { Change, LogReader } from './changes.ts';
export type { QueryLimits } from './limits.ts';
export type { OperatorReport, IndexUse } from './physical.ts';
export type { QueryRun } from './query.ts';
export { canPeek, MOST_PEEKED } from './peek.ts';
export { Peek } from './peek.ts';
export type { PeekPlan } from './peek.ts';
export type { Published, Subscription } from './subscription.ts';
export type { ReadPlan } from './outputs/result.ts';
export type { OnErrorPolicy, ViewError } from './outputs/errors.ts';
export type { IndexOptions } from './named-indexes.ts';
