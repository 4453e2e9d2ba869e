import type { Log } from './log.ts';

/**
 * Puts what Node itself warns of into the log, where it would write to the terminal.
 *
 * The Kafka client sets a timer for "throttled until" minus now, with -1 where nothing is throttled: Node runs it after a millisecond, as is meant, and warns once.
 */
export function logNodeWarnings(log: Log): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    const level = warning.name === 'TimeoutNegativeWarning' ? 'debug' : 'warn';
    log[level]({}, `${warning.name}: ${warning.message}`);
  });
}
