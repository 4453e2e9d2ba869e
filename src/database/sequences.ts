import { normalLong, Oid, SqlError } from '../core/index.ts';
import type { Datum } from '../core/index.ts';
import type { CatalogItem, SequenceItem, SequenceOptions } from '../catalog/index.ts';
import type { SequenceAccess } from '../ir/index.ts';
import type { EngineHost } from './engine/host.ts';

/** Where a counter stands: the value last given out (`called`), or the one to be given out first. */
export interface SequenceState {
  readonly last: bigint;
  readonly called: boolean;
}

/** Values that one durable record lets a counter give out. As in Postgres, a crash skips what is left of them. */
const AHEAD = 32;

interface Counter extends SequenceState {
  /** values that may be given out before the disk has to know; below 0: given out, and not durable yet */
  readonly covered: number;
}

/**
 * The counters, by OID. `next` answers at once; `flush` resolves when everything that was handed out before is on disk, and no statement answers before that.
 * A value is never given twice: what is durable always lies at or past what a client has seen. State: one entry a sequence.
 */
export class Sequences {
  readonly #engine: EngineHost;
  readonly #counters = new Map<number, Counter>();
  readonly #items = new Map<number, SequenceOptions>();
  readonly #behind = new Set<number>();
  #writing: Promise<void> = Promise.resolve();

  constructor(engine: EngineHost, stored: ReadonlyMap<string, string>) {
    this.#engine = engine;
    for (const [oid, state] of stored) this.#counters.set(Number(oid), { ...readSequence(state), covered: 0 });
  }

  state(item: SequenceItem): Counter {
    return this.#counters.get(item.oid) ?? { last: item.options.start, called: false, covered: 0 };
  }

  next(item: SequenceItem): bigint {
    const { last, called, covered } = this.state(item);
    const value = called ? following(item, last) : last;
    const wrapped = called && value - last !== item.options.increment;
    this.#put(item, { last: value, called: true, covered: wrapped ? -1 : covered - 1 });
    return value;
  }

  set(item: SequenceItem, last: bigint, called: boolean): void {
    this.#put(item, { last, called, covered: -1 });
  }

