/** What a run has come to. */
export interface Tally {
  /** queries, each counted once */
  queries: number;
  /** of these, how many returned rows at some time */
  withRows: number;
  comparisons: number;
  /** of these, how many were also compared with exact numbers */
  exact: number;
  /** queries that took too long for either */
  slow: number;
  /** queries that are refused by name */
  refused: number;
  /** and that differ */
  differ: number;
  /** how often each reason to allow a difference applied, */
  readonly licensed: Map<string, number>;
  /** each refusal was met, */
  readonly refusals: Map<string, number>;
  /** and each function, operator, cast, aggregate was called */
  readonly calls: Map<string, number>;
}
export const newTally = (): Tally => ({ queries: 0, withRows: 0, comparisons: 0, exact: 0, slow: 0, refused: 0, differ: 0, licensed: new Map(), refusals: new Map(), calls: new Map() });

export const count = (counts: Map<string, number>, name: string, more = 1): void => void counts.set(name, (counts.get(name) ?? 0) + more);

export function merge(into: Tally, part: Tally): void {
  for (const name of ['queries', 'withRows', 'comparisons', 'exact', 'slow', 'refused', 'differ'] as const) into[name] += part[name];
  for (const name of ['licensed', 'refusals', 'calls'] as const) for (const [key, times] of part[name]) count(into[name], key, times);
}

/** How many of the queries have to return rows, */
export const LEAST_SHARE = 0.7;
/** and how often each function has to be called in a long run. */
export const LEAST_CALLS = 20;

export function summary({ queries, withRows, comparisons, exact, slow, refused, differ, licensed, refusals }: Tally): string {
  const listed = (word: string, counts: ReadonlyMap<string, number>): string => [...counts].map(([name, times]) => `\n  ${word}: ${name}: ${times}`).join('');
  return `${queries} queries, ${comparisons} comparisons, ${exact} of them with exact numbers too; ${((withRows / queries) * 100).toFixed(1)} % of the queries returned rows, ${slow} were too slow, ${refused} refused, ${differ} differ${listed('allowed', licensed)}${listed('refused', refusals)}`;
}
