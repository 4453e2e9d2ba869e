import { Draw } from '../laws/support/random.ts';
import { compareScript } from './comparison.ts';
import type { Arena, Finding, Script } from './comparison.ts';
import { rowsBehind } from './exact.ts';
import { drawCase } from './history.ts';
import type { Case } from './history.ts';
import { shrink } from './shrink.ts';
import { count, newTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { callsIn, print } from './tree.ts';

export const scriptOf = ({ setup, queries, batches }: Case): Script => ({ setup, queries: queries.map(print), behind: queries.map(rowsBehind), batches });

/** One seed: its case compared; what is found. */
export async function runSeed(arena: Arena, seed: number, tally: Tally): Promise<{ readonly subject: Case; readonly findings: readonly Finding[] }> {
  const subject = drawCase(new Draw(seed), seed);
  for (const query of subject.queries) for (const id of callsIn(query)) count(tally.calls, id);
  return { subject, findings: await compareScript(arena, scriptOf(subject), tally, 'once') };
}

/** The smallest case that shows the same kind of difference, and what it shows. */
export async function explain(arena: Arena, subject: Case, finding: Finding): Promise<{ readonly script: Script; readonly text: string }> {
  const alone: Case = finding.query === undefined ? { ...subject, queries: [] } : { ...subject, queries: [subject.queries[finding.query]!] };
  const same = async (candidate: Case): Promise<string | undefined> => (await compareScript(arena, scriptOf(candidate), newTally())).find(({ kind }) => kind === finding.kind)?.text;
  if (await same(alone) === undefined) return { script: scriptOf(subject), text: `${finding.text}\n(not alone: shown with all the queries of its case)` };
  const smallest = await shrink(alone, async (candidate) => (await same(candidate)) !== undefined);
  return { script: scriptOf(smallest), text: (await same(smallest)) ?? finding.text };
}

/** As a file of the corpus: what creates, then `-- query` and queries, each with `-- behind` and what asks for the rows behind its aggregates where those have exact values, then `-- batch` and what changes rows. */
export const writeScript = ({ setup, queries, behind = [], batches }: Script, comment: string): string =>
  [...comment.split('\n').map((line) => `-- ${line}`), ...setup.map(ended), ...queries.flatMap((sql, index) => ['-- query', ended(sql), ...(behind[index] === undefined ? [] : ['-- behind', ended(behind[index])])]), ...batches.flatMap((batch) => ['-- batch', ...batch.map(ended)])].join('\n') + '\n';
const ended = (sql: string): string => `${sql};`;

export function readScript(text: string): Script {
  const script: { setup: string[]; queries: string[]; behind: (string | undefined)[]; batches: string[][] } = { setup: [], queries: [], behind: [], batches: [] };
  let into: (string | undefined)[] = script.setup;
  for (const line of text.split(/;\n|(?<=^--.*)\n/m)) {
    const comment = /^-- (query|behind|batch)$/.exec(line.trim())?.[1];
    if (comment === 'query') into = script.queries;
    else if (comment === 'behind') into = script.behind;
    else if (comment === 'batch') script.batches.push(into = []);
    else if (line.trim() !== '' && !line.startsWith('--')) {
      if (into === script.behind) script.behind[script.queries.length - 1] = line.trim();
      else into.push(line.trim());
    }
  }
  return script;
}
