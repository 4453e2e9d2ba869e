import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { SeededRandom, SystemRandom } from '../../src/core/index.ts';
import { scramVerifier } from '../../src/server/index.ts';
import { ScramExchange, decoyVerifier, readVerifier } from '../../src/server/pgwire/scram.ts';
import { startJudge } from '../support/judge.ts';

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** A client by the letter of RFC 5802, section 3. */
function respond(password: string, firstBare: string, serverFirst: string, gs2 = 'n,,'): { final: string; signature: string } {
  const [nonce, salt, iterations] = /^r=(.*),s=(.*),i=(.*)$/.exec(serverFirst)!.slice(1);
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), 32, 'sha256');
  const withoutProof = `c=${Buffer.from(gs2).toString('base64')},r=${nonce}`;
  const message = `${firstBare},${serverFirst},${withoutProof}`;
  const clientKey = hmac(salted, 'Client Key');
  const clientSignature = hmac(createHash('sha256').update(clientKey).digest(), message);
  const proof = clientKey.map((byte, i) => byte ^ clientSignature[i]!);
  return { final: `${withoutProof},p=${Buffer.from(proof).toString('base64')}`, signature: `v=${hmac(hmac(salted, 'Server Key'), message).toString('base64')}` };
}

const exchange = async (password = 'pencil'): Promise<ScramExchange> => new ScramExchange(readVerifier(await scramVerifier(password, new SeededRandom(1)))!, new SystemRandom());

test.each(['n,,', 'y,,'])('%s is answered, and the server proves itself', async (gs2) => {
  const scram = await exchange();
  const first = 'n=*,r=no$nce@`\\';
  const { final, signature } = respond('pencil', first, scram.challenge(gs2 + first), gs2);
  expect(scram.verify(final)).toBe(signature);
});

test('a wrong password', async () => {
  const scram = await exchange();
  expect(scram.verify(respond('pencils', 'n=,r=abc', scram.challenge('n,,n=,r=abc')).final)).toBeUndefined();
});

test.each([
  ['channel binding', 'p=tls-server-end-point,,n=,r=abc', '08P01', 'client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data'],
  ['another identity', 'n,a=root,n=,r=abc', '0A000', 'client uses authorization identity, but it is not supported'],
  ['an extension', 'n,,m=x,n=,r=abc', '0A000', 'client requires an unsupported SCRAM extension'],
  ['no header', 'n=,r=abc', '08P01', 'malformed SCRAM message'],
  ['no nonce', 'n,,n=,r=', '08P01', 'malformed SCRAM message'],
  ['nothing', '', '08P01', 'malformed SCRAM message'],
])('refused at first: %s', async (_name, message, code, text) => {
  const scram = await exchange();
  expect(() => scram.challenge(message)).toThrow(expect.objectContaining({ code, message: text }));
});

test('refused at last: another nonce, another header, no proof, a short one', async () => {
  const start = async (): Promise<{ scram: ScramExchange; final: string }> => {
    const scram = await exchange();
    return { scram, final: respond('pencil', 'n=,r=abc', scram.challenge('n,,n=,r=abc')).final };
  };
  for (const [change, message] of [
    [(final: string) => final.replace(',r=abc', ',r=abd'), 'invalid SCRAM response'],
    [(final: string) => final.replace('c=biws', 'c=eSws'), 'unexpected SCRAM channel-binding attribute in client-final-message'],
    [(final: string) => final.replace(/,p=.*/, ''), 'malformed SCRAM message'],
    [(final: string) => final.replace(/,p=.*/, ',p=YWJj'), 'malformed SCRAM message'],
  ] as const) {
    const { scram, final } = await start();
    expect(() => scram.verify(change(final))).toThrow(message);
  }
});

test('a user that does not exist is shown the same salt each time, and no password fits', () => {
  const secret = new SystemRandom().bytes(32);
  const [one, two] = [decoyVerifier('x', secret), decoyVerifier('x', secret)];
  expect(one.salt).toEqual(two.salt);
  expect(decoyVerifier('y', secret).salt).not.toEqual(one.salt);
  const scram = new ScramExchange(one, new SystemRandom());
  expect(scram.verify(respond('', 'n=,r=a', scram.challenge('n,,n=,r=a')).final)).toBeUndefined();
});

test('a verifier is what Postgres keeps', async () => {
  const judge = await startJudge();
  const role = `scram_${process.pid}`;
  try {
    await judge.query(`set password_encryption = 'scram-sha-256'; create role ${role} password 'pencil'`);
    const stored = (await judge.query(`select rolpassword from pg_authid where rolname = '${role}'`)).rows[0]![0]!;
    const scram = new ScramExchange(readVerifier(stored)!, new SystemRandom());
    const { final, signature } = respond('pencil', 'n=,r=abc', scram.challenge('n,,n=,r=abc'));
    expect(scram.verify(final)).toBe(signature);
    // Postgres takes ours as a verifier, not as a password to be hashed.
    const ours = await scramVerifier('pencil', new SystemRandom());
    await judge.query(`alter role ${role} password '${ours}'`);
    expect((await judge.query(`select rolpassword from pg_authid where rolname = '${role}'`)).rows[0]![0]).toBe(ours);
  } finally {
    await judge.query(`drop role ${role}`);
    await judge.close();
  }
});

test.each(['', 'md5abc', 'SCRAM-SHA-256$4096:salt', 'SCRAM-SHA-256$4096:c2FsdA==$YQ==:YQ=='])('%j is no verifier', (text) => {
  expect(readVerifier(text)).toBeUndefined();
});
