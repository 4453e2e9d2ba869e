import { RowBatch, rowLayout } from '../core/index.ts';
import type { Datum, RowLayout } from '../core/index.ts';
import type { CatalogSnapshot, RelationCatalogItem } from '../catalog/index.ts';
import type { Query } from '../ir/index.ts';
import { canPeek, MOST_PEEKED } from '../views/index.ts';
import type { Peek, PeekPlan } from '../views/index.ts';
import type { EngineHost } from './engine/host.ts';
import type { Peeked } from './engine/messages.ts';
import { originsOf, readsOf } from './relations.ts';
import type { RowStream } from './rows.ts';
import type { Sources } from './sources.ts';

/** What the engine is told once of a query. */
interface Known {
  /** the same for this thread, where it can read the engine's memory */
  readonly near: Peek | undefined;
  /** the number it knows the plan by */
  readonly plan: number;
  readonly define: PeekPlan;
  readonly layout: RowLayout;
  readonly origins: ReadonlySet<RelationCatalogItem>;
  readonly catalog: CatalogSnapshot;
  sent: boolean;
}

export const peekPlan = ({ relation, order, limit, offset, columns }: Query): PeekPlan => ({ relation, order, limit, offset, width: columns.length });

/**
 * Lookups that the engine answers at once: a query's plan crosses to its thread once, and later by its number alone, with the values of the parameters.
 * State: what is known of each query that somebody still holds.
 */
export class Peeks {
  readonly #engine: EngineHost;
  readonly #sources: Sources;
  readonly #known = new WeakMap<Query, Known | 'refused'>();
  #next = 1;

  constructor(engine: EngineHost, sources: Sources) {
    this.#engine = engine;
    this.#sources = sources;
  }

  /** The rows of a query whose parameters are these, as of the last closed tick. Undefined where it has to be run: it is no lookup, waits for something, raises, or finds a lot. */
  async rows(query: Query, parameters: readonly Datum[], maxRows: number, catalog: CatalogSnapshot): Promise<RowStream | undefined> {
    if (maxRows < MOST_PEEKED) return undefined;
    const known = this.#of(query, catalog);
    if (known === undefined || !this.#sources.areReadable(known.origins)) return undefined;
    const near = known.near && this.#engine.near?.read(known.near, parameters);
    if (near !== undefined) return streamOf(near);
    let peeked = await this.#ask(known, parameters);
    if (peeked === 'unknown') {
      known.sent = false;
      peeked = await this.#ask(known, parameters);
    }
    return typeof peeked === 'string' ? undefined : streamOf(peeked === null ? null : new RowBatch(peeked, known.layout));
  }

  #ask(known: Known, values: readonly Datum[]): Promise<Peeked> {
    const { plan, define, sent } = known;
    const wanted = known.near && this.#engine.near?.missing(known.near);
    known.sent = true;
    return this.#engine.peek({ plan, values, ...(!sent && { define }), ...(wanted && { wanted }) });
  }

  #of(query: Query, catalog: CatalogSnapshot): Known | undefined {
    const found = this.#known.get(query);
    if (found === 'refused') return undefined;
    if (found?.catalog === catalog) return found;
    const define = peekPlan(query);
    if (!canPeek(define)) {
      this.#known.set(query, 'refused');
      return undefined;
    }
    const known: Known = {
      near: this.#engine.near?.prepare(define), plan: this.#next++, define, layout: rowLayout(query.columns.map(({ type }) => type)), origins: originsOf(readsOf(query.relation), catalog), catalog, sent: false,
    };
    this.#known.set(query, known);
    return known;
  }
}

const streamOf = (rows: RowBatch | null): RowStream => ({ next: () => Promise.resolve({ rows, done: true }), close: () => Promise.resolve() });
