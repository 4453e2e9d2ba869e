import { Coverage, events, operators, shapes } from '../../laws/support/coverage.ts';
import { drawCase, explain, incremental, verdict } from '../../laws/support/laws.ts';

/** Cases of the law that a view is what its query gives: as many as fill every cell of the coverage table three times and more. */
const CASES = 250;

/** The operators of the engine × what befell the rows under them: cases in which the law held. */
export function operatorMatrix(cases = CASES): { readonly table: string; readonly empty: readonly string[]; readonly wrong: readonly string[] } {
  const coverage = new Coverage();
  const wrong: string[] = [];
  for (let seed = 1; seed <= cases; seed++) {
    const subject = drawCase(seed);
    if (verdict(incremental, subject) === undefined) coverage.add(subject);
    else wrong.push(explain(incremental, subject));
  }
  const empty = operators.flatMap((operator) => events.flatMap((event) => shapes.flatMap((shape) => (coverage.count(operator, event, shape) === 0 ? [`${operator}, ${event}, ${shape}`] : []))));
  return { table: coverage.table, empty, wrong };
}
