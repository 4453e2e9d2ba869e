import type { Column, EnumLabel, Field, RelationType, SqlType } from '../core/index.ts';
import type { Relation, RelationId, Scalar } from '../ir/index.ts';

/** What every object of the catalog has. OIDs are stable for the object's life and never reused. */
interface Item {
  readonly oid: number;
  readonly name: string;
  /** oid of its schema; 0 for schemas themselves */
  readonly schema: number;
  /** the statement that made it, as the user wrote it (without the final semicolon) */
  readonly sql: string;
  /** oids of the objects it needs */
  readonly dependsOn: readonly number[];
  readonly comment?: string;
}

export interface SchemaItem extends Item {
  readonly kind: 'schema';
}

/** Columns of user relations. Attribute numbers are index + 1. */
interface RelationItem extends Item {
  readonly id: RelationId;
  readonly type: RelationType;
  /** oid of the composite type of its rows */
  readonly rowType: number;
  /** COMMENT ON COLUMN, by attribute number */
  readonly columnComments?: ReadonlyMap<number, string>;
}

export interface TableColumn extends Column {
  /** evaluated when INSERT leaves the column out */
  readonly default?: Scalar;
  /** its source text, for pg_get_expr */
  readonly defaultSql?: string;
  /** GENERATED ... AS IDENTITY: its values come from `sequence`, which nothing else may take away */
  readonly identity?: { readonly kind: 'always' | 'by default'; readonly sequence: number };
  /** GENERATED ALWAYS AS (...) STORED, over the table's columns; `defaultSql` is its text */
  readonly generated?: Scalar;
}

export interface KeyConstraint {
  readonly name: string;
  readonly oid: number;
  readonly columns: readonly number[];
  readonly primary: boolean;
  /** NULLS NOT DISTINCT: two rows that are alike in their NULLs too are one too many */
  readonly nullsNotDistinct?: boolean;
  readonly comment?: string;
}

/** CHECK: a row is refused where `condition` is false; where it is NULL the row passes. */
export interface CheckConstraint {
  readonly name: string;
  readonly oid: number;
  readonly condition: Scalar;
  /** its source text, without the parentheses around */
  readonly sql: string;
  readonly comment?: string;
}

/** A foreign key that its author vouches for (NOT ENFORCED): a fact about the rows that nobody checks. */
export interface ForeignKey {
  readonly name: string;
  readonly oid: number;
  readonly columns: readonly number[];
  readonly references: number;
  readonly referencedColumns: readonly number[];
  readonly comment?: string;
}

/** A table: its rows come from INSERT/UPDATE/DELETE, from a file, or (`source`) from one relation of a source. */
export interface TableItem extends RelationItem {
  readonly kind: 'table';
  readonly columns: readonly TableColumn[];
  readonly keys: readonly KeyConstraint[];
  readonly checks?: readonly CheckConstraint[];
  readonly foreignKeys?: readonly ForeignKey[];
  /** of a temporary table: what becomes of its rows, or of itself, at the end of each transaction */
  readonly onCommit?: 'drop' | 'delete';
  readonly origin:
    | { readonly kind: 'user' }
    /** a table of a Postgres source; `upstream` names it there */
    | { readonly kind: 'source'; readonly source: number; readonly upstream: { readonly schema: string; readonly name: string } };
}

/** How the bytes of one message become columns. */
export type Format =
  | { readonly kind: 'bytes' }
  | { readonly kind: 'text' }
  /** without columns: one column `data jsonb`; with: fields by name, typed */
  | { readonly kind: 'json'; readonly typed: boolean; /** webhook: the body is an array of documents */ readonly array?: boolean };

/** Metadata columns of INCLUDE, in order, behind the value's columns. */
export interface IncludedColumn {
  readonly what: 'key' | 'partition' | 'offset' | 'timestamp' | 'headers' | 'header';
  readonly header?: string;
  readonly name: string;
}

/** An enum of an upstream database and the type that has its labels here; labels by their OIDs upstream, which stay when they are renamed. */
export interface SourceEnum {
  /** pg_type.oid upstream */
  readonly oid: number;
  readonly type: number;
  readonly codes: readonly (readonly [label: number, code: number])[];
}

/** The same as upstream describes it. */
export interface UpstreamEnum {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly labels: readonly { readonly oid: number; readonly name: string }[];
}

/** A row type of an upstream database, and the type with its fields here. */
export interface SourceRowType {
  /** pg_type.oid upstream */
  readonly oid: number;
  readonly type: number;
  /** upstream's pg_attribute.attnum and atttypid, and the row type upstream that the field, or each element of it, has */
  readonly fields: readonly { readonly attribute: number; readonly upstreamType: number; readonly rowType?: number }[];
}

