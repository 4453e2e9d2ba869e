import type { Datum, Field, Notice, RelationType, SqlType } from '../core/index.ts';
import type {
  CheckConstraint, ColumnsRead, ForeignKey, Format, IncludedColumn, KafkaConnection, KeyConstraint, OnError, OptionValue, PostgresConnection, SequenceOptions, TableColumn, UpstreamEnum, UpstreamRowType, UpstreamTable, WrittenQuery,
} from '../catalog/index.ts';
import type { Query, Relation, RelationId, Scalar } from '../ir/index.ts';
import type { Column } from '../core/index.ts';

/** A name with its schema resolved. */
export interface QualifiedName {
  /** TEMPORARY (0): the session's own schema for what goes with it, to be made where it has none yet */
  readonly schema: number;
  readonly name: string;
}

/** One command of ALTER TABLE, planned over the table as those before it leave it; columns are indexes at that moment. */
export type AlterTableStep =
  | { readonly kind: 'addColumn'; readonly column: PlannedColumn }
  | { readonly kind: 'dropColumn'; readonly column: number; readonly cascade: boolean }
  | { readonly kind: 'setColumn'; readonly index: number; readonly column: TableColumn }
  /** `value`: over the columns of the table as it was before the statement; `checks` are the table's, read anew */
  | { readonly kind: 'setType'; readonly index: number; readonly column: TableColumn; readonly value: Scalar; readonly checks: readonly CheckConstraint[] }
  | { readonly kind: 'setExpression'; readonly index: number; readonly column: TableColumn }
  | { readonly kind: 'addIdentity'; readonly index: number; readonly sequence: PlannedSequence }
  /** `counter`: what becomes of the column's sequence, the sequence by OID */
  | { readonly kind: 'setIdentity'; readonly index: number; readonly column: TableColumn; readonly counter: AlteredCounter | null }
  | { readonly kind: 'dropIdentity'; readonly index: number; readonly column: TableColumn; readonly sequence: number }
  | { readonly kind: 'addConstraints'; readonly keys: readonly PlannedKey[]; readonly checks: readonly PlannedCheck[]; readonly foreignKeys: readonly PlannedForeignKey[]; readonly notNull: readonly number[] }
  | { readonly kind: 'dropConstraint'; readonly name: string; readonly cascade: boolean };

/** What ALTER makes of a sequence. */
export interface AlteredCounter {
  readonly oid: number;
  readonly options: SequenceOptions;
  /** the number to go on with; absent: where it stands */
  readonly restart?: bigint;
}

export interface ColumnAddress {
  readonly table: number;
  readonly column: number;
}

/** A column to be made, with the counter it draws from. */
export interface PlannedColumn extends TableColumn {
  readonly sequence?: PlannedSequence;
}
export interface PlannedSequence {
  readonly name: string;
  readonly options: SequenceOptions;
  readonly kind: 'serial' | 'always' | 'by default';
}
export type PlannedKey = Omit<KeyConstraint, 'oid'>;
export type PlannedCheck = Omit<CheckConstraint, 'oid'>;
/** `self`: the table that is being made or altered */
export type PlannedForeignKey = Omit<ForeignKey, 'oid' | 'references'> & { readonly references: number | 'self' };

/** The body of CREATE TABLE. */
export interface PlannedTable {
  readonly columns: readonly PlannedColumn[];
  readonly keys: readonly PlannedKey[];
  readonly checks: readonly PlannedCheck[];
  readonly foreignKeys: readonly PlannedForeignKey[];
  readonly columnComments?: ReadonlyMap<number, string>;
}

/** What ALTER TYPE does to the labels of an enum: `at` is the place of the new one among them. */
export type EnumChange =
  | { readonly kind: 'add'; readonly label: string; readonly at: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string };

/** Where the rows of an answer come from and how it is read; scalars may still hold parameters. */
export interface SubscribePlan {
  readonly relation: Relation;
  readonly columns: readonly Column[];
  readonly snapshot: boolean;
  readonly progress: boolean;
  readonly asOf: Scalar | null;
  readonly upTo: Scalar | null;
  /** UPSERT / DEBEZIUM key, by column index */
  readonly envelope: { readonly kind: 'none' } | { readonly kind: 'upsert' | 'debezium'; readonly key: readonly number[] };
}

