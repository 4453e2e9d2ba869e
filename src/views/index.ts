/**
 * Incremental view maintenance: relations as changes (row, time, diff), dataflows of operators over words in slabs, queries and subscriptions.
 * Synchronous: no clock, no IO, no thread. Between ticks everything readable is one state that existed.
 */
export { Engine } from './engine.ts';
export type { BaseOptions, Change, LogReader, OnErrorPolicy, Published, QueryLimits, QueryRun, Subscription } from './engine.ts';
export type { ReadPlan } from './outputs/result.ts';
export type { ViewError } from './outputs/errors.ts';
