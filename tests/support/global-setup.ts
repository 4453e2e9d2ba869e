import { createServer } from 'node:net';
import { SystemClock } from '../../src/core/index.ts';
import { startEmbeddedPostgres } from '../../src/cli/demo/embedded-postgres.ts';
import type { EmbeddedPostgres } from '../../src/cli/demo/embedded-postgres.ts';

/** One judge for the run, started when a test file first asks on this door; a run that asks nothing pays nothing. */
export default async function setup(): Promise<() => Promise<void>> {
  let judge: Promise<EmbeddedPostgres> | undefined;
  const door = createServer((socket) => {
    socket.on('error', () => {});
    judge ??= startEmbeddedPostgres({ clock: new SystemClock() });
    judge.then(({ port }) => socket.end(String(port)), (error: unknown) => socket.end(String(error)));
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const address = door.address();
  process.env.MILLRACE_TEST_JUDGE = String(typeof address === 'object' && address ? address.port : '');
  return async () => {
    door.close();
    await judge?.then((server) => server.stop(), () => {});
  };
}
