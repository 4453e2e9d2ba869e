import { codecOf, Oid, SqlError } from '../../core/index.ts';
import type { Datum, TextSettings } from '../../core/index.ts';
import type { CatalogSnapshot } from '../../catalog/index.ts';
import { bindParameters, mapQueryScalars } from '../../ir/index.ts';
import type { Query } from '../../ir/index.ts';
import { foldScalar, shapeOf } from '../../planner/index.ts';
import type { PlannedStatement, StatementShape } from '../../planner/index.ts';
import { canPeek } from '../../views/index.ts';
import { peekPlan } from '../peeks.ts';
import type { DatabaseSession } from './session.ts';

/** Bytes of statement texts that are known, at most; of a plan of a usual query that is a fifth to a twentieth. */
const MOST_BYTES = 1 << 20;

/** A plan, and the values of its parameters that the statement's literals are. */
export interface KnownPlan {
  readonly planned: PlannedStatement;
  readonly values: readonly Datum[];
}

interface Entry {
  readonly catalog: CatalogSnapshot;
  /** undefined: seen once; null: to be planned each time */
  planned: PlannedStatement | null | undefined;
}

/**
 * Plans of SELECTs that are asked again: of the same text, or, for lookups, of texts that differ only in the literals they look for.
 * A plan is one of a catalog, a search path and the settings that literals are read by; a text is planned twice before it is kept.
 * State: texts up to a bound, and their plans; all goes when that is reached.
 */
export class PlanCache {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** The plan of a statement outside of a transaction that has changed the catalog; undefined where it has to be made. */
  find(sql: string, session: DatabaseSession): KnownPlan | undefined {
    const shape = shapeOf(sql);
    if (shape === undefined) return undefined;
    const key = `${shape.text}\n${shape.literals.map(({ kind }) => kind).join()}\n${session.searchPath.join()}\n${keyOf(session.text)}`;
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.catalog !== session.catalog) {
      this.#see(key, session.catalog);
      return undefined;
    }
    if (entry.planned === undefined) entry.planned = planned(sql, shape, session);
    if (entry.planned === null) return undefined;
    const values = valuesOf(shape, entry.planned, session.text);
    return values && { planned: entry.planned, values };
  }

  #see(key: string, catalog: CatalogSnapshot): void {
    this.#bytes += key.length * 2;
    if (this.#bytes > MOST_BYTES) {
      this.#entries.clear();
      this.#bytes = key.length * 2;
    }
    this.#entries.set(key, { catalog, planned: undefined });
  }
}

/** The plan for all statements of the shape, where one is sure to say what each of them does: null where not. Raises what planning the statement raises. */
function planned(sql: string, shape: StatementShape, session: DatabaseSession): PlannedStatement | null {
  const { parser } = session.core;
  const own = session.plan(parser.parse(sql), []);
  if (own.plan.kind !== 'query' || own.notices.length > 0) return null;
  if (shape.literals.length === 0) return own;
  if (!canPeek(peekPlan(own.plan.query))) return null;
  try {
    const general = session.plan(parser.parse(shape.text), shape.literals.map(({ kind }) => (kind === 'integer' ? Oid.int4 : kind === 'bigint' ? Oid.int8 : 0)));
    if (general.plan.kind !== 'query' || general.notices.length > 0 || !canPeek(peekPlan(general.plan.query))) return null;
    const values = valuesOf(shape, general, session.text);
    const environment = session.environment();
    const bound = values && mapQueryScalars(bindParameters(general.plan.query, values), (scalar) => foldScalar(scalar, environment));
    return bound !== undefined && meaning(bound) === meaning(own.plan.query) ? general : null;
  } catch (error) {
    if (error instanceof SqlError) return null;
    throw error;
  }
}

/** The literals as values of the plan's parameters; undefined where one is none: planning the statement says so, and where. */
function valuesOf({ literals }: StatementShape, { parameterTypes }: PlannedStatement, settings: TextSettings): readonly Datum[] | undefined {
  try {
    return literals.map(({ kind, text }, i) => (kind === 'integer' ? Number(text) : codecOf(parameterTypes[i]!.oid).parse(text, settings, -1)));
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

/** What a query says, wherever in a text it was said. */
const meaning = (query: Query): string =>
  JSON.stringify(query, (name, value: unknown) => (name === 'position' ? undefined : typeof value === 'bigint' ? `${value}n` : value instanceof Map ? [...value] : value));

const keys = new WeakMap<TextSettings, string>();
function keyOf(settings: TextSettings): string {
  let key = keys.get(settings);
  if (key === undefined) keys.set(settings, (key = JSON.stringify(settings)));
  return key;
}
