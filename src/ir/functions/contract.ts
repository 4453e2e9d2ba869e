import type { Datum, TextSettings } from '../../core/index.ts';
import type { Scalar } from '../scalar.ts';

/** What a function may ask of the world around it; handed in by `database`. Immutable functions never look at it. */
export interface Environment {
  readonly settings: TextSettings;
  /** microseconds since 2000-01-01, the start of the transaction */
  readonly transactionTimeMicros: number | bigint;
  /** the statement's time, as `transactionTimeMicros` */
  readonly statementTimeMicros: number | bigint;
  /** the wall clock at this moment, as `transactionTimeMicros` */
  clockMicros(): number | bigint;
  random(): number;
  readonly user: string;
  readonly database: string;
  readonly searchPath: readonly string[];
  readonly backendPid: number;
  /** when the server started; NULL is shown where it is not given */
  readonly serverStartMicros?: number | bigint;
  /** value of a run-time parameter, undefined when unknown */
  setting(name: string): string | undefined;
  setSetting(name: string, value: string, local: boolean): void;
  /** questions to the catalog, by OID; the catalog's own functions (pg_get_viewdef, regclass, ...) are built on them */
  readonly catalog: CatalogQuestions;
  /** the sequences, where there are any to reach: not on the engine's thread */
  readonly sequences?: SequenceAccess;
}

/** Counters by OID, as one session uses them. What it hands out is durable before the statement answers. */
export interface SequenceAccess {
  next(oid: number): Datum;
  /** what this session's last `next` of it gave; 55000 where there was none */
  current(oid: number): Datum;
  /** what this session's last `next` of any gave */
  last(): Datum | undefined;
  set(oid: number, value: bigint, called: boolean): Datum;
  /** what anybody's last `next` gave; null where there was none */
  stored(oid: number): Datum;
}

/** What catalog functions need to know. Names come back unquoted; undefined means there is no such object. */
export interface CatalogQuestions {
  relationByName(schema: string | undefined, name: string): number | undefined;
  relationName(oid: number): { readonly schema: string; readonly name: string; /** its name alone finds it on the search path */ readonly visible: boolean } | undefined;
  schemaByName(name: string): number | undefined;
  schemaName(oid: number): string | undefined;
  roleName(oid: number): string | undefined;
  roleByName(name: string): number | undefined;
  databaseName(oid: number): string | undefined;
  viewDefinition(oid: number): string | undefined;
  indexDefinition(oid: number, column: number): string | undefined;
  constraintDefinition(oid: number, pretty: boolean): string | undefined;
  /** the text of an expression that a catalog row holds */
  expressionText(stored: string, pretty: boolean): string;
  comment(oid: number, classOid: number, subId: number): string | undefined;
  columnName(relation: number, attribute: number): string | undefined;
  columnByName(relation: number, name: string): number | undefined;
  /** OID of the sequence that belongs to a column: SERIAL, IDENTITY or OWNED BY */
  sequenceOf(relation: number, attribute: number): number | undefined;
  /** OID of an enum, or of the row type of a relation (`name`), or of the array of either (`_name`); built-in types are core's affair */
  typeByName(schema: string | undefined, name: string): number | undefined;
  /** where an enum, or the relation of a row type (or the array of either) lies */
  typeSchema(oid: number): { readonly schema: string; readonly visible: boolean } | undefined;
  /** OID of the object that an enum, or the relation that a row type (or the array of either) belongs to */
  typeItem(oid: number): number | undefined;
}

export type Volatility = 'immutable' | 'stable' | 'volatile';

/**
 * A scalar function, named and typed as in `pg_proc` (prosrc names for operators' and casts' functions: `int4pl`, `float8mul`, ...).
 * `evaluate` gets one datum an argument, and the environment last. With `strict` it is never called with a null.
 * It throws SqlError without position; the caller adds it.
 */
export interface FunctionRow {
  /** `name(argtype,argtype)`, with pg_type names: the key the IR refers to */
  readonly id: string;
  readonly name: string;
  /** OIDs; polymorphic pseudo-types as in pg_proc */
  readonly args: readonly number[];
  /** the last argument is VARIADIC: its entry in `args` is the array type; evaluate gets the array */
  readonly variadic?: boolean;
  /** how many trailing arguments may be left out; evaluate then gets fewer */
  readonly defaults?: number;
  /** the arguments' names, for a call by name (`make_interval(secs => 30)`), and what stands for those with defaults, the last ones */
  readonly named?: { readonly names: readonly string[]; readonly defaults: readonly Datum[] };
  readonly result: number;
  readonly strict: boolean;
  readonly volatility: Volatility;
  readonly evaluate: (...args: any[]) => Datum;
  /**
   * Given by functions of "any" and the polymorphic types whose answer depends on what the arguments are (concat, to_jsonb, quote_literal(anyelement), ...):
   * makes the `evaluate` of one call from its argument expressions, of which only their types and the field names of `row`s are looked at.
   * Whoever compiles a call uses `evaluatorOf(row, args)`; where `bind` is present `evaluate` itself may not be called.
   */
  readonly bind?: (args: readonly Scalar[]) => (...args: any[]) => Datum;
  /**
   * JavaScript for the same, given the text of each argument (a side-effect-free name or literal). Only for functions that cannot raise.
   * `int4lt: (a, b) => `(${a} < ${b})``.
   */
  readonly inline?: (...args: string[]) => string;
  /** true where the result never decreases as the arguments grow: lets temporal filters be pushed through */
  readonly monotone?: boolean;
  /** never raises, for any arguments */
  readonly total?: boolean;
}

/** A set-returning function: `evaluate` yields rows, each as long as `columns`. */
export interface TableFunctionRow {
  readonly id: string;
  readonly name: string;
  readonly args: readonly number[];
  readonly variadic?: boolean;
  readonly defaults?: number;
  /** result columns; a single column named as the function for plain SETOF t. Polymorphic types are resolved by the planner. */
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  /** the call says them, in a column definition list (`columns` is empty): `evaluate` gets their names, types and typmods as three arrays behind the arguments */
  readonly needsColumns?: true;
  /** its rows are of the type of the first argument: `evaluate` gets the OID of that behind the arguments */
  readonly needsType?: true;
  readonly strict: boolean;
  readonly volatility: Volatility;
  readonly evaluate: (...args: any[]) => Iterable<readonly Datum[]>;
  /** never raises, for any arguments */
  readonly total?: boolean;
}

/** An operator, as in `pg_operator`: `left` is 0 for a prefix operator. `function` is a FunctionRow.id. */
export interface OperatorRow {
  readonly name: string;
  readonly left: number;
  readonly right: number;
  readonly result: number;
  readonly function: string;
  /** name of the operator with the arguments exchanged, and of its negation, where there is one */
  readonly commutator?: string;
  readonly negator?: string;
}

/** A cast, as in `pg_cast`. `function` is a FunctionRow.id, or 'binary' (relabel) or 'inout' (through text). */
export interface CastRow {
  readonly source: number;
  readonly target: number;
  readonly context: 'implicit' | 'assignment' | 'explicit';
  readonly function: string;
}

/** An aggregate's signature; how it is maintained is the engine's affair (`views/operators/reduce`), keyed by `id`. */
export interface AggregateRow {
  readonly id: string;
  readonly name: string;
  readonly args: readonly number[];
  readonly result: number;
  /** count(*) alone takes no argument */
  readonly star?: boolean;
  /** never raises, for any rows */
  readonly total?: boolean;
}
