import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SystemClock } from '../src/core/index.ts';
import { startEmbeddedPostgres } from '../src/cli/demo/embedded-postgres.ts';
import { allFunctions } from '../src/ir/index.ts';
import { whyLeftOut } from '../tests/generated/calls.ts';
import { openArena, REFUSED } from '../tests/generated/comparison.ts';
import { allCalls, QUERIES } from '../tests/generated/history.ts';
import { explain, runSeed, writeScript } from '../tests/generated/run.ts';
import { LEAST_CALLS, LEAST_SHARE, merge, newTally, summary } from '../tests/generated/tally.ts';
import type { Tally } from '../tests/generated/tally.ts';
import { judgeAt } from '../tests/support/judge.ts';

/**
 * `npm run fuzz:sql -- --queries N --seed S --jobs J`: random queries over random histories, compared with Postgres by J processes that take every J-th seed each. Prints what differs as scripts that show it
 * (`--out folder` also writes them there) and, from LONG_RUN queries on, how often each function was called.
 * Fails where something differs, where fewer than 70 % of the queries returned rows, and in a long run where a function was called fewer than 20 times; those that are left out are listed with the reason.
 */
const { values } = parseArgs({ options: { queries: { type: 'string', default: '30000' }, seed: { type: 'string', default: '1' }, jobs: { type: 'string', default: '2' }, found: { type: 'string', default: '20' }, out: { type: 'string' }, port: { type: 'string' } } });
const LONG_RUN = 30_000;
const jobs = Number(values.jobs);

if (values.port === undefined) await wholeRun();
else process.send!(await part(Number(values.port)));

/** One process's part: its own database in the judge of all. */
async function part(port: number): Promise<Tally> {
  const judge = await judgeAt(port);
  const arena = await openArena(judge);
  const tally = newTally();
  try {
    for (let seed = Number(values.seed); tally.queries < Number(values.queries) / jobs && tally.differ < Number(values.found) / jobs; seed += jobs) {
      const { subject, findings } = await runSeed(arena, seed, tally);
      if (tally.queries % 1000 < QUERIES) console.error(`seed ${seed}: ${tally.queries} queries of this part`);
      for (const finding of findings) {
        if (finding.kind === REFUSED) continue;
        tally.differ++;
        const { script, text } = await explain(arena, subject, finding);
        console.log(`\n${writeScript(script, `seed ${seed}: ${text}`)}`);
        if (values.out !== undefined) writeFileSync(`${values.out}/${seed}-${finding.query ?? 's'}.sql`, writeScript(script, `seed ${seed}: ${text}`));
      }
    }
  } finally {
    await arena.close();
    await judge.close();
  }
  return tally;
}

async function wholeRun(): Promise<void> {
  const from = performance.now();
  const postgres = await startEmbeddedPostgres({ clock: new SystemClock() });
  const tally = newTally();
  try {
    const parts = Array.from({ length: jobs }, (_, job) => partOf(postgres.port, job));
    for (const one of await Promise.all(parts)) merge(tally, one);
  } finally {
    await postgres.stop();
  }
  console.log(`${((performance.now() - from) / 1000).toFixed(0)} s; ${summary(tally)}`);
  const enough = functionsCalled(tally);
  process.exitCode = tally.differ > 0 || tally.withRows / tally.queries < LEAST_SHARE || !enough ? 1 : 0;
}

function partOf(port: number, job: number): Promise<Tally> {
  const args = Object.entries({ ...values, seed: String(Number(values.seed) + job), port: String(port) }).map(([name, value]) => `--${name}=${value}`);
  const child = fork(import.meta.filename, args, { serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    child.once('message', (tally) => resolve(tally as Tally));
    child.once('exit', (code) => reject(new Error(`a part ended with code ${code}`)));
  });
}

/** Prints how often each function was called; false where that is too seldom. */
function functionsCalled({ queries, calls }: Tally): boolean {
  const called = (id: string): number => calls.get(id) ?? 0;
  const rare = allCalls.filter((id) => called(id) < LEAST_CALLS);
  console.log(`${allCalls.length} functions, operators, casts, aggregates; fewer than ${LEAST_CALLS} times: ${rare.length}`);
  if (queries < LONG_RUN) return true;
  console.log([...allCalls].sort((a, b) => called(a) - called(b)).map((id) => `${called(id)} ${id}`).join('\n'));
  for (const row of allFunctions) if (whyLeftOut(row) !== undefined) console.log(`left out: ${row.id}: ${whyLeftOut(row)}`);
  if (rare.length > 0) console.log(`too rare: ${rare.join(' ')}`);
  return rare.length === 0;
}