  #put(item: SequenceItem, counter: Counter): void {
    this.#items.set(item.oid, item.options);
    this.#counters.set(item.oid, counter);
    if (counter.covered < 0) this.#behind.add(item.oid);
  }

  /** What a catalog change made durable already. */
  adopt(oid: number, state: string): void {
    this.#counters.set(oid, { ...readSequence(state), covered: 0 });
    this.#behind.delete(oid);
  }
  forget(oid: number): void {
    this.#counters.delete(oid);
    this.#items.delete(oid);
    this.#behind.delete(oid);
  }

  /** One write at a time; who comes while one is under way waits for it, and then writes what it did not hold. */
  async flush(): Promise<void> {
    for (let seen: Promise<void> | undefined; seen !== this.#writing; ) {
      seen = this.#writing;
      // A write that failed left what it held to the next one.
      await seen.catch(() => undefined);
    }
    if (this.#behind.size === 0) return;
    this.#writing = this.#write([...this.#behind]);
    await this.#writing;
  }

  async #write(oids: readonly number[]): Promise<void> {
    const states = oids.map((oid): readonly [string, string] => {
      const counter = this.#counters.get(oid)!;
      // A value that was set and not yet drawn has to come back as just that.
      const ahead = counter.called ? reserved(this.#items.get(oid)!, counter.last) : { last: counter.last, count: 0 };
      this.#counters.set(oid, { ...counter, covered: ahead.count });
      this.#behind.delete(oid);
      return [String(oid), writeSequence({ last: ahead.last, called: counter.called })];
    });
    try {
      await this.#engine.request<void>({ kind: 'sequences', states });
    } catch (error) {
      for (const oid of oids) {
        const counter = this.#counters.get(oid);
        if (counter !== undefined) this.#counters.set(oid, { ...counter, covered: -1 });
        this.#behind.add(oid);
      }
      throw error;
    }
  }

  /** Before an orderly end: the next start goes on exactly where this one stops. */
  async settle(): Promise<void> {
    await this.flush();
    const states = [...this.#counters].filter(([, counter]) => counter.covered > 0).map(([oid, counter]) => [String(oid), writeSequence(counter)] as const);
    if (states.length > 0) await this.#engine.request<void>({ kind: 'sequences', states });
  }
}

const readSequence = (text: string): SequenceState => {
  const [last = '1', called] = text.split(' ');
  return { last: BigInt(last), called: called === 'called' };
};
export const writeSequence = ({ last, called }: SequenceState): string => `${last}${called ? ' called' : ''}`;

function following({ name, options: { increment, minimum, maximum, cycle } }: SequenceItem, last: bigint): bigint {
  const value = last + increment;
  if (value <= maximum && value >= minimum) return value;
  const up = increment > 0n;
  if (cycle) return up ? minimum : maximum;
  throw new SqlError('2200H', `nextval: reached ${up ? 'maximum' : 'minimum'} value of sequence "${name}" (${up ? maximum : minimum})`);
}

/** How far a durable record may run ahead of `last`: to the sequence's end at most. */
function reserved({ increment, minimum, maximum }: SequenceOptions, last: bigint): { readonly last: bigint; readonly count: number } {
  const left = increment > 0n ? (maximum - last) / increment : (minimum - last) / increment;
  const count = left < BigInt(AHEAD) ? Number(left) : AHEAD;
  return { last: last + increment * BigInt(count), count };
}

/** A session's use of the counters: what it drew last, and whether it has drawn anything that is not durable. `own` are counters that its transaction has made or reset. */
export class SessionSequences implements SequenceAccess {
  readonly #shared: Sequences;
  readonly #find: (oid: number) => CatalogItem | undefined;
  readonly #own: () => Map<number, SequenceState> | undefined;
  readonly #drawn = new Map<number, bigint>();
  #last: number | undefined;
  #touched = false;

  constructor(shared: Sequences, find: (oid: number) => CatalogItem | undefined, own: () => Map<number, SequenceState> | undefined) {
    this.#shared = shared;
    this.#find = find;
    this.#own = own;
  }

  #item(oid: number): SequenceItem {
    const item = this.#find(oid);
    if (item?.kind === 'sequence') return item;
    if (item === undefined) throw new SqlError('XX000', `could not open relation with OID ${oid}`);
    const kinds = item.kind === 'index' ? 'indexes' : item.kind === 'system' ? 'tables' : `${item.kind}s`;
    throw new SqlError('42809', `cannot open relation "${item.name}"`, { detail: `This operation is not supported for ${kinds}.` });
  }

  next(oid: number): Datum {
    const item = this.#item(oid);
    const own = this.#own()?.get(oid);
    let value: bigint;
    if (own === undefined) {
      value = this.#shared.next(item);
      this.#touched = true;
    } else {
      value = own.called ? following(item, own.last) : own.last;
      this.#own()!.set(oid, { last: value, called: true });
    }
    this.#drawn.set(oid, value);
    this.#last = oid;
    return normalLong(value);
  }

  current(oid: number): Datum {
    const item = this.#item(oid);
    const value = this.#drawn.get(oid);
    if (value === undefined) throw new SqlError('55000', `currval of sequence "${item.name}" is not yet defined in this session`);
    return normalLong(value);
  }

  last(): Datum | undefined {
    const value = this.#last === undefined || this.#find(this.#last) === undefined ? undefined : this.#drawn.get(this.#last);
    return value === undefined ? undefined : normalLong(value);
  }

  set(oid: number, value: bigint, called: boolean): Datum {
    const item = this.#item(oid);
    const { minimum, maximum } = item.options;
    if (value < minimum || value > maximum) throw new SqlError('22003', `setval: value ${value} is out of bounds for sequence "${item.name}" (${minimum}..${maximum})`);
    const own = this.#own();
    if (own?.has(oid) === true) own.set(oid, { last: value, called });
    else {
      this.#shared.set(item, value, called);
      this.#touched = true;
    }
    if (called) this.#drawn.set(oid, value);
    return normalLong(value);
  }

  /** Begins anew: of TRUNCATE ... RESTART IDENTITY, with its transaction. */
  restart(oid: number): void {
    const { options } = this.#item(oid);
    this.#own()?.set(oid, { last: options.start, called: false });
  }

  stored(oid: number): Datum {
    const { last, called } = this.state(this.#item(oid));
    return called ? normalLong(last) : null;
  }

  state(item: SequenceItem): SequenceState {
    return this.#own()?.get(item.oid) ?? this.#shared.state(item);
  }
  /** The one row of the sequence read as a relation: last_value, log_cnt, is_called. */
  row(item: SequenceItem): readonly Datum[] {
    const { last, called } = this.state(item);
    const covered = this.#own()?.has(item.oid) === true ? 0 : this.#shared.state(item).covered;
    return [normalLong(last), Math.max(0, covered), called];
  }

  /** Resolves when what this session has drawn is on disk. */
  async flush(): Promise<void> {
    if (!this.#touched) return;
    await this.#shared.flush();
    this.#touched = false;
  }
  /** DISCARD SEQUENCES */
  discard(): void {
    this.#drawn.clear();
    this.#last = undefined;
  }
}

/** The columns of any sequence, read as a relation. */
export const sequenceColumns = [
  { name: 'last_value', type: { oid: Oid.int8, typmod: -1 }, nullable: false },
  { name: 'log_cnt', type: { oid: Oid.int8, typmod: -1 }, nullable: false },
  { name: 'is_called', type: { oid: Oid.bool, typmod: -1 }, nullable: false },
] as const;
