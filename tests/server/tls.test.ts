import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { SystemRandom } from '../../src/core/index.ts';
import { scramVerifier } from '../../src/server/index.ts';
import { psql, psqlMissing } from './support/psql.ts';
import { RawClient, frontend as f } from './support/raw.ts';
import { serve } from './support/serve.ts';
import type { Served } from './support/serve.ts';

const opensslMissing = spawnSync('openssl', ['version']).status !== 0;

describe.skipIf(opensslMissing)('TLS', () => {
  let served: Served;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-tls-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', '/CN=localhost'], { stdio: 'ignore' });
    served = await serve({
      tls: { key: readFileSync(keyFile), cert: readFileSync(certFile) },
      auth: { method: 'scram', users: new Map([['materialize', await scramVerifier('geheim', new SystemRandom())]]) },
    });
  });
  afterAll(async () => {
    await served.server.close();
    rmSync(folder, { recursive: true });
    expect(served.errors).toEqual([]);
  });

  const server = (): { host: string; port: number } => ({ host: '127.0.0.1', port: served.port });

  test.skipIf(psqlMissing)('psql', async () => {
    const run = await psql(served.port, ['-Atc', 'rows 1'], { env: { PGPASSWORD: 'geheim', PGSSLMODE: 'require' } });
    expect(run).toEqual({ code: 0, err: '', out: '1|row 1\n' });
  });

  test('node-postgres, and an answer of many packets', async () => {
    const client = new pg.Client({ ...server(), user: 'materialize', password: 'geheim', database: 'materialize', ssl: { rejectUnauthorized: false } });
    await client.connect();
    expect((await client.query('rows 20000')).rowCount).toBe(20000);
    await client.end();
  });

  test('direct TLS, without asking first', async () => {
    const socket = connect({ ...server(), rejectUnauthorized: false, ALPNProtocols: ['postgresql'] });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.alpnProtocol).toBe('postgresql');
    socket.write(f.startup());
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    expect(answer.toString()).toContain('SCRAM-SHA-256');
    socket.destroy();
  });

  test('HTTPS on the same port', async () => {
    const status = await new Promise((resolve, reject) => get({ ...server(), path: '/health', rejectUnauthorized: false, agent: false }, (response) => resolve(response.resume().statusCode)).on('error', reject));
    expect(status).toBe(200);
  });

  test('plain text is still served to who does not ask', async () => {
    const client = await RawClient.open(served.port);
    client.send(f.startup());
    expect((await client.until('Authentication'))[0]).toBe('Authentication(10 SCRAM-SHA-256||)');
    client.end();
  });

  test('bytes sent ahead of the handshake are refused', async () => {
    const client = await RawClient.open(served.port);
    client.send(f.ssl(), f.startup());
    expect((await client.rest())[0]).toContain('FATAL 08P01 received unencrypted data after SSL request');
    client.end();
  });

  test('a handshake that fails ends its own connection only', async () => {
    const client = await RawClient.open(served.port);
    client.send(f.ssl());
    expect(await client.byte()).toBe('S');
    client.send(Buffer.from('this is no handshake at all, not in the least'));
    await client.rest();
    client.end();
    const again = await RawClient.open(served.port);
    again.send(f.startup());
    await again.until('Authentication');
    again.end();
  });
});
