import type { Node, WithClause } from '@pgsql/types';
import type { Column, Field, Notice, SqlType } from '../core/index.ts';
import { SqlError } from '../core/index.ts';
import type { Relation } from '../ir/index.ts';
import type { PlanContext } from './context.ts';
import type { WritingPart, WritingPlan } from './plan.ts';
import type { Around } from './resolve/with.ts';
import type { ColumnId, Expr } from './resolve/typed.ts';
import { Written } from './written.ts';

/** The planning of one statement: its text, its surroundings, and the names given out so far. */
export class Planning {
  readonly sql: string;
  readonly context: PlanContext;
  /** oids of the relations read, in the order met */
  readonly dependsOn = new Set<number>();
  /** oids of the primary keys without which a grouping would not determine what is read of it */
  readonly keysUsed = new Set<number>();
  readonly notices: Notice[] = [];
  #columns = 0;
  #locals = 0;
  /** of columns of stored relations: which column of which */
  readonly columnOrigins = new Map<ColumnId, { readonly relation: number; readonly column: number }>();
  /** what a column is called in messages: `t.a` */
  readonly columnLabels = new Map<ColumnId, string>();
  /** columns that are a string or NULL literal whose type is still open: what they are, for the one who decides */
  readonly unknownColumns = new Map<ColumnId, Expr>();
  /** the fields of row types that are read of values: by OID of the relation or type */
  readonly fieldsRead = new Map<number, Set<number>>();
  /** the fields of columns that are records */
  readonly recordShapes = new Map<ColumnId, readonly Field[]>();
  /** columns of USING that are computed of both sides: the first that each is made of */
  readonly mergedColumns = new Map<ColumnId, ColumnId>();
  /** where the expression of an output column stands */
  readonly targetPositions = new Map<ColumnId, number>();
  /** columns of the shared results that references name */
  readonly localTypes = new Map<string, readonly Column[]>();
  /** the temporal filters the statement itself writes: not those of the views it reads */
  readonly windows: Extract<Relation, { op: 'temporalFilter' }>[] = [];
  /** the WITH clause that may hold statements that write, who plans them, and those met; undefined where none may be */
  writes: { readonly clause: WithClause; readonly parts: WritingPart[]; plan(node: Node, around: Around): WritingPlan } | undefined;
  /** how the text names what it reads */
  readonly written = new Written();
  readonly #ascii: boolean;

  constructor(sql: string, context: PlanContext) {
    this.sql = sql;
    this.context = context;
    // oxlint-disable-next-line no-control-regex
    this.#ascii = /^[\x00-\x7f]*$/.test(sql);
  }

  newColumn(label = ''): ColumnId {
    const id = ++this.#columns;
    if (label !== '') this.columnLabels.set(id, label);
    return id;
  }

  newLocal(stem: string): string {
    return `${stem}${++this.#locals}`;
  }

  /** The 1-based character position of a parse node's `location`: a UTF-8 byte offset, left out when 0, -1 when unknown. */
  at(location: number | undefined): number | undefined {
    const offset = location ?? 0;
    if (offset < 0) return undefined;
    if (this.#ascii) return offset + 1;
    return [...Buffer.from(this.sql, 'utf8').subarray(0, offset).toString('utf8')].length + 1;
  }

  error(code: string, message: string, position: number | undefined, fields: { readonly hint?: string; readonly detail?: string } = {}): SqlError {
    return new SqlError(code, message, { ...fields, ...(position !== undefined && { position }) });
  }

  parameterType(index: number): SqlType | undefined {
    return this.context.parameterTypes[index - 1];
  }
}
