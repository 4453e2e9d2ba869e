import type { Datum } from '../../core/index.ts';
import type { Relation, RelationId } from '../../ir/index.ts';
import type { ResultColumn } from '../contract.ts';
import type { RowStream } from '../rows.ts';
import type { DatabaseSession, PreparedStatement } from '../session/session.ts';

/** What running a statement gave. */
export interface Outcome {
  readonly tag: string;
  /** the tag is followed by the number of rows sent */
  readonly counts: boolean;
  readonly columns: readonly ResultColumn[] | null;
  readonly rows: RowStream | null;
}

/** A statement being run. */
export interface Execution {
  readonly session: DatabaseSession;
  readonly prepared: PreparedStatement;
  readonly parameters: readonly Datum[];
  /** rows the client asked for first */
  readonly maxRows: number;
  readonly signal: AbortSignal;
  /** rows that the statement has in its hands, for what stands for them in its queries */
  readonly held?: ReadonlyMap<RelationId, Relation>;
}

export const done = (tag: string): Outcome => ({ tag, counts: false, columns: null, rows: null });