/** As what a column of an upstream table, or a field of a row type there, is read. */
export interface UpstreamValue {
  readonly name: string;
  readonly type: SqlType;
  /** upstream attnum */
  readonly attribute: number;
  /** upstream's pg_type.oid, where it is not that of `type` */
  readonly upstreamType?: number;
  /** upstream's enum that the value, or each element of it, is a label of */
  readonly enumeration?: number;
  /** upstream's row type that the value, or each element of it, has */
  readonly rowType?: number;
  readonly isArray?: true;
  /** upstream's type, as it spells it, where we have none like it: the value can only be read as text */
  readonly unsupported?: string;
}

/** A row type as upstream describes it. */
export interface UpstreamRowType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** the type of a table's rows; otherwise one of CREATE TYPE */
  readonly ofTable: boolean;
  readonly fields: readonly (UpstreamValue & { readonly upstreamType: number })[];
}

export type SourceOrigin =
  | {
      readonly kind: 'postgres';
      /** libpq keywords and values; secrets are names to be resolved */
      readonly connection: PostgresConnection;
      readonly publication: string;
      readonly slot: string;
      readonly tables: readonly UpstreamTable[];
      readonly textColumns: readonly string[];
      /** upstream's enums, and what they are here */
      readonly enums?: readonly SourceEnum[];
      /** upstream's row types, and what they are here */
      readonly rowTypes?: readonly SourceRowType[];
    }
  | {
      readonly kind: 'kafka';
      readonly connection: KafkaConnection;
      readonly topic: string;
      readonly format: Format;
      readonly included: readonly IncludedColumn[];
      /** START OFFSET by partition; absent: from the beginning */
      readonly startOffsets?: readonly number[];
      readonly startTimestampMs?: number;
      /** the ends of the partitions at CREATE, by partition number: reads wait for what lies before them */
      readonly endOffsets?: readonly number[];
    }
  | { readonly kind: 'webhook'; readonly format: Format; readonly included: readonly IncludedColumn[]; readonly check?: Scalar; readonly secrets: readonly string[] };

export interface SecretReference {
  readonly secret: number;
}
export type OptionValue = string | SecretReference;

export interface PostgresConnection {
  readonly kind: 'postgres';
  readonly host: string;
  readonly port: number;
  readonly user: OptionValue;
  readonly password?: OptionValue;
  readonly database: string;
  readonly sslMode: 'disable' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';
  readonly sslRootCert?: OptionValue;
}

