import { createInterface } from 'node:readline';
import { ManualClock, SystemClock, SystemRandom } from '../../src/core/index.ts';
import { openDatabase } from '../../src/database/index.ts';
import { startServer } from '../../src/server/index.ts';

/**
 * A server whose database has a clock that stands still: a process of its own, so that a test can kill it.
 * `node held-server.ts DIRECTORY STARTMS` prints `listening PORT`; then each line on stdin moves the clock on by that many milliseconds and is answered with `now MS`.
 */
const [directory = '', startMs = ''] = process.argv.slice(2);
const log = { error: console.error.bind(console), warn: () => {}, info: () => {}, debug: () => {} };
const clock = new ManualClock(Number(startMs));
const random = new SystemRandom();
const database = await openDatabase({ dataDirectory: directory, clock, random, log, inline: true });
// Sockets live in real time: only the database's time is held.
const server = await startServer({ database, host: '127.0.0.1', port: 0, auth: { method: 'trust' }, clock: new SystemClock(), random, log });
console.log(`listening ${server.address.port}`);
for await (const line of createInterface({ input: process.stdin })) {
  clock.advance(Number(line));
  console.log(`now ${clock.now()}`);
}
await server.close();
await database.close();