/**
 * What a statement asks for: the planner's whole output, plain data, made without asking anything outside the catalog snapshot.
 * `database/execute` has one function a kind.
 */
export type Plan =
  | { readonly kind: 'empty' }
  | { readonly kind: 'query'; readonly query: Query; /** false: a plain SELECT; 'copy out' wraps one */ readonly readsCatalogOnly: boolean }
  | { readonly kind: 'subscribe'; readonly subscribe: SubscribePlan }
  | { readonly kind: 'copyTo'; readonly source: { readonly kind: 'query'; readonly query: Query } | { readonly kind: 'subscribe'; readonly subscribe: SubscribePlan } | { readonly kind: 'writes'; readonly plan: WritingPlan | WithWritesPlan }; readonly options: CopyOptions }
  | { readonly kind: 'copyFrom'; readonly table: RelationId; readonly columns: readonly number[]; readonly options: CopyOptions }
  /** one line a step, indented below what reads it */
  | { readonly kind: 'explain'; readonly stage: 'raw' | 'decorrelated' | 'optimized'; readonly json: boolean; readonly text: string }
  /** the operators as the engine has them; with `analyze` what they hold and did, with `timing` for how long */
  | { readonly kind: 'explainOperators'; readonly of: { readonly kind: 'query'; readonly query: Query } | { readonly kind: 'view'; readonly oid: number }; readonly analyze: boolean; readonly timing: boolean; readonly json: boolean }
  | InsertPlan
  | DeletePlan
  | UpdatePlan
  | MergePlan
  | WithWritesPlan
  | { readonly kind: 'truncate'; readonly tables: readonly RelationId[]; /** sequences that begin anew, by OID */ readonly restart: readonly number[] }
  | { readonly kind: 'createEnum'; readonly name: QualifiedName; readonly labels: readonly string[]; readonly sql: string }
  | { readonly kind: 'createRowType'; readonly name: QualifiedName; readonly fields: readonly Field[]; readonly sql: string }
  | { readonly kind: 'alterRowType'; readonly oid: number; readonly fields: readonly Field[] }
  | { readonly kind: 'alterEnum'; readonly oid: number; readonly change: EnumChange }
  | { readonly kind: 'createSchema'; readonly name: string; readonly ifNotExists: boolean }
  | (PlannedTable & { readonly kind: 'createTable'; readonly name: QualifiedName; readonly ifNotExists: boolean; readonly sql: string; readonly tag: 'CREATE TABLE' | 'CREATE TABLE AS'; /** of a temporary table: at the end of each transaction */ readonly onCommit?: 'drop' | 'delete'; /** CREATE TABLE ... FROM FILE / AS SELECT */ readonly rows?: { readonly kind: 'file'; readonly path: string } | { readonly kind: 'query'; readonly query: Query } })
  | { readonly kind: 'alterTable'; readonly oid: number; readonly steps: readonly AlterTableStep[]; readonly sql: string; readonly notices: readonly Notice[] }
  | { readonly kind: 'createSequence'; readonly name: QualifiedName; readonly options: SequenceOptions; readonly ownedBy?: ColumnAddress; readonly sql: string }
  | (AlteredCounter & { readonly kind: 'alterSequence'; /** null: NONE */ readonly ownedBy?: ColumnAddress | null })
  | { readonly kind: 'createView'; readonly name: QualifiedName; readonly fixed?: string; readonly columns: readonly Column[]; readonly query: string; readonly relation: Relation; readonly lowered: Relation; readonly dependsOn: readonly number[]; readonly columnsRead: ColumnsRead; readonly keysUsed: readonly number[]; readonly written: WrittenQuery; readonly ifNotExists: boolean; readonly orReplace: boolean; readonly sql: string; readonly notices: readonly Notice[] }
  | { readonly kind: 'createMaterializedView'; readonly name: QualifiedName; readonly columns: readonly Column[]; readonly query: string; readonly relation: Relation; readonly lowered: Relation; readonly dependsOn: readonly number[]; readonly columnsRead: ColumnsRead; readonly keysUsed: readonly number[]; readonly written: WrittenQuery; readonly ifNotExists: boolean; readonly orReplace: boolean; readonly onError: OnError; readonly sql: string; readonly notices: readonly Notice[] }
  | { readonly kind: 'createIndex'; readonly name: string; readonly on: number; readonly columns: readonly number[]; readonly unique: boolean; readonly ifNotExists: boolean; readonly sql: string }
  | { readonly kind: 'createSecret'; readonly name: QualifiedName; readonly value: Scalar; readonly ifNotExists: boolean; /** without the value */ readonly sql: string }
  | { readonly kind: 'createConnection'; readonly name: QualifiedName; readonly connection: PostgresConnection | KafkaConnection; readonly dependsOn: readonly number[]; readonly ifNotExists: boolean; readonly sql: string }
  | { readonly kind: 'createSource'; readonly name: QualifiedName; readonly source: CreateSource; readonly dependsOn: readonly number[]; readonly ifNotExists: boolean; readonly sql: string; readonly notices: readonly Notice[] }
  /** CREATE VIEWS FROM SOURCE and FOR TABLES: one relation a table of the source */
  | { readonly kind: 'createTablesFromSource'; readonly source: number; readonly tables: readonly { readonly upstream: UpstreamTable; readonly name: QualifiedName; readonly ifNotExists: boolean }[]; readonly sql: string }
  | { readonly kind: 'drop'; readonly oids: readonly number[]; readonly notices: readonly Notice[]; readonly tag: string }
  | { readonly kind: 'rename'; readonly oid: number; readonly to: string; readonly tag: string }
  | { readonly kind: 'renameColumn'; readonly oid: number; readonly column: number; readonly to: string; readonly tag: string }
  | { readonly kind: 'renameConstraint'; readonly oid: number; /** its OID */ readonly constraint: number; readonly to: string; readonly tag: string }
  | { readonly kind: 'setSchema'; readonly oids: readonly number[]; readonly schema: number; readonly tag: string }
  | { readonly kind: 'alterOnError'; readonly oid: number; readonly onError: OnError }
  | { readonly kind: 'comment'; readonly oid: number; readonly column: number; /** the OID of a constraint of the table */ readonly constraint?: number; readonly text: string | null }
  | { readonly kind: 'set'; readonly name: string; /** null: to the default */ readonly value: string | null; readonly local: boolean; readonly tag: 'SET' | 'RESET'; /** further settings of the same statement, set alike: SET TRANSACTION with several modes */ readonly also?: readonly { readonly name: string; readonly value: string }[] }
  | { readonly kind: 'resetAll' }
  | { readonly kind: 'show'; readonly name: string }
  | { readonly kind: 'begin'; readonly readOnly: boolean; readonly tag: 'BEGIN' | 'START TRANSACTION' }
  | { readonly kind: 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint' | 'release' | 'rollbackTo'; readonly name: string }
  | { readonly kind: 'declare'; readonly name: string; readonly binary: boolean; readonly hold: boolean; readonly inner: Plan; readonly innerSql: string }
  | { readonly kind: 'fetch'; readonly name: string; /** null: ALL */ readonly count: number | null; readonly move: boolean; readonly timeoutMs: number | null; readonly direction: 'forward' | 'backward' | 'absolute' | 'relative' }
  | { readonly kind: 'closeCursor'; /** null: ALL */ readonly name: string | null }
  | { readonly kind: 'prepare'; readonly name: string; readonly types: readonly SqlType[]; readonly sql: string }
  | { readonly kind: 'execute'; readonly name: string; readonly arguments: readonly Scalar[] }
  | { readonly kind: 'deallocate'; readonly name: string | null }
  | { readonly kind: 'discard'; readonly what: 'all' | 'plans' | 'sequences' | 'temp' }
  /** accepted and without effect here, as the tag says: LISTEN without NOTIFY, SET CONSTRAINTS, ... only where nothing is lost by it */
  | { readonly kind: 'noop'; readonly tag: string };

/** Where a column of an INSERT comes from: column `source` of its rows, but the default where the boolean column `defaulted` is true; null: the default. */
export interface InsertColumn {
  readonly source: number | null;
  readonly defaulted?: number;
}

/** A statement that changes rows of one table. */
export type WritingPlan = InsertPlan | DeletePlan | UpdatePlan | MergePlan;

/** Statements that write in WITH, and the statement that they belong to. All see the state before; what they do is written together. */
export interface WithWritesPlan {
  readonly kind: 'withWrites';
  readonly parts: readonly WritingPart[];
  readonly main: WritingPlan | { readonly kind: 'query'; readonly query: Query };
}

export interface WritingPart {
  readonly plan: WritingPlan;
  /** what stands for the rows of its RETURNING in the queries of the others */
  readonly rows: RelationId;
  readonly type: RelationType;
  /** whether another one reads these */
  isRead: boolean;
}

export interface InsertPlan {
  readonly kind: 'insert';
  readonly table: RelationId;
  readonly source: Query;
  /** one for each column of the table; defaults and generated columns are the table's affair when rows are written */
  readonly columns: readonly InsertColumn[];
  readonly onConflict: OnConflictPlan | null;
  readonly returning: ReturningPlan | null;
}

export type Arbiter = Pick<KeyConstraint, 'name' | 'columns' | 'nullsNotDistinct'>;

export interface OnConflictPlan {
  /** the keys by which a row is found to be there already */
  readonly arbiters: readonly Arbiter[];
  /** over [the row there is, the row proposed]; null: DO NOTHING */
  readonly update: { readonly values: readonly Scalar[]; readonly defaulted: readonly number[]; readonly where: Scalar | null; /** where subqueries are asked: the condition and the values, over such pairs */ readonly query?: Query } | null;
}

export interface DeletePlan {
  readonly kind: 'delete';
  readonly table: RelationId;
  /** whole rows to delete, and behind them what RETURNING reads beside */
  readonly target: Query;
  readonly returning: ReturningPlan | null;
}

export interface UpdatePlan {
  readonly kind: 'update';
  readonly table: RelationId;
  /** the old row's columns, then the new row's, then what RETURNING reads beside */
  readonly target: Query;
  /** columns of the new row that get their default */
  readonly defaulted: readonly number[];
  readonly returning: ReturningPlan | null;
}

export interface MergePlan {
  readonly kind: 'merge';
  readonly table: RelationId;
  /** which action (an index of `actions`; rows without one do not come), the old row's columns (NULL where there is none), the new row's, then what RETURNING reads beside */
  readonly target: Query;
  readonly actions: readonly MergeAction[];
  readonly returning: ReturningPlan | null;
}
export interface MergeAction {
  readonly kind: 'insert' | 'update' | 'delete';
  /** columns of the new row that get their default */
  readonly defaulted: readonly number[];
}

/** RETURNING: values over [the table's row (the new one, or of what was deleted the old one), the new row, the old row, what is read beside, the name of MERGE's action]; a row that there is not is NULLs. */
export interface ReturningPlan {
  readonly columns: readonly { readonly name: string; readonly value: Scalar }[];
  /** where subqueries are asked: the values, over such rows; `columns` are its columns */
  readonly query?: Query;
  /** columns of the table */
  readonly width: number;
}

export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary';
  readonly delimiter: string;
  readonly nullText: string;
  readonly header: boolean;
  readonly quote: string;
  readonly escape: string;
}

