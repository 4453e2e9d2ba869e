import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { SeededRandom } from '../../src/core/index.ts';
import { scramVerifier } from '../../src/server/index.ts';
import { RawClient } from './support/raw.ts';
import { serve } from './support/serve.ts';

test.each(['0.0.0.0', '::', '192.0.2.1', 'example.test'])('%s is not served without a password', async (host) => {
  await expect(serve({ host })).rejects.toMatchObject({ code: 'F0000', message: `refusing to listen on ${host} without a password` });
});

test('beyond loopback with a password, or where the operator insists', async () => {
  const users = new Map([['u', await scramVerifier('p', new SeededRandom(1))]]);
  await (await serve({ host: '0.0.0.0', auth: { method: 'scram', users } })).server.close();
  await (await serve({ host: '0.0.0.0', insecure: true })).server.close();
});

test('localhost is 127.0.0.1, and ::1 where there is one', async () => {
  const served = await serve({ host: 'localhost' });
  const client = await RawClient.start(served.port);
  client.end();
  await served.server.close();
});

test('a port in use is one clear sentence', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  for (const host of ['127.0.0.1', 'localhost']) {
    await expect(serve({ host, port })).rejects.toMatchObject({ code: '55006', message: `could not listen on 127.0.0.1:${port}: the port is in use` });
  }
  await new Promise((resolve) => other.close(resolve));
});

test('an address of another machine', async () => {
  await expect(serve({ host: '192.0.2.1', insecure: true })).rejects.toMatchObject({ message: expect.stringContaining('this machine has no such address') });
});

test('a certificate that is none', async () => {
  await expect(serve({ tls: { key: 'x', cert: 'y' } })).rejects.toMatchObject({ code: 'F0000', message: expect.stringContaining('could not use the TLS certificate') });
});

test('closing twice is closing', async () => {
  const { server } = await serve();
  await Promise.all([server.close(), server.close()]);
});
