import type { Random } from '../../src/core/index.ts';

/**
 * What will happen to one lead, all of it decided when the lead is made. Moments are milliseconds after the lead was created,
 * money is in cents.
 */
export interface Lead {
  readonly id: number;
  /** milliseconds after the first lead */
  readonly createdAfterMs: number;
  readonly bucket: 'control' | 'experiment';
  readonly score: number;
  /** predicted to convert */
  readonly label: boolean;
  /** when the event of the prediction is seen: predictions come late */
  readonly predictedAfterMs: number;
  readonly coupon: number | null;
  readonly conversion: { readonly afterMs: number; readonly amount: number } | null;
}

export const THRESHOLD = 0.5;
export const CONVERSION_WINDOW_MS = 30_000;
const COUPON_CENTS = [500, 5_000] as const;
const CONVERSION_CENTS = [1_000, 25_000] as const;

export interface LeadOptions {
  /** leads a second */
  readonly rate: number;
  readonly firstId?: number;
  /** predictions come up to this long after the lead */
  readonly lateMs?: number;
}

/**
 * The leads of a simulation, without end; the same random sequence gives the same leads.
 *
 * One lead in five is control and gets no coupon. The score is uniform and honest: a lead converts with that probability. Below the threshold
 * a lead outside control is offered a coupon, which gives it a second chance of the same probability: that is the lift the experiment measures.
 */
export function* leadsOf(random: Random, { rate, firstId = 1, lateMs = 2_000 }: LeadOptions): Generator<Lead, never> {
  for (let index = 0; ; index++) {
    const id = firstId + index;
    const bucket = id % 10 <= 1 ? 'control' : 'experiment';
    // Every lead draws the same number of times, so that one lead's luck does not shift the next one's.
    const [score, first, second, delay, amount, coupon, late] = Array.from({ length: 7 }, () => random.next()) as [number, number, number, number, number, number, number];
    const label = score >= THRESHOLD;
    const offered = bucket === 'experiment' && !label;
    const converts = first < score || (offered && second < score);
    yield {
      id, bucket, score, label,
      createdAfterMs: Math.floor((index * 1000) / rate),
      predictedAfterMs: Math.floor(late * lateMs),
      coupon: offered ? between(COUPON_CENTS, coupon) : null,
      conversion: converts ? { afterMs: Math.floor(delay * CONVERSION_WINDOW_MS), amount: between(CONVERSION_CENTS, amount) } : null,
    };
  }
}

const between = ([low, high]: readonly [number, number], share: number): number => low + Math.floor(share * (high - low + 1));
