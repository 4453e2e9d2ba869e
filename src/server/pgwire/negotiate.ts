import { once } from 'node:events';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { SecureContext } from 'node:tls';
import { protocolViolation } from './errors.ts';
import { Input } from './input.ts';
import { LONGEST_STARTUP_PACKET_BYTES, readStartupPacket } from './startup.ts';
import type { StartupPacket } from './startup.ts';

/** What a new socket turned out to carry. */
export type Opening =
  | { readonly kind: 'http'; readonly socket: Socket; readonly ahead: Buffer }
  | { readonly kind: 'cancel'; readonly socket: Socket; readonly pid: number; readonly secret: Buffer }
  | { readonly kind: 'startup'; readonly socket: Socket; readonly input: Input; readonly packet: StartupPacket & { kind: 'startup' } };

const TLS_HANDSHAKE = 0x16;
const isUpperLetter = (byte: number): boolean => byte >= 65 && byte <= 90;

/**
 * Finds out what speaks on `socket`, from its first bytes: an HTTP method, a TLS handshake (direct TLS, where `secure` is
 * given), or a Postgres packet, whose requests for encryption are answered until one of another kind comes
 * (manual, "SSL Session Encryption"). `onInputEnd` is called when the client of the socket in the result closes its side.
 */
export async function openConversation(plain: Socket, secure: SecureContext | undefined, onInputEnd: () => void, signal: AbortSignal): Promise<Opening> {
  let socket = plain;
  let input = new Input(socket, onInputEnd);
  let encrypted = false;
  for (;;) {
    const first = (await input.peek(1, signal))[0]!;
    if (isUpperLetter(first)) return { kind: 'http', socket, ahead: input.detach() };
    if (first === TLS_HANDSHAKE && secure && !encrypted) {
      ({ socket, input } = await encrypt(socket, input, secure, onInputEnd, signal));
      encrypted = true;
      continue;
    }
    const packet = await readPacket(input, signal);
    if (packet.kind === 'cancel') return { ...packet, socket };
    if (packet.kind === 'startup') return { kind: 'startup', socket, input, packet };
    const accept = packet.kind === 'ssl' && secure !== undefined && !encrypted;
    // Bytes sent before the handshake could be somebody else's (CVE-2021-23222).
    if (accept && input.buffered > 0) throw protocolViolation('received unencrypted data after SSL request', 'This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.');
    socket.write(accept ? 'S' : 'N');
    if (!accept) continue;
    ({ socket, input } = await encrypt(socket, input, secure, onInputEnd, signal));
    encrypted = true;
  }
}

async function readPacket(input: Input, signal: AbortSignal): Promise<StartupPacket> {
  const length = (await input.peek(4, signal)).readInt32BE(0);
  if (length < 8 || length > LONGEST_STARTUP_PACKET_BYTES) throw protocolViolation('invalid length of startup packet');
  return readStartupPacket((await input.read(length, signal)).subarray(4));
}

async function encrypt(plain: Socket, before: Input, secureContext: SecureContext, onInputEnd: () => void, signal: AbortSignal): Promise<{ socket: Socket; input: Input }> {
  const ahead = before.detach();
  if (ahead.length > 0) plain.unshift(ahead);
  const socket = new TLSSocket(plain, { isServer: true, secureContext, ALPNProtocols: ['postgresql', 'http/1.1'] });
  // An error of the socket is followed by its 'close', which is what everybody listens to.
  socket.on('error', () => undefined);
  await once(socket, 'secure', { signal });
  return { socket, input: new Input(socket, onInputEnd) };
}
