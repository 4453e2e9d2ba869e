import type { Datum, SqlType } from '../core/index.ts';

/** Where in the statement's text something stands: 1-based, in characters. */
export type Position = number;

/**
 * An expression over the columns of one row. Plain data: it crosses threads and is compared structurally.
 * SQL's three-valued logic throughout; `call` applies the strictness its function declares.
 * Evaluation is lazy exactly where Postgres' is: `case`, `coalesce`, and `and`/`or` from left to right.
 */
export type Scalar =
  /** column `index` of the input row */
  | { readonly op: 'column'; readonly index: number; readonly type: SqlType }
  | { readonly op: 'literal'; readonly value: Datum; readonly type: SqlType }
  /** parameter `$index` (1-based) of a prepared statement; replaced by a literal before rendering */
  | { readonly op: 'parameter'; readonly index: number; readonly type: SqlType }
  /** the time of the tick, as numeric milliseconds / mz_timestamp / timestamptz by `type`; replaced by a literal in one-shot queries, in views legal only where a temporal filter was made of it */
  | { readonly op: 'currentTime'; readonly type: SqlType; readonly position?: Position }
  /** `function` is a FunctionRow.id; `type` the result with polymorphism resolved */
  | { readonly op: 'call'; readonly function: string; readonly args: readonly Scalar[]; readonly type: SqlType; readonly position?: Position }
  | { readonly op: 'and' | 'or'; readonly args: readonly Scalar[]; readonly type: SqlType }
  | { readonly op: 'not' | 'isNull' | 'isTrue' | 'isFalse'; readonly arg: Scalar; readonly type: SqlType }
  /** IS NOT DISTINCT FROM under the type's default equality */
  | { readonly op: 'same'; readonly left: Scalar; readonly right: Scalar; readonly type: SqlType }
  | { readonly op: 'case'; readonly branches: readonly { readonly when: Scalar; readonly then: Scalar }[]; readonly otherwise: Scalar; readonly type: SqlType }
  | { readonly op: 'coalesce'; readonly args: readonly Scalar[]; readonly type: SqlType }
  /** NULLIF under the equality function `function` */
  | { readonly op: 'nullIf'; readonly function: string; readonly left: Scalar; readonly right: Scalar; readonly type: SqlType; readonly position?: Position }
  | { readonly op: 'greatest' | 'least'; readonly args: readonly Scalar[]; readonly type: SqlType }
  | { readonly op: 'array'; readonly elements: readonly Scalar[]; /** ARRAY[[...], [...]]: the elements are arrays of one dimension less */ readonly nested: boolean; readonly type: SqlType }
  | { readonly op: 'row'; readonly fields: readonly Scalar[]; readonly names: readonly string[]; readonly type: SqlType }
  /** field `index` of a record */
  | { readonly op: 'field'; readonly arg: Scalar; readonly index: number; readonly type: SqlType }
  /** `arg[i][j]...`, a slice where `upper` is given; null bound = omitted */
  | { readonly op: 'subscript'; readonly arg: Scalar; readonly lower: readonly (Scalar | null)[]; readonly upper?: readonly (Scalar | null)[]; readonly type: SqlType; readonly position?: Position }
  /** `left op ANY/ALL (array)`; `function` compares (left, element) and returns boolean */
  | { readonly op: 'anyOf' | 'allOf'; readonly function: string; readonly left: Scalar; readonly array: Scalar; readonly type: SqlType; readonly position?: Position }
  /** change of typmod only: length coercion of varchar(n), numeric(p,s), ... (`explicit` truncates, assignment raises 22001) */
  | { readonly op: 'coerceTypmod'; readonly arg: Scalar; readonly explicit: boolean; readonly type: SqlType; readonly position?: Position }
  /** text form to value (`typinput`) and back (`typoutput`): casts without a function of their own */
  | { readonly op: 'fromText' | 'toText'; readonly arg: Scalar; readonly type: SqlType; readonly position?: Position }
  /** the same words read as another type (varchar as text, oid as regclass, ...) */
  | { readonly op: 'relabel'; readonly arg: Scalar; readonly type: SqlType }
  /** the value of `arg`, or NULL where evaluating it raises */
  | { readonly op: 'orNull'; readonly arg: Scalar; readonly type: SqlType }
  /** raises when evaluated */
  | { readonly op: 'raise'; readonly code: string; readonly message: string; readonly type: SqlType; readonly position?: Position };
