import type { Relation, RelationId } from '../ir/index.ts';
import { findRows } from './lookup.ts';
import { Collection } from './operators/collection.ts';
import type { Passage, Readable } from './operators/collection.ts';
import type { Expired, Pausable, Sink, Stateful } from './operators/operator.ts';
import { Still } from './operators/still.ts';
import { Errors } from './outputs/errors.ts';
import { pushConstants, render } from './render.ts';
import type { Rendered, Scan } from './render.ts';
import { reportOf } from './physical.ts';
import type { Meter, OperatorReport } from './physical.ts';
import type { Context } from './scalar/runtime.ts';
import type { SymbolRoot } from './state/symbol-sweep.ts';

/** Pushes the stored changes of a relation that is not held in memory, some rows at a time. */
export interface LogScan {
  /** Pushes rows up to `time` until `expired()`; false when there are no more. */
  step(time: number, expired: Expired): boolean;
  /** rows pushed so far */
  readonly rowsRead: number;
  /** rows the log had of the relation when the scan was made */
  readonly rowsKnown: number;
}

/** What a dataflow finds around it. */
export interface DataflowWorld {
  readonly context: Omit<Context, 'time' | 'hidden'>;
  /** the last closed tick */
  readonly time: number;
  /** whether the state is in the middle of the one behind it */
  readonly applying: boolean;
  /** polled during long work before the dataflow is live; throws to end it */
  readonly interrupt: () => void;
  /** present: operators are measured */
  readonly meter?: Meter;
  readable(id: RelationId): Collection | Passage;
  scanLog(scan: Scan): LogScan;
  rowsInLog(relation: RelationId): number;
}

/** Rows scanned between looks at the clock: few, since each may match every row of the other inputs. */
const SLICE_ROWS = 8;
/** The same where each row makes one at most, once a scan is known to be long. */
const PLAIN_ROWS = 256;
const LONG_SCAN = 1024;

/**
 * The operators of one view, subscription or query, from hydration to its end.
 *
 * Hydration reads the inputs as they were at one closed tick, the last when it began, in slices between which ticks go on: each collection through a still, each log up to that time.
 * It scans the inputs one after the other; where an index finds the rows of an input, those alone (lookup.ts); inputs of a join that are read where they lie need no scan but for input 0,
 * without which there is no output row. Where an operator makes many rows of one, it pauses in the middle and is resumed in the next slice.
 * When the last scan is at its end the operators hold the query as of that tick. A query is answered then (`flush`).
 * A view or subscription is told what has changed since (`arrive`), between two ticks, and is live from there on: it takes part in every tick (`begin`, `advance`, the changes, `flush`).
 */
export class Dataflow {
  readonly errors: Errors;
  /** errors that NULL stands for in the output, where the view asks for that: counted, and in nobody's way */
  readonly hidden: Errors;
  readonly rendered: Rendered;
  readonly #context: Context;
  readonly #world: DataflowWorld;
  readonly #stills: Still[] = [];
  readonly #logs = new Map<Scan, LogScan>();
  #expired: Expired = () => false;
  #scan = 0;
  /** handles of the rows that the scan under way is about, where an index finds them, and how many are scanned */
  #found: Int32Array | undefined;
  #foundAt = 0;
  /** the operator whose turn it is, in what goes through them all */
  #operator = 0;
  #stage: 'created' | 'scanning' | 'telling' | 'advancing' | 'flushing' | 'live' = 'created';
  /** rows of collections scanned so far, and how many there were to be scanned when it began */
  #rowsScanned = 0;
  #rowsToScan = 0;

