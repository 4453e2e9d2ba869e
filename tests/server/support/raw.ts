import { connect } from 'node:net';
import type { Socket } from 'node:net';

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value | 0);
  return bytes;
};
const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);
const counted = (values: readonly Buffer[]): Buffer => Buffer.concat([int16(values.length), ...values]);

export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

/** A packet without a type byte: start-up, SSLRequest, CancelRequest. */
export function packet(code: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat([int32(code), ...parts]);
  return Buffer.concat([int32(body.length + 4), body]);
}

export const frontend = {
  ssl: (): Buffer => packet(80877103),
  gssenc: (): Buffer => packet(80877104),
  cancel: (pid: number, secret: Buffer): Buffer => packet(80877102, int32(pid), secret),
  startup: (parameters: Record<string, string> = {}, version = 196608): Buffer => {
    const all = { user: 'materialize', database: 'materialize', ...parameters };
    return packet(version, ...Object.entries(all).flatMap(([name, value]) => [cstring(name), cstring(value)]), Buffer.from([0]));
  },
  query: (sql: string): Buffer => message('Q', cstring(sql)),
  parse: (name: string, sql: string, types: readonly number[] = []): Buffer => message('P', cstring(name), cstring(sql), counted(types.map(int32))),
  bind: (
    portal: string, statement: string, values: readonly (Buffer | string | null)[] = [], formats: readonly number[] = [], results: readonly number[] = [],
  ): Buffer =>
    message('B', cstring(portal), cstring(statement), counted(formats.map(int16)),
      counted(values.map((value) => (value === null ? int32(-1) : Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)])))),
      counted(results.map(int16))),
  describe: (kind: 'S' | 'P', name = ''): Buffer => message('D', Buffer.from(kind), cstring(name)),
  execute: (portal = '', limit = 0): Buffer => message('E', cstring(portal), int32(limit)),
  close: (kind: 'S' | 'P', name = ''): Buffer => message('C', Buffer.from(kind), cstring(name)),
  sync: (): Buffer => message('S'),
  flush: (): Buffer => message('H'),
  terminate: (): Buffer => message('X'),
  copyData: (data: string | Buffer): Buffer => message('d', Buffer.from(data)),
  copyDone: (): Buffer => message('c'),
  copyFail: (reason: string): Buffer => message('f', cstring(reason)),
};

