#!/usr/bin/env node
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  // Not before: an older Node would stop at something in them that it does not know.
  const { reportFailure } = await import('./failure.ts');
  const { buildProgram } = await import('./program.ts');
  try {
    await buildProgram().parseAsync();
  } catch (error) {
    reportFailure(error);
  }
} else {
  console.error(problem);
  process.exitCode = 1;
}
