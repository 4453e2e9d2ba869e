import type { Datum, RelationType, TextSettings, UserType } from '../../core/index.ts';
import type { Relation, RelationId } from '../../ir/index.ts';
import type { BaseOptions, IndexOptions, OnErrorPolicy, OperatorReport, PeekPlan, ReadPlan, Shared, Stale, ViewError } from '../../views/index.ts';

/** Changes of one relation as they cross threads: the batch as its buffer. */
export interface WireChange {
  readonly relation: RelationId;
  readonly rows?: ArrayBuffer;
  readonly missing?: ReadonlyMap<number, bigint>;
  readonly keyOnly?: ReadonlySet<number>;
  readonly truncate?: boolean;
}

/** What a session says about itself, for functions that run on the engine's thread. */
export interface EnvironmentData {
  readonly settings: TextSettings;
  readonly transactionTimeMicros: number | bigint;
  readonly statementTimeMicros: number | bigint;
  readonly user: string;
  readonly database: string;
  readonly searchPath: readonly string[];
  readonly backendPid: number;
  readonly variables: ReadonlyMap<string, string>;
}

/** What the catalog asks the engine to do; made from catalog items, at recovery too. */
export type EngineAction =
  | { readonly kind: 'addRelation'; readonly id: RelationId; readonly type: RelationType; readonly options: BaseOptions }
  | { readonly kind: 'addView'; readonly id: RelationId; readonly name: string; readonly type: RelationType; readonly relation: Relation; readonly onError: OnErrorPolicy }
  /** a type that rows hold, as it is from now on: it goes before them */
  | { readonly kind: 'defineType'; readonly type: UserType }
  | { readonly kind: 'setOnError'; readonly id: RelationId; readonly onError: OnErrorPolicy }
  | { readonly kind: 'addIndex'; readonly id: RelationId; readonly options: IndexOptions }
  | { readonly kind: 'dropIndex'; readonly id: RelationId; readonly index: string }
  | { readonly kind: 'remove'; readonly id: RelationId }
  /** what messages call a relation, and a key of it, from now on */
  | { readonly kind: 'rename'; readonly id: RelationId; readonly name: string }
  | { readonly kind: 'renameKey'; readonly id: RelationId; readonly from: string; readonly to: string };

export interface QueryRequest {
  readonly relation: Relation;
  readonly type: RelationType;
  readonly read: ReadPlan;
  readonly environment: EnvironmentData;
  /** one int32 in shared memory: 0 go on, 1 cancelled by the user, 2 statement timeout, 3 the server is shutting down */
  readonly cancel: SharedArrayBuffer;
  readonly memoryBytes: number;
  /** measure its operators */
  readonly measure?: true;
}

/** A query by the number that its plan was sent with, and the values of its parameters. */
export interface PeekRequest {
  readonly plan: number;
  readonly values: readonly Datum[];
  /** the plan, where it is not known yet by its number */
  readonly define?: PeekPlan;
  /** what to tell of where things lie, so that the next is read there */
  readonly wanted?: Wanted;
}
/** What of a relation's memory is asked for: where its rows and indexes lie, where the dictionary does. */
export interface Wanted {
  readonly relation: boolean;
  readonly symbols: boolean;
}
/** What the engine says unasked: where something lies in its memory, or that it lies there no more; how many rows relations have that have become many more or fewer, null for none such. */
export type News = { readonly shared: Shared } | { readonly stale: Stale } | { readonly rows: readonly (readonly [RelationId, number | null])[] };
/** The buffer of the rows, null for none; what is to be asked as a query, and what must be sent with its plan. */
export type Peeked = ArrayBuffer | null | 'ask' | 'unknown';

/** What a source's reader says of a write. Each goes behind the one before it: where that failed it fails too, until reading begins anew (`first`) behind what is durable. */
export interface SourceWrite {
  readonly source: string;
  readonly first: boolean;
  /** as JSON, where the source stands then; null: its position is void */
  readonly position?: string | null;
}

