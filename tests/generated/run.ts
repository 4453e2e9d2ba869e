import { Draw } from '../laws/support/random.ts';
import { compareScript } from './comparison.ts';
import type { Arena, Finding, Script, Tally } from './comparison.ts';
import { drawCase } from './history.ts';
import type { Case } from './history.ts';
import { newTally } from './comparison.ts';
import { shrink } from './shrink.ts';
import { callsIn, print } from './tree.ts';

export const scriptOf = ({ setup, queries, batches }: Case): Script => ({ setup, queries: queries.map(print), batches });

/** One seed: its case compared; what is found. */
export async function runSeed(arena: Arena, seed: number, tally: Tally, counts: Map<string, number>): Promise<{ readonly subject: Case; readonly findings: readonly Finding[] }> {
  const subject = drawCase(new Draw(seed), seed);
  for (const query of subject.queries) for (const id of callsIn(query)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return { subject, findings: await compareScript(arena, scriptOf(subject), tally) };
}

/** The smallest case that shows the same kind of difference, and what it shows. */
export async function explain(arena: Arena, subject: Case, finding: Finding): Promise<{ readonly script: Script; readonly text: string }> {
  const alone: Case = finding.query === undefined ? { ...subject, queries: [] } : { ...subject, queries: [subject.queries[finding.query]!] };
  const same = async (candidate: Case): Promise<string | undefined> => (await compareScript(arena, scriptOf(candidate), newTally())).find(({ kind }) => kind === finding.kind)?.text;
  if (await same(alone) === undefined) return { script: scriptOf(subject), text: `${finding.text}\n(not alone: shown with all the queries of its case)` };
  const smallest = await shrink(alone, async (candidate) => (await same(candidate)) !== undefined);
  return { script: scriptOf(smallest), text: (await same(smallest)) ?? finding.text };
}

/** As a file of the corpus: what creates, then `-- query` and queries, then `-- batch` and what changes rows. */
export const writeScript = ({ setup, queries, batches }: Script, comment: string): string =>
  [...comment.split('\n').map((line) => `-- ${line}`), ...setup.map(ended), ...queries.flatMap((sql) => ['-- query', ended(sql)]), ...batches.flatMap((batch) => ['-- batch', ...batch.map(ended)])].join('\n') + '\n';
const ended = (sql: string): string => `${sql};`;

export function readScript(text: string): Script {
  const script: { setup: string[]; queries: string[]; batches: string[][] } = { setup: [], queries: [], batches: [] };
  let into = script.setup;
  for (const line of text.split(/;\n|(?<=^--.*)\n/m)) {
    const comment = /^-- (query|batch)$/.exec(line.trim())?.[1];
    if (comment === 'query') into = script.queries;
    else if (comment === 'batch') script.batches.push(into = []);
    else if (line.trim() !== '' && !line.startsWith('--')) into.push(line.trim());
  }
  return script;
}
