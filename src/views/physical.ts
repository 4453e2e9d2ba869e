import type { Aggregate, RelationId, Scalar } from '../ir/index.ts';
import { explainScalar } from '../ir/index.ts';
import type { Sink, Stateful } from './operators/operator.ts';

/** What an operator has done: rows that it emitted, and the time spent in it alone. Only where it is metered. */
export interface Measured {
  rows: number;
  ms: number;
}

/** An index by which an operator finds rows of an input, and who else holds it: it is there once for all of them. */
export interface IndexUse {
  /** the relation whose rows are read where they lie; absent where the input is arranged for this operator alone */
  readonly relation?: RelationId;
  readonly input: number;
  readonly columns: readonly number[];
  /** indexes of the catalog, as the catalog knows them */
  readonly named: readonly string[];
  /** it is that of a key of the table */
  readonly key: boolean;
  /** other joins, of any dataflow */
  readonly joins: number;
}

/** An operator as it was rendered. */
export interface Operator {
  readonly text: string;
  /** the relation it reads */
  readonly relation?: RelationId;
  readonly inputs: readonly Operator[];
  readonly state?: Pick<Stateful, 'stateRows' | 'stateBytes'>;
  readonly uses?: () => readonly IndexUse[];
  readonly measured: Measured;
}

/** An operator as EXPLAIN shows it; `depth` below the output. */
export interface OperatorReport {
  readonly depth: number;
  readonly text: string;
  readonly relation?: RelationId;
  readonly uses: readonly IndexUse[];
  /** what it keeps; absent where it keeps nothing of its own */
  readonly state?: { readonly rows: number; readonly bytes: number };
  readonly measured: Measured;
}

/** The operators from the output down; one that several read is described where it is read first, and named in the other places. */
export function reportOf(output: Operator): readonly OperatorReport[] {
  const reports: OperatorReport[] = [];
  const seen = new Set<Operator>();
  const visit = (operator: Operator, depth: number): void => {
    const { text, relation, inputs, state, uses, measured } = operator;
    const common = { depth, ...(relation !== undefined && { relation }) };
    if (seen.has(operator)) {
      reports.push({ ...common, text: `${text} (the same as above)`, uses: [], measured: { rows: 0, ms: 0 } });
      return;
    }
    seen.add(operator);
    reports.push({ ...common, text, uses: uses?.() ?? [], ...(state && { state: { rows: state.stateRows, bytes: state.stateBytes } }), measured: { ...measured } });
    for (const input of inputs) visit(input, depth + 1);
  };
  visit(output, 0);
  return reports;
}

/**
 * Measures the operators of one dataflow: time goes to the operator that runs, and not to those that it pushes to. Its sinks stand between operators, so a dataflow without a meter
 * runs as if there were none.
 */
export class Meter {
  readonly #now: () => number;
  #current: Measured | undefined;
  #since = 0;

  /** `now`: milliseconds, from any beginning */
  constructor(now: () => number) {
    this.#now = now;
  }
  #turnTo(measured: Measured | undefined): Measured | undefined {
    const before = this.#current;
    const now = this.#now();
    if (before !== undefined) before.ms += now - this.#since;
    this.#current = measured;
    this.#since = now;
    return before;
  }
  run<T>(measured: Measured | undefined, act: () => T): T {
    const before = this.#turnTo(measured);
    try {
      return act();
    } finally {
      this.#turnTo(before);
    }
  }
  /** The sink as one that is told of rows that `from` emits; absent: of rows that are counted elsewhere. */
  sink(sink: Sink, from: Measured | undefined, into: Measured | undefined): Sink {
    return {
      push: (I, F, b, w) => {
        if (from !== undefined) from.rows += Math.abs(w);
        const before = this.#turnTo(into);
        try {
          sink.push(I, F, b, w);
        } finally {
          this.#turnTo(before);
        }
      },
    };
  }
}

const list = (scalars: readonly Scalar[]): string => scalars.map(explainScalar).join(', ');

export const mapText = (filters: readonly Scalar[], outputs: readonly Scalar[] | null): string =>
  [filters.length === 0 ? '' : `Filter ${filters.map(explainScalar).join(' AND ')}`, outputs === null ? '' : `Map (${list(outputs)})`].filter((part) => part !== '').join(', ') || 'Map';

export function reduceText(by: readonly Scalar[], aggregates: readonly Aggregate[]): string {
  const calls = aggregates.map(({ function: id, args, distinct }) => `${id.slice(0, id.indexOf('('))}(${distinct ? 'distinct ' : ''}${id.endsWith('(*)') ? '*' : list(args)})`);
  return `Reduce by (${list(by)})${calls.length === 0 ? '' : ` aggregates (${calls.join(', ')})`}`;
}
