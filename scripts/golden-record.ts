import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { SystemClock } from '../src/core/index.ts';
import { startEmbeddedPostgres } from '../src/cli/demo/embedded-postgres.ts';
import { judgeRunner } from '../tests/support/judge-runner.ts';
import { judgeAt } from '../tests/support/judge.ts';
import { parseGolden, recordGolden, writeGolden } from '../tests/support/slt.ts';

/** `npm run golden:record [files]`: writes what Postgres answers into the golden files (all of tests/golden by default). Read the diff. */
const files = process.argv.length > 2 ? process.argv.slice(2) : globSync('tests/golden/*.slt');
const postgres = await startEmbeddedPostgres({ clock: new SystemClock() });
try {
  for (const file of files) {
    const judge = await judgeAt(postgres.port);
    const records = await recordGolden(parseGolden(readFileSync(file, 'utf8')), judgeRunner(judge));
    writeFileSync(file, writeGolden(records));
    console.log(`${file}: ${records.length} records`);
    await judge.close();
  }
} finally {
  await postgres.stop();
}
