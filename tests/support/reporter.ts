import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/**
 * Ends the run with the line that continuous integration reads: `12 passed, 0 failed, 0 skipped`.
 * With CI=true a skipped test is a failure: there nothing may be missing.
 */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: errors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++;
      // A file or suite that broke before its tests ran has failed once.
      const broken = module.errors().length + [...module.children.allSuites()].reduce((sum, suite) => sum + suite.errors().length, 0);
      count.failed += broken;
    }
    const skipped = count.skipped + count.pending;
    const strict = process.env.CI === 'true' && skipped > 0;
    if (strict) {
      process.exitCode = 1;
      console.log(`\nCI=true allows no skipped test, and ${skipped} were skipped`);
    }
    // After whatever the other reporters still write in this turn.
    process.once('exit', () => console.log(`\n${count.passed} passed, ${count.failed} failed, ${skipped} skipped`));
  }
}
