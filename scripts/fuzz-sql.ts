import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SystemClock } from '../src/core/index.ts';
import { startEmbeddedPostgres } from '../src/cli/demo/embedded-postgres.ts';
import { newTally, openArena } from '../tests/generated/comparison.ts';
import { allCalls } from '../tests/generated/history.ts';
import { explain, runSeed, writeScript } from '../tests/generated/run.ts';
import { judgeAt } from '../tests/support/judge.ts';

/**
 * `npm run fuzz:sql -- --queries N --seed S`: random queries over random histories, compared with Postgres; prints what differs as scripts that show it.
 * Fails where something differs, where fewer than 70 % of the queries returned rows, and where a function appeared fewer than 20 times (from 10,000 queries on).
 */
const { values } = parseArgs({ options: { queries: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' }, found: { type: 'string', default: '20' }, out: { type: 'string' }, raw: { type: 'boolean', default: false } } });
const LEAST_APPEARANCES = 20;
const LEAST_SHARE = 0.7;

const postgres = await startEmbeddedPostgres({ clock: new SystemClock() });
const judge = await judgeAt(postgres.port);
const arena = await openArena(judge);
const tally = newTally();
const counts = new Map<string, number>();
const kinds = new Map<string, number>();
let failed = 0;
const from = performance.now();
try {
  for (let seed = Number(values.seed); tally.queries < Number(values.queries) && failed < Number(values.found); seed++) {
    const { subject, findings } = await runSeed(arena, seed, tally, counts);
    for (const finding of findings) {
      if (finding.kind.endsWith('refused')) {
        kinds.set(finding.text, (kinds.get(finding.text) ?? 0) + 1);
        continue;
      }
      failed++;
      const { script, text } = values.raw ? { script: { setup: [], queries: [finding.query === undefined ? '' : 'raw'], batches: [] }, text: finding.text } : await explain(arena, subject, finding);
      console.log(`\n${writeScript(script, `seed ${seed}: ${text}`)}`);
      if (values.out !== undefined) writeFileSync(`${values.out}/${seed}-${finding.query ?? 's'}.sql`, writeScript(script, `seed ${seed}: ${text}`));
    }
  }
} finally {
  await arena.close();
  await judge.close();
  await postgres.stop();
}
const seconds = (performance.now() - from) / 1000;
const share = tally.withRows / tally.queries;
const rare = allCalls.filter((id) => (counts.get(id) ?? 0) < LEAST_APPEARANCES);
console.log(`${tally.queries} queries in ${seconds.toFixed(0)} s (${(tally.queries / seconds).toFixed(1)} a second), ${tally.comparisons} comparisons, ${(share * 100).toFixed(1)} % returned rows, ${tally.slow} too slow, ${tally.refused} refused, ${failed} differ`);
for (const [name, count] of tally.licensed) console.log(`  allowed: ${name}: ${count}`);
for (const [name, count] of kinds) console.log(`  refused: ${count} x ${name}`);
console.log(`functions, operators, casts, aggregates: ${allCalls.length}; fewer than ${LEAST_APPEARANCES} times: ${rare.length}`);
if (tally.queries >= 10_000) {
  console.log([...allCalls].map((id) => `${id} ${counts.get(id) ?? 0}`).join('\n'));
  if (rare.length > 0) console.log(`too rare: ${rare.join(' ')}`);
}
process.exitCode = failed > 0 || share < LEAST_SHARE || (tally.queries >= 10_000 && rare.length > 0) ? 1 : 0;
