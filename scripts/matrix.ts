import { SystemClock } from '../src/core/index.ts';
import { startEmbeddedPostgres } from '../src/cli/demo/embedded-postgres.ts';
import { emptyCells, measureMatrix } from '../tests/functions/matrix/matrix.ts';
import { matrixTable } from '../tests/functions/matrix/print.ts';
import { matrixRows } from '../tests/functions/matrix/rows.ts';
import { openJudgedPair } from '../tests/functions/matrix/pair.ts';
import { operatorMatrix } from '../tests/functions/matrix/operators.ts';
import { judgeAt } from '../tests/support/judge.ts';

/**
 * `npm run matrix [-- pattern]`: each function, operator, cast, aggregate and construct × plain, NULL, boundary, error, every call compared with Postgres; each operator of the engine × insert, update,
 * delete, duplicate, late. Fails on an empty cell, and where an answer is not Postgres'.
 */
const pattern = new RegExp(process.argv[2] ?? '');
const postgres = await startEmbeddedPostgres({ clock: new SystemClock() });
try {
  const judge = await judgeAt(postgres.port);
  const ours = await openJudgedPair(judge);
  const matrix = await measureMatrix(ours, judge, matrixRows.filter(({ id }) => pattern.test(id))).finally(async () => {
    await ours.close();
    await judge.close();
  });
  const operators = operatorMatrix();
  console.log(matrixTable(matrix));
  console.log(`\n${operators.table}`);
  for (const { statement, ours: mine, theirs } of matrix.disagreements) console.log(`\ndiffers: ${statement}\n  ours     ${mine}\n  Postgres ${theirs}`);
  const empty = [...emptyCells(matrix), ...operators.empty];
  for (const cell of empty) console.log(`empty: ${cell}`);
  const wrong = matrix.disagreements.length + operators.wrong.length;
  for (const text of operators.wrong) console.log(text);
  console.log(`${empty.length} empty cells, ${wrong} differences`);
  process.exitCode = empty.length + wrong > 0 ? 1 : 0;
} finally {
  await postgres.stop();
}
