import { writeFileSync } from 'node:fs';
import { SystemClock } from '../src/core/index.ts';
import { startEmbeddedPostgres } from '../src/cli/demo/embedded-postgres.ts';
import { coverageDocument, measureCoverage } from '../tests/functions/coverage.ts';
import { judgeAt } from '../tests/support/judge.ts';

/** `npm run docs:functions`: writes docs/functions.md, what we have of Postgres' functions, operators, casts and aggregates. */
const postgres = await startEmbeddedPostgres({ clock: new SystemClock() });
try {
  const judge = await judgeAt(postgres.port);
  const coverage = await measureCoverage(judge).finally(() => judge.close());
  writeFileSync('docs/functions.md', coverageDocument(coverage));
  console.log(`docs/functions.md: ${(coverage.share * 100).toFixed(2)} % of ${coverage.there.length + coverage.refused.length} signatures`);
} finally {
  await postgres.stop();
}
