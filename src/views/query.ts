import { SqlError } from '../core/index.ts';
import type { RelationType, RowBatch } from '../core/index.ts';
import type { RelationId } from '../ir/index.ts';
import type { Dataflow } from './dataflow.ts';
import { checkMemory, failureOf } from './limits.ts';
import type { OperatorReport } from './physical.ts';
import type { QueryLimits } from './limits.ts';
import { Collection } from './operators/collection.ts';
import type { Expired } from './operators/operator.ts';
import { ErrorReach, failureOfView } from './outputs/error-reach.ts';
import { ResultReader } from './outputs/result.ts';
import type { ReadPlan } from './outputs/result.ts';
import type { Relations } from './relations.ts';
import type { Symbols } from './state/symbols.ts';

/** A query that was asked: it runs in slices until it is complete, and is then read out. */
export interface QueryRun {
  readonly ready: boolean;
  /** the error that ended it */
  readonly failure: SqlError | undefined;
  /** rows with errors that were left out under ON ERROR = 'skip', by view */
  readonly skipped: readonly { readonly view: string; readonly count: number }[];
  /** its operators, and what each did, where it was metered; known when ready */
  readonly report: readonly OperatorReport[];
  /** the time as of which it answers; known when ready */
  readonly time: number;
  next(maxRows: number): RowBatch | null;
  readonly done: boolean;
  close(): void;
}

/** What a query or a subscription asks of the engine it runs in. */
export interface Surroundings {
  readonly symbols: Symbols;
  /** the last closed tick */
  readonly time: number;
  /** whether the state is in the middle of the tick behind it */
  readonly applying: boolean;
  readonly relations: Relations;
}

/** A one-shot query; see QueryRun. */
export class Query implements QueryRun {
  readonly result: Collection;
  dataflow: Dataflow | undefined;
  failure: SqlError | undefined;
  skipped: readonly { readonly view: string; readonly count: number }[] = [];
  time = 0;
  report: readonly OperatorReport[] = [];
  readonly #engine: Surroundings;
  /** takes the query out of the engine */
  readonly #leave: (query: Query) => void;
  readonly #read: ReadPlan;
  readonly #limits: QueryLimits;
  #reader: ResultReader | undefined;
  #errors: ErrorReach | undefined;
  #begun = false;

  constructor(engine: Surroundings, leave: (query: Query) => void, type: RelationType, read: ReadPlan, limits: QueryLimits) {
    this.#engine = engine;
    this.#leave = leave;
    this.#read = read;
    this.#limits = limits;
    this.result = new Collection(type, engine.symbols);
  }
  begin(dataflow: Dataflow): void {
    this.dataflow = dataflow;
  }
  get ready(): boolean {
    return this.failure !== undefined || this.#reader !== undefined;
  }
  /** whether its answer is there and has not been read to the end */
  get isRead(): boolean {
    return this.#reader?.done === false;
  }
  get done(): boolean {
    return this.#reader?.done ?? true;
  }
  /** Whether it has yet to begin to read a relation. */
  awaits(id: RelationId): boolean {
    return !this.#begun && this.dataflow !== undefined && [...this.dataflow.rendered.reads].includes(id);
  }
  interrupt(): void {
    this.#limits.interrupt();
    checkMemory(this.result.arrangement.byteLength + (this.dataflow?.stateBytes ?? 0), this.#limits.memoryBytes, 'query');
  }
  work(expired: Expired): void {
    const dataflow = this.dataflow!;
    try {
      this.#limits.interrupt();
      if (!this.#begun) {
        for (const id of dataflow.rendered.reads) if (!this.#engine.relations.isHydrated(id)) return;
        this.#begun = true;
      }
      const scanned = dataflow.hydrate(expired);
      if (dataflow.begun) this.#errors ??= new ErrorReach(dataflow.rendered.entries, (id) => this.#engine.relations.erring(id), { ticking: this.#engine.applying });
      if (!scanned || !dataflow.flush(expired)) {
        this.interrupt();
        return;
      }
      if (!this.#errors!.scan(expired)) return;
      this.#failOnErrors(dataflow, this.#errors!);
      this.skipped = this.#errors!.skipped;
      this.time = dataflow.time;
      if (this.#limits.report === true) this.report = dataflow.report();
      this.#reader = new ResultReader(this.result.arrangement, this.#read);
    } catch (error) {
      this.fail(error);
      return;
    }
    this.#end();
  }
  #failOnErrors(dataflow: Dataflow, reach: ErrorReach): void {
    const [own] = dataflow.errors.list(1);
    if (own !== undefined) {
      const { position, detail, hint } = own;
      throw new SqlError(own.code, own.message, { ...(position !== undefined && { position }), ...(detail !== undefined && { detail }), ...(hint !== undefined && { hint }) });
    }
    const { failure } = reach;
    if (failure !== undefined) throw failureOfView(failure, (id) => this.#engine.relations.nameOf(id));
  }
  fail(thrown: unknown): void {
    this.failure = failureOf(thrown);
    this.#end();
  }
  #end(): void {
    this.#errors?.close();
    this.#leave(this);
  }
  next(maxRows: number): RowBatch | null {
    const rows = this.#reader!.next(maxRows);
    if (this.done) this.#end();
    return rows;
  }
  close(): void {
    this.#reader = undefined;
    this.#end();
  }
}