export interface KafkaConnection {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  readonly securityProtocol: 'plaintext' | 'ssl' | 'sasl_plaintext' | 'sasl_ssl';
  readonly sasl?: { readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'; readonly user: OptionValue; readonly password: OptionValue };
  readonly sslRootCert?: OptionValue;
}

/** A table upstream, as purify found it: written into the statement so that planning needs no outside world. */
export interface UpstreamTable {
  readonly schema: string;
  readonly name: string;
  /** pg_class.oid upstream */
  readonly oid: number;
  readonly columns: readonly (UpstreamValue & { readonly nullable: boolean })[];
  /** column indexes of the primary key (or replica identity index); empty when none */
  readonly key: readonly number[];
  readonly replicaIdentity: 'default' | 'full' | 'index' | 'nothing';
}

/** A source. Kafka and webhook sources are relations themselves; a Postgres source has tables that name it as their origin. */
export interface SourceItem extends RelationItem {
  readonly kind: 'source';
  readonly columns: readonly Column[];
  readonly origin: SourceOrigin;
  /** the relation of what could not be decoded: `<name>_errors`; absent for Postgres */
  readonly errors?: RelationId;
}

export interface ViewItem extends RelationItem {
  readonly kind: 'view';
  readonly columns: readonly Column[];
  /** the SELECT as written */
  readonly query: string;
  /** why Postgres would not write through it, as its message says; undefined where it would */
  readonly fixed?: string;
  /** resolved and typed; other views are inlined when the referring query is planned */
  readonly relation: Relation;
  /** what `relation` is an optimised form of, for when the facts change that it rests on */
  readonly lowered?: Relation;
  readonly columnsRead?: ColumnsRead;
  /** OIDs of the primary keys without which its GROUP BY would not determine what it reads */
  readonly keysUsed?: readonly number[];
  readonly written?: WrittenQuery;
}

/** How a view's query names what it reads: what it takes to read it again, and to show it, when things have other names. */
export interface WrittenQuery {
  /** the view as its statement names it, and its columns */
  readonly head: { readonly name: string; readonly schema: number; readonly columns: readonly string[]; readonly onError?: OnError };
  readonly relations: readonly WrittenRelation[];
  /** where in the query's text (UTF-16 offsets, in order) something depends on what relations are called and have */
  readonly spots: readonly WrittenSpot[];
}

export interface WrittenRelation {
  readonly oid: number;
  /** as written; undefined where it was found along the search path */
  readonly schema?: string;
  readonly name: string;
  /** OID of the schema it lay in */
  readonly home: number;
  /** what its columns were called, those that are gone left out; it may have more by now */
  readonly columns: readonly string[];
}

export type WrittenSpot =
  /** an entry of FROM with its alias; `relation` is an index. `table`: it is all of TABLE t */
  | { readonly kind: 'relation'; readonly start: number; readonly end: number; readonly relation: number; readonly table?: true; readonly alias?: { readonly name: string; readonly columns: readonly string[] } }
  /** a `*`, and the select list that it stands for */
  | { readonly kind: 'star'; readonly start: number; readonly end: number; readonly list: string };

/** By OID of a relation, the indexes of those of its columns that a view's query names. */
export type ColumnsRead = readonly (readonly [oid: number, columns: readonly number[]])[];

export type OnError = 'fail' | 'skip' | 'null';

export interface MaterializedViewItem extends RelationItem {
  readonly kind: 'materialized view';
  readonly columns: readonly Column[];
  readonly query: string;
  readonly relation: Relation;
  /** what `relation` is an optimised form of, for when the facts change that it rests on */
  readonly lowered?: Relation;
  readonly columnsRead?: ColumnsRead;
  /** OIDs of the primary keys without which its GROUP BY would not determine what it reads */
  readonly keysUsed?: readonly number[];
  readonly written?: WrittenQuery;
  readonly onError: OnError;
}

export interface IndexItem extends Item {
  readonly kind: 'index';
  readonly on: number;
  /** column indexes of the relation */
  readonly columns: readonly number[];
  readonly unique: boolean;
}

export interface SequenceOptions {
  /** OID of smallint, integer or bigint */
  readonly type: number;
  readonly start: bigint;
  readonly increment: bigint;
  readonly minimum: bigint;
  readonly maximum: bigint;
  readonly cache: bigint;
  readonly cycle: boolean;
}

/** A counter. Where it stands is no part of the catalog: it does not go back with a transaction. Read as a relation it has one row. */
export interface SequenceItem extends RelationItem {
  readonly kind: 'sequence';
  readonly columns: readonly Column[];
  readonly options: SequenceOptions;
  /** the column it goes with: of SERIAL and OWNED BY, or (`internal`) of IDENTITY, from which it cannot be parted */
  readonly ownedBy?: { readonly table: number; readonly column: number; readonly internal: boolean };
}

/** An enum, and its array. Its labels are in order; `oid` of a label is what pg_enum calls it. */
export interface TypeItem extends Item {
  readonly kind: 'type';
  readonly array: number;
  readonly labels: readonly (EnumLabel & { readonly oid: number })[];
  /** made for the columns of sources, with the labels that upstream has: it goes with the last of them */
  readonly upstream?: true;
}

/** A row type that no relation has: CREATE TYPE ... AS (...), and its array. `relation` is what pg_class calls it. */
export interface CompositeTypeItem extends Item {
  readonly kind: 'composite type';
  readonly array: number;
  readonly relation: number;
  readonly fields: readonly Field[];
  /** made for the columns of sources, with the fields that upstream has: it goes with the last of them */
  readonly upstream?: true;
}

export interface SecretItem extends Item {
  readonly kind: 'secret';
}

export interface ConnectionItem extends Item {
  readonly kind: 'connection';
  readonly connection: PostgresConnection | KafkaConnection;
}

/** A base relation or view of the system, from catalog/system and sql/system. */
export interface SystemItem extends RelationItem {
  readonly kind: 'system';
  readonly columns: readonly Column[];
  /** a view over base relations; absent: a base relation, whose rows the catalog makes */
  readonly query?: string;
  readonly relation?: Relation;
}

export type CatalogItem =
  | SchemaItem | TableItem | SourceItem | ViewItem | MaterializedViewItem | IndexItem | SequenceItem | TypeItem | CompositeTypeItem | SecretItem | ConnectionItem | SystemItem;

export type RelationCatalogItem = TableItem | SourceItem | ViewItem | MaterializedViewItem | SequenceItem | SystemItem;
