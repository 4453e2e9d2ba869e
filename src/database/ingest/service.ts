import { assertNever, InvariantError, registerUserType } from '../../core/index.ts';
import type { Random } from '../../core/index.ts';
import { dropSlot, kafkaSource, postgresSource } from '../../ingest/index.ts';
import type { Source } from '../../ingest/index.ts';
import type { IngestRequest, ReadRequest, Stopped } from './messages.ts';
import { SourceReader } from './reader.ts';
import type { Surroundings } from './reader.ts';

/** relation of a Kafka source that holds the messages that could not be decoded */
const KAFKA_ERRORS = 1;

/** The ingest thread's work: upstream clients and decoders, one reader a source. Takes requests, answers each once. */
export class IngestService {
  readonly #surroundings: Surroundings;
  readonly #random: Random;
  readonly #readers = new Map<number, SourceReader>();

  constructor(surroundings: Surroundings, random: Random) {
    this.#surroundings = surroundings;
    this.#random = random;
  }

  async handle(request: IngestRequest): Promise<Stopped | void> {
    switch (request.kind) {
      case 'read':
        for (const type of request.types) registerUserType(type);
        if (this.#readers.has(request.source)) throw new InvariantError(`source ${request.source} is being read already`);
        this.#readers.set(request.source, new SourceReader(this.#open(request), { ...request, ...(request.plan.kind === 'kafka' ? { errors: KAFKA_ERRORS } : {}) }, this.#surroundings));
        return;
      case 'stop': {
        const stopped = await this.#stop(request.source);
        if (request.slot !== undefined) await dropSlot(request.slot.upstream, request.slot.slot);
        return stopped;
      }
      case 'types':
        for (const type of request.types) registerUserType(type);
        return;
      case 'close':
        await Promise.all([...this.#readers.keys()].map((source) => this.#stop(source)));
        return;
      default:
        assertNever(request);
    }
  }

  #open({ source, plan }: ReadRequest): Source<unknown> {
    const { clock, report } = this.#surroundings;
    switch (plan.kind) {
      case 'postgres':
        return postgresSource({ ...plan.options, clock }) as Source<unknown>;
      case 'kafka':
        return kafkaSource({ ...plan.options, clock, random: this.#random, log: (level, message) => void report({ source, news: { kind: 'log', level, message } }) }) as Source<unknown>;
      default:
        return assertNever(plan);
    }
  }

  async #stop(source: number): Promise<Stopped> {
    const reader = this.#readers.get(source);
    if (reader === undefined) return undefined;
    this.#readers.delete(source);
    return { position: await reader.stop() };
  }
}