export type Request =
  /** durable first, then carried out; `secrets` and `catalog` as storage keeps them */
  | { readonly kind: 'change'; readonly actions: readonly EngineAction[]; readonly catalog: readonly string[]; readonly secrets: readonly (readonly [string, string | null])[]; readonly changes: readonly WireChange[]; readonly forget: readonly string[]; readonly sequences: readonly (readonly [string, string | null])[]; /** relations that were read at that time, and must be as they were */ readonly unchanged: readonly (readonly [RelationId, number])[] }
  /** rows from a statement (`check` enforces keys) or a source; answers when durable and visible */
  | { readonly kind: 'write'; readonly changes: readonly WireChange[]; readonly check: boolean; readonly from?: SourceWrite }
  /** the rows of a table that share these columns with one of `rows`, as a batch's buffer */
  | { readonly kind: 'lookup'; readonly relation: RelationId; readonly columns: readonly number[]; readonly rows: ArrayBuffer }
  /** types that a transaction under way has made */
  | { readonly kind: 'types'; readonly types: readonly UserType[] }
  /** where sequences stand: answers when durable */
  | { readonly kind: 'sequences'; readonly states: readonly (readonly [string, string])[] }
  /** raises what writing these changes with `check` would raise now */
  | { readonly kind: 'check'; readonly changes: readonly WireChange[] }
  | { readonly kind: 'query'; readonly query: number; readonly request: QueryRequest; /** rows of the first batch at most */ readonly maxRows: number }
  /** the operators of a materialized view as they are, or those that a query would have */
  | { readonly kind: 'describe'; readonly what: { readonly view: RelationId } | { readonly relation: Relation; readonly environment: EnvironmentData } }
  | { readonly kind: 'fetch'; readonly query: number; readonly maxRows: number }
  | { readonly kind: 'closeQuery'; readonly query: number }
  | { readonly kind: 'subscribe'; readonly subscription: number; readonly request: QueryRequest; readonly snapshot: boolean; /** the time of the snapshot, if not the first possible */ readonly asOf: number | null }
  /** answers when something was published that has not been taken */
  | { readonly kind: 'take'; readonly subscription: number }
  | { readonly kind: 'closeSubscription'; readonly subscription: number }
  /** answers the engine's time, after everything asked before it that could be answered */
  | { readonly kind: 'time' }
  | { readonly kind: 'status' }
  /** where each source goes on from: everything written that has been answered */
  | { readonly kind: 'positions' }
  /** what was stored: catalog, positions, secrets, sequences */
  | { readonly kind: 'recover' }
  /** the catalog's relations: the log is replayed into them, then views hydrate */
  | { readonly kind: 'start'; readonly actions: readonly EngineAction[] }
  | { readonly kind: 'close' };

export interface Recovered {
  readonly catalog: readonly string[];
  readonly positions: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, string>;
  readonly sequences: ReadonlyMap<string, string>;
}
export interface QueryReady {
  readonly time: number;
  readonly skipped: readonly { readonly view: string; readonly count: number }[];
  readonly first: FetchedBatch;
  /** what its operators did, where they were measured */
  readonly report: readonly OperatorReport[];
}
export interface FetchedBatch {
  readonly rows: ArrayBuffer | null;
  readonly done: boolean;
}
export interface Taken {
  readonly time: number;
  readonly rows: ArrayBuffer | null;
}
export interface EngineStatus {
  readonly time: number;
  readonly errors: readonly { readonly id: RelationId; readonly name: string; readonly errors: readonly (ViewError & { readonly sourceName?: string })[] }[];
  readonly hydration: readonly { readonly id: RelationId; readonly name: string; readonly hydrated: boolean; readonly rowsDone: number; readonly rowsKnown: number }[];
  readonly memory: readonly { readonly name: string; readonly bytes: number; readonly rows: number }[];
}
