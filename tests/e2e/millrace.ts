import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { freePort } from '../../src/cli/demo/ports.ts';
import { projectRoot } from '../support/sources.ts';

/** `millrace start` as a user runs it, on a free port and a folder of its own. */
export interface MillraceProcess {
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** kill -9, and the server anew on the same directory. */
  killAndStart(): Promise<void>;
  /** Ends in order and removes the data. */
  stop(): Promise<void>;
}

export async function startMillrace(): Promise<MillraceProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-e2e-'));
  const port = await freePort();
  let server = await launch(directory, port);
  return {
    url: `postgres://materialize@127.0.0.1:${port}/materialize`,
    port, directory,
    async killAndStart() {
      await end(server, 'SIGKILL');
      server = await launch(directory, port);
    },
    async stop() {
      await end(server, 'SIGTERM');
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const command = (directory: string, port: number): string[] => [join(projectRoot, 'src/cli/main.ts'), 'start', '--port', String(port), '--data', directory, '--log-level', 'error'];

function launch(directory: string, port: number): Promise<ChildProcess> {
  const child = spawn(process.execPath, command(directory, port));
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('millrace is ready')) resolve(child);
    });
    child.once('exit', (code) => reject(new Error(`millrace ended with ${code}:\n${said}`)));
  });
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(late);
      resolve();
    });
    child.kill(signal);
  });
}

/** Runs `millrace start` until it ends by itself: how it refuses. */
export async function refusedStart(directory: string): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, command(directory, await freePort()));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
  return new Promise((resolve) => child.once('exit', (code) => {
    clearTimeout(late);
    resolve({ code, said });
  }));
}

/** Ctrl-C in psql: a connection of its own that names the process and its secret. */
export function cancel(millrace: MillraceProcess, busy: pg.Client): Promise<void> {
  const { processID, secretKey } = busy as unknown as { readonly processID: number; readonly secretKey: number };
  const body = Buffer.alloc(16);
  [16, 80_877_102, processID, secretKey].forEach((word, index) => body.writeInt32BE(word, index * 4));
  return new Promise((resolve, reject) => {
    const socket = connect(millrace.port, '127.0.0.1', () => socket.end(body));
    socket.once('close', () => resolve());
    socket.once('error', reject);
    socket.resume();
  });
}