  constructor(relation: Relation, output: Sink, world: DataflowWorld) {
    this.#context = { ...world.context, hidden: undefined, time: world.time };
    this.#world = world;
    this.errors = new Errors(world.context.symbols, () => this.rendered.output.layout);
    this.hidden = new Errors(world.context.symbols, () => this.rendered.output.layout);
    const interrupt = (): boolean => {
      if (this.live) return false;
      world.interrupt();
      return this.#expired();
    };
    this.rendered = render(relation, { context: this.#context, errors: this.errors, hidden: this.hidden, interrupt, readable: (id) => this.#readable(id), ...(world.meter && { meter: world.meter }) });
    this.rendered.output.subscribe(world.meter?.sink(output, this.rendered.operator.measured, undefined) ?? output);
  }

  #readable(id: RelationId): Readable {
    const readable = this.#world.readable(id);
    if (!(readable instanceof Collection)) return readable;
    let still = this.#stills.find(({ collection }) => collection === readable);
    if (still === undefined) this.#stills.push((still = new Still(readable)));
    return still;
  }

  /** Whether it takes part in ticks: its output is as of the last closed one. */
  get live(): boolean {
    return this.#stage === 'live';
  }
  /** Whether all is scanned, so that it may arrive, or is about to. */
  get arriving(): boolean {
    if (this.#stage === 'scanning') return this.#scan === this.rendered.scans.length && this.#paused === undefined;
    return this.#stage !== 'created' && this.#stage !== 'live';
  }
  /** Whether it has begun to read its inputs. */
  get begun(): boolean {
    return this.#stage !== 'created';
  }
  /** The tick as of which its inputs are read; the tick under way where it takes part in one. */
  get time(): number {
    return this.#context.time;
  }

  /** Rows of the inputs read so far, */
  get rowsDone(): number {
    let rows = this.#rowsScanned;
    for (const log of this.#logs.values()) rows += log.rowsRead;
    return rows;
  }
  /** and those there are to be read: as many as are known when it begins; where more have come meanwhile that had to be read too, these. */
  get rowsKnown(): number {
    if (this.#stage === 'created') return this.rendered.scans.reduce((sum, { readable, relation }) => sum + (readable instanceof Still ? readable.arrangement.rows : this.#world.rowsInLog(relation)), 0);
    let rows = this.#rowsToScan;
    for (const log of this.#logs.values()) rows += log.rowsKnown;
    return this.live ? this.rowsDone : Math.max(rows, this.rowsDone);
  }

  /** Scans until `expired()`; true when the inputs are scanned. */
  hydrate(expired: Expired): boolean {
    this.#expired = expired;
    if (this.#stage === 'created') {
      for (const operator of this.rendered.stateful) if (this.#metered(operator, () => operator.prepare?.(expired)) === false) return false;
      this.#start();
    }
    const { scans } = this.rendered;
    for (;;) {
      if (!this.#resume()) return false;
      if (this.#scan === scans.length) return true;
      const scan = scans[this.#scan]!;
      const more = scan.readable instanceof Still ? this.#scanRows(scan, scan.readable) : this.#logs.get(scan)!.step(this.#context.time, expired);
      if (!more) {
        // Rows that are not held count once the dataflow is live; until then they come from the log.
        if (scan.readable instanceof Still) scan.occurrence.cursor = Infinity;
        this.#scan++;
      }
      if (expired()) return false;
    }
  }

  #start(): void {
    this.#stage = 'scanning';
    this.#context.time = this.#world.time;
    for (const still of this.#stills) still.open(this.#world.applying);
    for (const scan of this.rendered.scans) {
      if (scan.readable instanceof Still) this.#rowsToScan += scan.readable.arrangement.rows;
      else this.#logs.set(scan, this.#world.scanLog(scan));
    }
    pushConstants(this.rendered.constants, this.#context);
    this.#context.symbols.forgetTransients();
  }

  /** Scans a few rows, fewer where an operator pauses; false at the end. */
  #scanRows({ occurrence, lookup }: Scan, still: Still): boolean {
    if (occurrence.cursor === 0) {
      occurrence.cursor = 1;
      this.#found = lookup && findRows(lookup, still.arrangement, this.#context);
      this.#foundAt = 0;
      if (this.#found !== undefined) this.#rowsToScan += this.#found.length - still.arrangement.rows;
    }
    const found = this.#found;
    const most = this.rendered.pausable.length === 0 && this.#rowsScanned > LONG_SCAN ? PLAIN_ROWS : SLICE_ROWS;
    for (let rows = 0; rows < most && this.#paused === undefined; rows++) {
      if (found === undefined ? occurrence.cursor >= still.arrangement.slab.top : this.#foundAt === found.length) return false;
      const handle = found === undefined ? occurrence.cursor++ : found[this.#foundAt++]!;
      const weight = still.weight(handle);
      if (weight === 0) continue;
      this.#rowsScanned++;
      const { slab } = still.arrangement;
      occurrence.change(slab.I, slab.F, handle * slab.stride, weight, handle);
      this.#context.symbols.forgetTransients();
    }
    return true;
  }

  /** The operator that stands in the middle of a change, the one nearest to the output. */
  get #paused(): Pausable | undefined {
    const { pausable } = this.rendered;
    for (let i = pausable.length - 1; i >= 0; i--) if (pausable[i]!.paused) return pausable[i];
    return undefined;
  }
  /** Goes on where operators paused; false when they do again. */
  #resume(): boolean {
    for (let paused = this.#paused; paused !== undefined; paused = this.#paused) {
      const done = this.#metered(paused, () => paused.resume());
      this.#context.symbols.forgetTransients();
      if (!done) return false;
    }
    return true;
  }

  /**
   * Is told what has changed since it began, until `expired()`; true when it is live. Once called it is called again until then, and no tick begins before:
   * that way it arrives, however fast changes come.
   */
  arrive(expired: Expired): boolean {
    this.#expired = expired;
    if (this.#stage === 'scanning') this.#stage = 'telling';
    while (this.#stage === 'telling') {
      if (!this.#resume()) return false;
      if (!this.#tell(expired)) this.#stage = 'advancing';
      else if (expired()) return false;
    }
    if (this.#stage === 'advancing') {
      this.#context.time = this.#world.time;
      if (!this.advance(expired)) return false;
      this.#stage = 'flushing';
    }
    if (!this.flush(expired)) return false;
    for (const still of this.#stills) still.goLive();
    for (const operator of this.rendered.stateful) operator.goLive?.();
    for (const { readable, occurrence } of this.rendered.scans) if (!(readable instanceof Still)) occurrence.cursor = Infinity;
    this.errors.keep();
    this.#stage = 'live';
    return true;
  }

  /** Tells one occurrence of one change, or pushes some rows of a log; false when there are none. */
  #tell(expired: Expired): boolean {
    for (const still of this.#stills) {
      if (!still.tell()) continue;
      this.#context.symbols.forgetTransients();
      return true;
    }
    for (const log of this.#logs.values()) if (log.step(this.#world.time, expired)) return true;
    return false;
  }

  /** A tick at `time` begins, in which the dataflow takes part. */
  begin(time: number): void {
    this.#context.time = time;
  }
  /** Emits what the clock alone changes up to and including the time of the tick; false when `expired()` came before the end. */
  advance(expired: Expired): boolean {
    return this.#each(expired, (operator) => operator.advance === undefined || operator.advance(this.#context.time, expired));
  }
  /** Emits what is due at the close of the tick; false when `expired()` came before the end. */
  flush(expired: Expired): boolean {
    return this.#each(expired, (operator) => operator.flush === undefined || operator.flush(expired));
  }
  /** Lets each operator do something, inputs before consumers, until all have done it. */
  #each(expired: Expired, act: (operator: Stateful) => boolean): boolean {
    this.#expired = expired;
    const { stateful } = this.rendered;
    for (;;) {
      if (!this.#resume()) return false;
      if (this.#operator === stateful.length) break;
      const operator = stateful[this.#operator]!;
      if (!this.#metered(operator, () => act(operator))) return false;
      this.#operator++;
    }
    this.#operator = 0;
    this.#context.symbols.forgetTransients();
    return true;
  }

  #metered<T>(operator: object, act: () => T): T {
    const { meter } = this.#world;
    return meter === undefined ? act() : meter.run(this.rendered.measuredAs.get(operator), act);
  }

  /** Its operators as they are now, from the output down. */
  report(): readonly OperatorReport[] {
    return reportOf(this.rendered.operator);
  }

  nextChange(): number | undefined {
    let next: number | undefined;
    for (const operator of this.rendered.stateful) {
      const change = operator.nextChange?.();
      if (change !== undefined && (next === undefined || change < next)) next = change;
    }
    return next;
  }
  /** All that keeps symbols, but the output. What it reads may be gone from the engine and is still read. */
  get symbolRoots(): readonly SymbolRoot[] {
    const { stateful, pausable, symbolRoots, attached } = this.rendered;
    const read = attached.flatMap(({ readable }) => (readable.arrangement === undefined ? [] : [readable.arrangement]));
    return [...new Set([...stateful, ...pausable])].flatMap((operator) => operator.symbolRoots).concat(symbolRoots, this.errors, this.hidden, read);
  }
  get stateBytes(): number {
    return this.rendered.stateful.reduce((sum, operator) => sum + operator.stateBytes, this.errors.byteLength + this.hidden.byteLength) + this.#stills.reduce((sum, still) => sum + still.byteLength, 0);
  }
  get stateRows(): number {
    return this.rendered.stateful.reduce((sum, operator) => sum + operator.stateRows, 0);
  }
  close(): void {
    for (const { readable, occurrence } of this.rendered.attached) readable.detach(occurrence);
    for (const operator of this.rendered.stateful) operator.close?.();
    for (const still of this.#stills) still.close();
  }
}
