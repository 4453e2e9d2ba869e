import { SqlError, notSupported } from '../../core/index.ts';
import { FatalError, protocolViolation } from './errors.ts';
import { decodeUtf8 } from './utf8.ts';

/** As Postgres' MAX_STARTUP_PACKET_LENGTH. */
export const LONGEST_STARTUP_PACKET_BYTES = 10_000;

const CANCEL_REQUEST = 80877102;
const SSL_REQUEST = 80877103;
const GSSENC_REQUEST = 80877104;
/** The version spoken here: 3.0. */
export const PROTOCOL_VERSION = 3 << 16;

/** The first packet of a connection (manual, "Start-up" and "Message Formats"). */
export type StartupPacket =
  | { readonly kind: 'ssl' }
  | { readonly kind: 'gssenc' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: Buffer }
  | {
      readonly kind: 'startup';
      readonly user: string;
      readonly database: string;
      readonly settings: ReadonlyMap<string, string>;
      /** the client asked for a later minor version, or for these protocol options: NegotiateProtocolVersion tells what it gets */
      readonly negotiate?: { readonly unknownOptions: readonly string[] };
    };

/** `body` is the packet without its length word. */
export function readStartupPacket(body: Buffer): StartupPacket {
  const version = body.readInt32BE(0);
  if (version === SSL_REQUEST) return { kind: 'ssl' };
  if (version === GSSENC_REQUEST) return { kind: 'gssenc' };
  if (version === CANCEL_REQUEST) {
    if (body.length < 12) throw protocolViolation('invalid length of startup packet');
    return { kind: 'cancel', pid: body.readInt32BE(4), secret: body.subarray(8) };
  }
  const major = version >> 16;
  const minor = version & 0xffff;
  if (major !== 3) {
    throw new FatalError(new SqlError('0A000', `unsupported frontend protocol ${major}.${minor}: server supports 3.0 to 3.0`));
  }
  const parameters = readParameters(body.subarray(4));
  const unknownOptions = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
  const user = parameters.get('user') ?? '';
  if (user === '') throw new FatalError(new SqlError('28000', 'no PostgreSQL user name specified in startup packet'));
  refuseReplication(parameters.get('replication'));
  return {
    kind: 'startup',
    user,
    database: parameters.get('database') || user,
    settings: settingsOf(parameters),
    ...(minor > 0 || unknownOptions.length > 0 ? { negotiate: { unknownOptions } } : {}),
  };
}

function readParameters(bytes: Buffer): Map<string, string> {
  const parameters = new Map<string, string>();
  let at = 0;
  const next = (): string => {
    const end = bytes.indexOf(0, at);
    if (end < 0) throw protocolViolation('invalid startup packet layout: expected terminator as last byte');
    const text = decodeUtf8(bytes.subarray(at, end));
    at = end + 1;
    return text;
  };
  for (let name = next(); name !== ''; name = next()) parameters.set(name, next());
  if (at !== bytes.length) throw protocolViolation('invalid startup packet layout: expected terminator as last byte');
  return parameters;
}

function refuseReplication(value: string | undefined): void {
  if (value === undefined || ['false', 'off', 'no', '0', 'f', 'n'].includes(value.toLowerCase())) return;
  throw new FatalError(notSupported('the replication protocol', 'To follow changes of a view, use SUBSCRIBE.'));
}

/** What a start-up packet says beside whom it is for: settings, those of `options` first, as the named ones win. */
function settingsOf(parameters: ReadonlyMap<string, string>): Map<string, string> {
  const settings = new Map<string, string>(commandLineSettings(parameters.get('options') ?? ''));
  for (const [name, value] of parameters) {
    if (['user', 'database', 'options', 'replication'].includes(name) || name.startsWith('_pq_.')) continue;
    settings.set(name, value);
  }
  return settings;
}

/**
 * The settings in a `options` parameter: `-c name=value`, `-cname=value` and `--name=value`; words are separated by white space,
 * a backslash takes the next character literally (libpq, "options").
 */
export function commandLineSettings(options: string): [string, string][] {
  const words = splitWords(options);
  const settings: [string, string][] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const assignment = word === '-c' ? words[++i] : word.startsWith('--') ? word.slice(2) : word.startsWith('-c') ? word.slice(2) : undefined;
    if (assignment === undefined) {
      throw new FatalError(new SqlError('42601', `invalid command-line argument for server process: ${word}`, { hint: 'Use -c name=value or --name=value.' }));
    }
    const equals = assignment.indexOf('=');
    if (equals < 0) throw new FatalError(new SqlError('42601', `${word === '-c' || !word.startsWith('--') ? '-c ' : '--'}${assignment} requires a value`));
    // As in Postgres a dash stands for an underscore in a setting's name.
    settings.push([assignment.slice(0, equals).replaceAll('-', '_'), assignment.slice(equals + 1)]);
  }
  return settings;
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? '') + (character === '\\' ? (text[++i] ?? '') : character);
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}
