import type { Column, Datum, Notice } from '../../core/index.ts';
import { Oid, POSTGRES_EPOCH_MS, SqlError, numericToNumber } from '../../core/index.ts';
import type { Environment, Relation, Scalar, TemporalBound } from '../../ir/index.ts';
import { evaluateScalar, relationTypeOf } from '../../ir/index.ts';

const TEN_YEARS_MS = 10 * 365.25 * 86_400_000;
const DAY_MS = 86_400_000;

/**
 * Notices on temporal filters that cannot mean what they say. A bound is judged by its value for a row of this very moment: every time in it is now, every
 * number 0. A window that such a row leaves in more than ten years never expires; one that it has left, or never enters, shows nothing.
 */
export function notesOnWindows(view: string, windows: readonly Window[], environment: Environment): readonly Notice[] {
  return windows.flatMap((window) => {
    const note = judge(view, window, environment);
    return note === undefined ? [] : [note];
  });
}

type Window = Extract<Relation, { op: 'temporalFilter' }>;

function judge(view: string, filter: Window, environment: Environment): Notice | undefined {
  const notes = filter.intervals.map(({ bounds }) => judgeInterval(view, filter.input, bounds, environment));
  // A row in several intervals stays for the longest; a window of which one interval shows rows shows rows.
  return notes.find((note) => note?.message.endsWith(NEVER_EXPIRES)) ?? (notes.every((note) => note !== undefined) ? notes[0] : undefined);
}

const NEVER_EXPIRES = 'never expires';

function judgeInterval(view: string, input: Relation, bounds: readonly TemporalBound[], environment: Environment): Notice | undefined {
  const now = Number(environment.statementTimeMicros) / 1000 + POSTGRES_EPOCH_MS;
  const row = relationTypeOf(input).columns.map((column) => sample(column, environment));
  const values = bounds.map((bound) => ({ comparison: bound.comparison, ms: valueMs(bound.value, row, environment) }));
  const upper = Math.min(...values.flatMap(({ comparison, ms }) => (ms !== undefined && comparison.startsWith('<') ? [ms] : [])));
  const lower = Math.max(...values.flatMap(({ comparison, ms }) => (ms !== undefined && comparison.startsWith('>') ? [ms] : [])));
  const readsRows = bounds.some((bound) => isUpper(bound));
  if (!readsRows || !Number.isFinite(upper)) return undefined;
  if (upper > now + TEN_YEARS_MS) {
    return {
      severity: 'NOTICE', code: '01000', message: `the window of view "${view}" ${NEVER_EXPIRES}`,
      detail: `A row of this moment would leave it in about ${Math.round((upper - now) / DAY_MS / 365.25)} years.`,
      hint: 'A hopping window of width W that moves every P milliseconds is: mz_now() >= P * (ms / P) AND mz_now() < P * (ms / P) + W, where ms is the row\'s time in milliseconds.',
    };
  }
  if (upper <= lower || upper < now - TEN_YEARS_MS) {
    return {
      severity: 'NOTICE', code: '01000', message: `the window of view "${view}" never shows a row`,
      detail: upper <= lower ? 'Its upper bound is not after its lower bound.' : 'A row of this moment would have left it years ago.',
      hint: 'Bounds are in milliseconds since 1970: EXTRACT(EPOCH FROM ts) * 1000, or compare mz_now() with the timestamp itself.',
    };
  }
  return undefined;
}

const isUpper = (bound: TemporalBound): boolean => bound.comparison === '<' || bound.comparison === '<=';

/** A plausible value of a column for a row of this moment. */
function sample(column: Column, environment: Environment): Datum {
  const micros = environment.statementTimeMicros;
  switch (column.type.oid) {
    case Oid.timestamp:
    case Oid.timestamptz:
      return micros;
    case Oid.date:
      return Math.floor(Number(micros) / 1000 / DAY_MS);
    case Oid.mzTimestamp:
      return Math.floor(Number(micros) / 1000) + POSTGRES_EPOCH_MS;
    case Oid.int2:
    case Oid.int4:
    case Oid.int8:
    case Oid.float4:
    case Oid.float8:
      return 0;
    case Oid.numeric:
      return { kind: 'numeric', coefficient: 0n, scale: 0 };
    case Oid.bool:
      return false;
    default:
      return null;
  }
}

function valueMs(scalar: Scalar, row: readonly Datum[], environment: Environment): number | undefined {
  let value: Datum;
  try {
    value = evaluateScalar(scalar, row, environment);
  } catch (error) {
    if (error instanceof SqlError) return undefined;
    throw error;
  }
  if (value === null) return undefined;
  if (scalar.type.oid === Oid.timestamp || scalar.type.oid === Oid.timestamptz) return Number(value) / 1000 + POSTGRES_EPOCH_MS;
  if (scalar.type.oid === Oid.date) return Number(value) * DAY_MS + POSTGRES_EPOCH_MS;
  if (typeof value === 'object' && 'kind' in value && value.kind === 'numeric') return numericToNumber(value);
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}