/** A frontend that sends what it is told and shows every message that comes back as a line of text. */
export class RawClient {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  readonly #lines: string[] = [];
  #wake: (() => void) | undefined;
  closed = false;
  pid = 0;
  secret = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#parse();
      this.#wake?.();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      this.#wake?.();
    });
  }

  /** Connects; sends nothing. */
  static async open(port: number): Promise<RawClient> {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', () => resolve()).once('error', reject));
    return new RawClient(socket);
  }
  /** Connects and starts up; the answers up to ReadyForQuery are consumed. */
  static async start(port: number, parameters: Record<string, string> = {}): Promise<RawClient> {
    const client = await RawClient.open(port);
    client.send(frontend.startup(parameters));
    await client.until('ReadyForQuery');
    return client;
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** The lines up to the first one that begins with `prefix`. */
  async until(prefix: string): Promise<string[]> {
    for (;;) {
      const at = this.#lines.findIndex((line) => line.startsWith(prefix));
      if (at >= 0) return this.#lines.splice(0, at + 1);
      if (this.closed) throw new Error(`closed before ${prefix}; received ${JSON.stringify(this.#lines)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  /** The lines up to the end of the connection. */
  async rest(): Promise<string[]> {
    while (!this.closed && !this.socket.readableEnded) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.socket.once('end', resolve);
      });
    }
    return this.#lines.splice(0);
  }
  /** What has come and was not asked for yet. */
  pending(): readonly string[] {
    return this.#lines;
  }
  /** The single byte that answers an SSLRequest. */
  async byte(): Promise<string> {
    const chunk = await new Promise<Buffer>((resolve) => this.socket.once('data', resolve));
    this.#received = Buffer.alloc(0);
    this.#lines.length = 0;
    return chunk.toString('latin1');
  }
  async ask(...parts: readonly Buffer[]): Promise<string[]> {
    this.send(...parts);
    return this.until('ReadyForQuery');
  }
  end(): void {
    this.socket.destroy();
  }

  #parse(): void {
    while (this.#received.length >= 5) {
      const length = this.#received.readInt32BE(1);
      if (this.#received.length < length + 1) return;
      this.#lines.push(this.#show(String.fromCharCode(this.#received[0]!), this.#received.subarray(5, length + 1)));
      this.#received = this.#received.subarray(length + 1);
    }
  }

  #show(type: string, body: Buffer): string {
    switch (type) {
      case 'R':
        return `Authentication(${body.readInt32BE(0)}${body.length > 4 ? ` ${body.subarray(4).toString().replaceAll('\0', '|')}` : ''})`;
      case 'S':
        return `ParameterStatus(${strings(body).join('=')})`;
      case 'K':
        this.pid = body.readInt32BE(0);
        this.secret = Buffer.from(body.subarray(4));
        return 'BackendKeyData';
      case 'Z':
        return `ReadyForQuery(${body.toString()})`;
      case 'v':
        return `NegotiateProtocolVersion(${body.readInt32BE(0)} ${strings(body.subarray(8)).join()})`;
      case 'E':
      case 'N':
        return `${type === 'E' ? 'ErrorResponse' : 'NoticeResponse'}(${showFields(body)})`;
      case 'T':
        return `RowDescription(${showColumns(body)})`;
      case 'D':
        return `DataRow(${showValues(body)})`;
      case 'C':
        return `CommandComplete(${strings(body)[0]})`;
      case 't':
        return `ParameterDescription(${Array.from({ length: body.readUInt16BE(0) }, (_, i) => body.readUInt32BE(2 + 4 * i)).join()})`;
      case 'G':
      case 'H':
        return `${type === 'G' ? 'CopyInResponse' : 'CopyOutResponse'}(${body[0]},${body.readUInt16BE(1)})`;
      case 'd':
        return `CopyData(${JSON.stringify(body.toString())})`;
      default:
        return PLAIN[type] ?? `?${type}`;
    }
  }
}

const PLAIN: Record<string, string> = {
  '1': 'ParseComplete', '2': 'BindComplete', '3': 'CloseComplete', n: 'NoData', I: 'EmptyQueryResponse', s: 'PortalSuspended', c: 'CopyDone',
};

const strings = (body: Buffer): string[] => body.toString().split('\0').slice(0, -1);

/** Severity, SQLSTATE, message; then the other fields by their letters. */
function showFields(body: Buffer): string {
  const fields = new Map(strings(body).filter((field) => field !== '').map((field) => [field[0]!, field.slice(1)]));
  const others = [...fields].filter(([letter]) => !'SVCM'.includes(letter)).map(([letter, value]) => ` ${letter}=${value}`);
  return `${fields.get('S')} ${fields.get('C')} ${fields.get('M')}${others.join('')}`;
}

function showColumns(body: Buffer): string {
  const columns: string[] = [];
  let at = 2;
  for (let i = body.readUInt16BE(0); i > 0; i--) {
    const end = body.indexOf(0, at);
    columns.push(`${body.subarray(at, end).toString()}:${body.readUInt32BE(end + 7)}${body.readInt16BE(end + 17) === 1 ? 'b' : ''}`);
    at = end + 19;
  }
  return columns.join();
}

/** Text as it is, other bytes in hex. */
function showValues(body: Buffer): string {
  const values: string[] = [];
  let at = 2;
  for (let i = body.readUInt16BE(0); i > 0; i--) {
    const length = body.readInt32BE(at);
    at += 4;
    if (length < 0) {
      values.push('null');
      continue;
    }
    const value = body.subarray(at, at + length);
    values.push(value.every((byte) => byte >= 32 && byte < 127) ? value.toString() : `\\x${value.toString('hex')}`);
    at += length;
  }
  return values.join('|');
}