export type CreateSource =
  | { readonly kind: 'postgres'; readonly connection: PostgresConnection; readonly publication: string; readonly textColumns: readonly string[]; readonly upstream: readonly UpstreamTable[]; /** of the columns of `upstream` and `tables`, whose type is text until the enums and row types have one here */ readonly enums: readonly UpstreamEnum[]; readonly rowTypes: readonly UpstreamRowType[]; /** relations to make at once (FOR ALL TABLES / FOR TABLES) */ readonly tables: readonly { readonly upstream: UpstreamTable; readonly name: QualifiedName }[] }
  | { readonly kind: 'kafka'; readonly connection: KafkaConnection; readonly topic: string; readonly columns: readonly Column[]; readonly format: Format; readonly included: readonly IncludedColumn[]; readonly startOffsets?: readonly number[]; readonly startTimestampMs?: number; /** where the partitions end now */ readonly endOffsets: readonly number[] }
  | { readonly kind: 'webhook'; readonly columns: readonly Column[]; readonly format: Format; readonly included: readonly IncludedColumn[]; readonly check?: Scalar; readonly secrets: readonly string[] };

/** A parameter's place: what the planner inferred for `$n`. */
export interface PlannedStatement {
  readonly plan: Plan;
  readonly parameterTypes: readonly SqlType[];
  readonly notices: readonly Notice[];
}

/** Constants of the planner's callers: a parameter bound to a value. */
export interface BoundParameter {
  readonly value: Datum;
  readonly type: SqlType;
}
export type { OptionValue };
