import type { RelationId } from '../ir/index.ts';
import type { LogReader } from './changes.ts';
import { shareRelation } from './near.ts';
import type { Shared } from './near.ts';
import type { Relations } from './relations.ts';
import type { SharedMemory } from './state/memory.ts';
import type { Symbols } from './state/symbols.ts';

/** What another thread was told of and shall forget. */
export interface Stale {
  readonly relations: readonly RelationId[];
  readonly symbols: boolean;
}

/** Relations that differ by fewer rows are as good as equal to who chooses between them. */
const FEW_ROWS = 100;

/**
 * What other threads know of the engine's relations, and what of it is no longer so: the memory in which one may read rows while this thread sleeps, and the sizes by which the planner chooses.
 * State: a version for each relation whose memory was told of, and a number of rows for each relation.
 */
export class Told {
  readonly #relations: Relations;
  readonly #symbols: Symbols;
  readonly #memory: SharedMemory | undefined;
  readonly #log: LogReader;
  /** relations whose memory was told of, and at which version; */
  readonly #versions = new Map<RelationId, number>();
  /** the same of the dictionary */
  #symbolsVersion: number | undefined;
  /** how many rows of each relation were told of */
  readonly #rows = new Map<RelationId, number>();

  /** `memory`: where the dictionary lies; absent: nothing is shared */
  constructor(relations: Relations, symbols: Symbols, memory: SharedMemory | undefined, log: LogReader) {
    this.#relations = relations;
    this.#symbols = symbols;
    this.#memory = memory;
    this.#log = log;
  }

  /** What another thread needs to read the relation while this one sleeps and no tick is under way; undefined where it cannot. Told of again when that has changed: see `stale`. */
  share(id: RelationId, wanted: { readonly relation: boolean; readonly symbols: boolean }): Shared | undefined {
    const memory = this.#relations.get(id)?.memory;
    const rows = this.#relations.sound(id);
    if (this.#memory === undefined || memory === undefined || rows === undefined) return undefined;
    const relation = wanted.relation ? shareRelation(id, rows, memory, this.#relations.changesByClock(id)) : undefined;
    if (wanted.relation && relation === undefined) return undefined;
    if (relation !== undefined) this.#versions.set(id, relation.at);
    if (!wanted.symbols) return { ...(relation && { relation }) };
    const symbols = this.#symbols.share(this.#memory);
    this.#symbolsVersion = symbols.at;
    return { ...(relation && { relation }), symbols };
  }

  /** What of all that was told of is no longer so: to be forgotten, so that its memory can go. Views with an error now are among it. */
  stale(): Stale {
    const relations: RelationId[] = [];
    for (const [id, at] of this.#versions) {
      const memory = this.#relations.get(id)?.memory;
      if (memory !== undefined && Atomics.load(memory.version, 0) === at && this.#relations.isFlawless(id)) continue;
      memory?.changed();
      this.#versions.delete(id);
      relations.push(id);
    }
    const symbols = this.#symbolsVersion !== undefined && Atomics.load(this.#memory!.version, 0) !== this.#symbolsVersion;
    if (symbols) this.#symbolsVersion = undefined;
    return { relations, symbols };
  }

  /** Whether a relation whose memory was told of changes by the clock alone. */
  get changesByClock(): boolean {
    for (const id of this.#versions.keys()) if (this.#relations.changesByClock(id)) return true;
    return false;
  }

  /** The relations that have twice or half as many rows as when they were told of last, with their rows; null where there is no such relation any more. Small differences of few rows are not told. */
  resized(): readonly (readonly [RelationId, number | null])[] {
    const resized: (readonly [RelationId, number | null])[] = [];
    for (const [id, { readable }] of this.#relations) {
      const rows = readable.arrangement?.rows ?? this.#log.rows(id);
      const told = this.#rows.get(id);
      if (told !== undefined && rows < told * 2 + FEW_ROWS && rows * 2 + FEW_ROWS > told) continue;
      this.#rows.set(id, rows);
      resized.push([id, rows]);
    }
    for (const id of this.#rows.keys()) if (this.#relations.get(id) === undefined && this.#rows.delete(id)) resized.push([id, null]);
    return resized;
  }
}
