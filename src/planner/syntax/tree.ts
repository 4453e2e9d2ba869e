import type { CreateTableAsStmt, FetchStmt, Node, SelectStmt, ViewStmt } from '@pgsql/types';

/**
 * A parsed statement. Trees of the Postgres grammar are libpg-query's JSON: a member that has its default (0, false, empty) is left out;
 * `location` counts UTF-8 bytes of `text` from 0 (absent: 0; -1: not known), also where the tree is part of a statement of ours.
 * Trees of our own carry `position`: characters of `text` from 1, as the protocol's error field counts them.
 */
export type Statement = StatementTree & {
  /** what was parsed, whole: locations and positions count in it */
  readonly text: string;
  /** the statement without surrounding blanks, comments and its semicolon: what the catalog keeps */
  readonly sql: string;
};

export type StatementTree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'postgres'; readonly node: Node }
  | CreateViewTree
  | CreateMaterializedViewTree
  | CreateSourceTree
  | CreateTablesFromSourceTree
  | CreateTableFromFileTree
  | CreateSecretTree
  | CreateConnectionTree
  | CreateDefaultIndexTree
  | SubscribeTree
  | CopySubscribeTree
  | DeclareTree
  | FetchTree
  | PrepareTree
  | ExplainTree
  | ShowObjectsTree
  | ShowCreateTree
  | DropTree
  | RenameTree
  | CommentTree
  | AlterOnErrorTree;

/** A name as written, from the outermost part to the innermost; unquoted parts in lower case. */
export interface ObjectName {
  readonly parts: readonly string[];
  readonly position: number;
}

/** An option's value: `'text'`, `42`, `word`, `SECRET name`, `(a, b)`. */
export type OptionTree =
  | { readonly kind: 'string'; readonly value: string; readonly position: number }
  | { readonly kind: 'number'; readonly value: string; readonly position: number }
  | { readonly kind: 'name'; readonly name: ObjectName; readonly position: number }
  | { readonly kind: 'secret'; readonly name: ObjectName; readonly position: number }
  | { readonly kind: 'list'; readonly items: readonly OptionTree[]; readonly position: number };

/** `NAME [=] value`; the name in upper case, its words joined by one space. Without value: a flag that is set. */
export interface StatementOption {
  readonly name: string;
  readonly value: OptionTree | null;
  readonly position: number;
}

export interface CreateViewTree {
  readonly kind: 'createView';
  readonly node: ViewStmt;
  readonly ifNotExists: boolean;
  /** the SELECT as written */
  readonly query: string;
}

export interface CreateMaterializedViewTree {
  readonly kind: 'createMaterializedView';
  readonly node: CreateTableAsStmt;
  readonly orReplace: boolean;
  /** ours, taken out of WITH (...) before Postgres' grammar sees it */
  readonly options: readonly StatementOption[];
  readonly query: string;
}

/** Which tables of an upstream a statement asks for. */
export type UpstreamSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'schemas'; readonly schemas: readonly { readonly name: string; readonly position: number }[] }
  | { readonly kind: 'tables'; readonly tables: readonly { readonly upstream: ObjectName; readonly alias: ObjectName | null }[] };

export interface FormatTree {
  readonly kind: 'bytes' | 'text' | 'json';
  /** JSON ARRAY */
  readonly array: boolean;
  readonly position: number;
}

export interface IncludeTree {
  readonly what: 'key' | 'partition' | 'offset' | 'timestamp' | 'headers' | 'header';
  /** INCLUDE HEADER 'name' */
  readonly header: string | null;
  readonly alias: string | null;
  readonly position: number;
}

/** What a webhook's CHECK may name: `WITH (HEADERS, BODY AS b, SECRET s)`. */
export interface CheckInput {
  readonly what: 'headers' | 'body' | 'secret';
  readonly secret: ObjectName | null;
  readonly alias: string | null;
  readonly bytes: boolean;
  readonly position: number;
}

export type SourceTree =
  | {
      readonly kind: 'postgres';
      readonly connection: { readonly kind: 'string'; readonly text: string; readonly position: number } | { readonly kind: 'name'; readonly name: ObjectName };
      readonly options: readonly StatementOption[];
      /** null: the source makes no relations itself; CREATE VIEWS FROM SOURCE does */
      readonly tables: UpstreamSelection | null;
    }
  | {
      readonly kind: 'kafka';
      readonly connection: { readonly kind: 'brokers'; readonly brokers: readonly string[]; readonly position: number } | { readonly kind: 'name'; readonly name: ObjectName };
      readonly options: readonly StatementOption[];
      readonly format: FormatTree;
      readonly include: readonly IncludeTree[];
      readonly envelope: { readonly words: string; readonly position: number } | null;
    }
  | {
      readonly kind: 'webhook';
      readonly format: FormatTree;
      readonly include: readonly IncludeTree[];
      readonly check: { readonly inputs: readonly CheckInput[]; readonly expression: Node } | null;
    };

export interface CreateSourceTree {
  readonly kind: 'createSource';
  readonly name: ObjectName;
  readonly ifNotExists: boolean;
  /** CREATE MATERIALIZED SOURCE, of 2022: every relation here can be read at once, so that it asks for nothing more */
  readonly materialized: boolean;
  /** ColumnDef and Constraint nodes, as CREATE TABLE has them */
  readonly columns: readonly Node[] | null;
  readonly from: SourceTree;
  /** WITH (...) at the end */
  readonly with: readonly StatementOption[];
}

