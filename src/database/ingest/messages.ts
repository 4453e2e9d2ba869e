import type { UserType } from '../../core/index.ts';
import type { KafkaSourceOptions, PostgresSourceOptions, PostgresUpstream } from '../../ingest/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { WireError } from '../thread.ts';

/** What to read upstream and how to decode it, as data: clients and decoders are made of it where they run. Secrets are in it by value, so it is never logged. */
export type ReadPlan =
  | { readonly kind: 'postgres'; readonly options: Omit<PostgresSourceOptions, 'clock'> }
  | { readonly kind: 'kafka'; readonly options: Omit<KafkaSourceOptions, 'clock' | 'random' | 'log'> };

export interface ReadRequest {
  /** oid */
  readonly source: number;
  readonly plan: ReadPlan;
  /** the relations that the plan's outputs go to, in its order */
  readonly relations: readonly RelationId[];
  /** what is durable: reading goes on behind it */
  readonly position: string | undefined;
  /** the enums and row types there are */
  readonly types: readonly UserType[];
  /** see SourceCounters */
  readonly counters: SharedArrayBuffer;
}

export interface ReplicationSlot {
  readonly upstream: PostgresUpstream;
  readonly slot: string;
}

export type IngestRequest =
  /** begins to read; one source at a time by its oid */
  | ({ readonly kind: 'read' } & ReadRequest)
  /** ends reading the source, if it is read; then removes the upstream's slot, if one is given. Answers a `Stopped`. */
  | { readonly kind: 'stop'; readonly source: number; readonly slot?: ReplicationSlot }
  /** types that rows are read with, as they are from now on */
  | { readonly kind: 'types'; readonly types: readonly UserType[] }
  /** ends all reading */
  | { readonly kind: 'close' };

/** Where a source that was being read has come to: the last durable position, if any. */
export type Stopped = { readonly position: string | undefined } | undefined;

/** What becomes of a source, told as it happens. */
export interface SourceReport {
  readonly source: number;
  readonly news: SourceNews;
}

export type SourceNews =
  | { readonly kind: 'running' }
  /** it is tried again after a pause */
  | { readonly kind: 'stalled'; readonly error: string; /** an enum has a label upstream that it does not have here */ readonly unknownLabel?: true }
  /** `complete: false`: what its relations held is void, and goes once this report is taken; true: they are whole */
  | { readonly kind: 'snapshot'; readonly complete: boolean }
  /** no retry can cure it: the relation, or without one the source, is in error from here on */
  | { readonly kind: 'failed'; readonly relation?: RelationId; readonly error: WireError }
  /** what a client library has to say */
  | { readonly kind: 'log'; readonly level: 'error' | 'warn' | 'info' | 'debug'; readonly message: string };
