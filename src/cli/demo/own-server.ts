import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../core/index.ts';
import type { Clock } from '../../core/index.ts';
import { startChild } from './child.ts';
import type { Child, ChildOptions } from './child.ts';

/** A server of our own with its data in a temporary folder; both are gone with us. */
export interface OwnServer {
  readonly pid: number;
  /** Stops the server and keeps its data; `resume` starts it again on the same port. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  restart(): Promise<void>;
  /** Stops the server and removes its folder. */
  stop(): Promise<void>;
}

export interface OwnServerOptions {
  /** what it is called in messages, and, in lower case, in the name of its folder */
  readonly name: string;
  readonly clock: Clock;
  /** gives up starting; what runs is ended first */
  readonly signal: AbortSignal | undefined;
  /** Makes in the folder what the server needs, and says how it is started. */
  prepare(folder: string): Promise<Omit<ChildOptions, 'folder'>>;
  /** Whether it answers now. */
  ready(server: Child): boolean | Promise<boolean>;
}

const START_MS = 60_000;
const LOOK_EVERY_MS = 20;

/** Resolves once the server answers; where it does not within a minute, rejects with what it said. */
export async function startOwnServer(options: OwnServerOptions): Promise<OwnServer> {
  const folder = mkdtempSync(join(tmpdir(), `millrace-${options.name.toLowerCase()}-`));
  try {
    const command = await options.prepare(folder);
    const start = async (): Promise<Child> => {
      const child = startChild({ ...command, folder });
      await untilReady(child, options);
      return child;
    };
    let server = await start();
    const halt = (): Promise<void> => server.stop('keep');
    const resume = async (): Promise<void> => {
      if (!server.running) server = await start();
    };
    return {
      get pid() {
        return server.pid;
      },
      halt, resume,
      async restart() {
        await halt();
        await resume();
      },
      async stop() {
        await server.stop('remove');
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function untilReady(child: Child, { name, clock, signal, ready }: OwnServerOptions): Promise<void> {
  const deadline = clock.monotonic() + START_MS;
  while (!(await ready(child))) {
    if (!child.running) throw new Error(`${name} did not start:\n${child.recentOutput()}`);
    if (clock.monotonic() > deadline || signal?.aborted) {
      await child.stop('remove');
      signal?.throwIfAborted();
      throw new Error(`${name} was not ready within a minute:\n${child.recentOutput()}`);
    }
    await sleep(clock, LOOK_EVERY_MS);
  }
}
