import { SqlError } from '../../core/index.ts';
import type { Random } from '../../core/index.ts';
import { FatalError, protocolViolation } from './errors.ts';
import type { Input } from './input.ts';
import { Backend, BodyReader, Frontend } from './messages.ts';
import type { Output } from './output.ts';
import { MECHANISM, ScramExchange, decoyVerifier, readVerifier } from './scram.ts';

/** Who may connect: anybody, or the named users who prove by SCRAM-SHA-256 that they know their password. */
export type Authentication =
  | { readonly method: 'trust' }
  /** `users`: name to verifier, as `scramVerifier` makes it */
  | { readonly method: 'scram'; readonly users: ReadonlyMap<string, string> };

const OK = 0;
const SASL = 10;
const SASL_CONTINUE = 11;
const SASL_FINAL = 12;

/** As Postgres' PG_MAX_SASL_MESSAGE_LENGTH: nobody has proved anything yet. */
const LONGEST_SASL_MESSAGE_BYTES = 1024;

/** Runs the exchange; returns once the client is who it says (AuthenticationOk is written, not sent). Throws 28P01 otherwise. */
export async function authenticate(
  user: string, authentication: Authentication, serverSecret: Uint8Array, random: Random, input: Input, output: Output, signal: AbortSignal,
): Promise<void> {
  if (authentication.method === 'scram') {
    const text = authentication.users.get(user);
    const verifier = text === undefined ? decoyVerifier(user, serverSecret) : readVerifier(text);
    if (verifier === undefined) throw new FatalError(new SqlError('28P01', `the stored verifier of user "${user}" is not a SCRAM-SHA-256 verifier`));
    await runScram(user, new ScramExchange(verifier, random), input, output, signal);
  }
  writeRequest(output, OK);
}

async function runScram(user: string, exchange: ScramExchange, input: Input, output: Output, signal: AbortSignal): Promise<void> {
  try {
    writeRequest(output, SASL, `${MECHANISM}\0\0`);
    const first = new BodyReader(await passwordMessage(input, output, signal));
    const mechanism = first.cstring();
    if (mechanism !== MECHANISM) throw protocolViolation('client selected an invalid SASL authentication mechanism');
    const length = first.int32();
    writeRequest(output, SASL_CONTINUE, exchange.challenge(length < 0 ? '' : first.bytes(length).toString('utf8')));
    const proof = await passwordMessage(input, output, signal);
    const final = exchange.verify(proof.toString('utf8'));
    if (final === undefined) throw new SqlError('28P01', `password authentication failed for user "${user}"`);
    writeRequest(output, SASL_FINAL, final);
  } catch (error) {
    throw error instanceof SqlError ? new FatalError(error) : error;
  }
}

async function passwordMessage(input: Input, output: Output, signal: AbortSignal): Promise<Buffer> {
  output.flush();
  const { type, body } = await input.message(signal, LONGEST_SASL_MESSAGE_BYTES);
  if (type !== Frontend.password) throw protocolViolation(`expected SASL response, got message type ${type}`);
  return body;
}

function writeRequest(output: Output, request: number, data = ''): void {
  output.begin(Backend.authentication);
  output.int32(request);
  output.bytes(Buffer.from(data));
  output.end();
}