/** CREATE VIEWS FROM SOURCE (`every` table of the source unless listed), CREATE TABLE t FROM SOURCE s (REFERENCE u) */
export interface CreateTablesFromSourceTree {
  readonly kind: 'createTablesFromSource';
  readonly source: ObjectName;
  readonly ifNotExists: boolean;
  readonly tables: UpstreamSelection;
}

export interface CreateTableFromFileTree {
  readonly kind: 'createTableFromFile';
  readonly name: ObjectName;
  readonly ifNotExists: boolean;
  readonly columns: readonly Node[] | null;
  readonly path: string;
  readonly position: number;
}

export interface CreateSecretTree {
  readonly kind: 'createSecret';
  readonly name: ObjectName;
  readonly ifNotExists: boolean;
  readonly value: Node;
  /** the statement with its value left out, for the catalog */
  readonly publicSql: string;
}

export interface CreateConnectionTree {
  readonly kind: 'createConnection';
  readonly name: ObjectName;
  readonly ifNotExists: boolean;
  readonly to: 'postgres' | 'kafka';
  readonly options: readonly StatementOption[];
  readonly with: readonly StatementOption[];
}

export interface CreateDefaultIndexTree {
  readonly kind: 'createDefaultIndex';
  readonly on: ObjectName;
  readonly ifNotExists: boolean;
}

export interface SubscribeTree {
  readonly kind: 'subscribe';
  readonly target: { readonly kind: 'name'; readonly name: ObjectName } | { readonly kind: 'query'; readonly node: SelectStmt };
  readonly options: readonly StatementOption[];
  readonly envelope: { readonly kind: 'none' } | { readonly kind: 'upsert' | 'debezium'; readonly key: readonly ObjectName[]; readonly position: number };
  readonly asOf: { readonly value: Node; readonly atLeast: boolean } | null;
  readonly upTo: Node | null;
}

export interface CopySubscribeTree {
  readonly kind: 'copySubscribe';
  readonly subscribe: SubscribeTree;
  /** DefElem nodes of COPY's options */
  readonly options: readonly Node[];
}

export interface DeclareTree {
  readonly kind: 'declare';
  readonly name: string;
  /** bits of Postgres' parsenodes.h (CURSOR_OPT_*) */
  readonly flags: number;
  readonly inner: Statement;
}

export interface FetchTree {
  readonly kind: 'fetch';
  readonly node: FetchStmt;
  readonly options: readonly StatementOption[];
}

export interface PrepareTree {
  readonly kind: 'prepare';
  readonly name: string;
  readonly types: readonly Node[];
  readonly inner: Statement;
}

export interface ExplainTree {
  readonly kind: 'explain';
  /** null: not said */
  readonly stage: 'raw' | 'decorrelated' | 'optimized' | 'physical' | null;
  /** EXPLAIN ANALYZE, as a word */
  readonly analyze: boolean;
  /** options of EXPLAIN (...) as Postgres reads them */
  readonly options: readonly Node[];
  readonly target: { readonly kind: 'statement'; readonly statement: Statement } | { readonly kind: 'view'; readonly name: ObjectName };
}

export type ShowKind = 'sources' | 'tables' | 'views' | 'materialized views' | 'indexes' | 'schemas' | 'databases' | 'connections' | 'secrets' | 'columns' | 'objects';

/** SHOW TABLES and its like: a query over the catalog. */
export interface ShowObjectsTree {
  readonly kind: 'showObjects';
  readonly what: ShowKind;
  /** FROM schema */
  readonly schema: ObjectName | null;
  /** of whose indexes or columns */
  readonly relation: ObjectName | null;
  readonly query: SelectStmt;
  /** what `query` was parsed from: its locations count here */
  readonly querySql: string;
}

export type CreatedKind = 'table' | 'view' | 'materialized view' | 'source' | 'index' | 'connection';

export interface ShowCreateTree {
  readonly kind: 'showCreate';
  readonly what: CreatedKind;
  readonly name: ObjectName;
}

export interface DropTree {
  readonly kind: 'drop';
  readonly what: 'source' | 'connection' | 'secret';
  readonly names: readonly ObjectName[];
  readonly ifExists: boolean;
  readonly cascade: boolean;
}

export interface RenameTree {
  readonly kind: 'rename';
  readonly what: 'source' | 'connection' | 'secret';
  readonly name: ObjectName;
  readonly ifExists: boolean;
  readonly to: string;
}

export interface CommentTree {
  readonly kind: 'comment';
  readonly what: 'source' | 'connection' | 'secret';
  readonly name: ObjectName;
  /** null: takes it away */
  readonly comment: string | null;
}

export interface AlterOnErrorTree {
  readonly kind: 'alterOnError';
  readonly name: ObjectName;
  readonly ifExists: boolean;
  /** RESET: back to the default */
  readonly reset: boolean;
  readonly options: readonly StatementOption[];
}

/** A statement of a query string: `offset` is where it begins, in characters of the string. */
export interface StatementText {
  readonly sql: string;
  readonly offset: number;
}
