import { readFileSync } from 'node:fs';
import { Oid, rowLayout, RowBatchBuilder, sqlType } from '../../src/core/index.ts';
import type { RelationId } from '../../src/ir/index.ts';
import type { Change } from '../../src/views/index.ts';

/** The columns of the event file: see `readEvents`. */
export interface CouponEvents {
  readonly leads: number;
  /** events of the stream proper; those behind it update leads at random */
  readonly stream: number;
  readonly total: number;
  readonly created: Float64Array;
  readonly score: Float64Array;
  readonly oldAt: Float64Array;
  readonly newAt: Float64Array;
  readonly id: Int32Array;
  readonly oldAmount: Int32Array;
  readonly newAmount: Int32Array;
  readonly kind: Uint8Array;
  readonly bucket: Uint8Array;
  readonly label: Uint8Array;
}

/**
 * Reads the binary file of events: int32 [leads, stream, total, base rows], then per lead created and score (float64), per event old and new conversion time (float64, NaN = none),
 * lead, old and new amount (int32, the least int32 = none), kind (0 lead, 1 update, 2 coupon, 3 prediction), and per lead bucket and label (bytes).
 */
export function readEvents(path: string): CouponEvents {
  const bytes = readFileSync(path);
  let at = 0;
  const take = (length: number): ArrayBuffer => {
    const copy = new ArrayBuffer(length);
    new Uint8Array(copy).set(bytes.subarray(at, at + length));
    at += length;
    return copy;
  };
  const [leads, stream, total] = new Int32Array(take(16)) as unknown as [number, number, number];
  return {
    leads, stream, total,
    created: new Float64Array(take(leads * 8)), score: new Float64Array(take(leads * 8)), oldAt: new Float64Array(take(total * 8)), newAt: new Float64Array(take(total * 8)),
    id: new Int32Array(take(total * 4)), oldAmount: new Int32Array(take(total * 4)), newAmount: new Int32Array(take(total * 4)),
    kind: new Uint8Array(take(total)), bucket: new Uint8Array(take(leads)), label: new Uint8Array(take(leads)),
  };
}

export const NO_AMOUNT = -2147483648;
const buckets = ['control', 'experiment'].map((name) => new TextEncoder().encode(name));
const toMicros = (ms: number): number => (ms - 946_684_800_000) * 1000;

export const couponTables = {
  leads: 'CREATE TABLE leads (id int NOT NULL, created_at timestamp NOT NULL, converted_at timestamp, amount int)',
  predictions: 'CREATE TABLE predictions (lead_id int NOT NULL, bucket text NOT NULL, score float8 NOT NULL, label boolean NOT NULL)',
  coupons: 'CREATE TABLE coupons (lead_id int NOT NULL, amount int NOT NULL)',
} as const;

/** The view of the native program, in SQL. */
export const couponView = `
CREATE MATERIALIZED VIEW metrics AS
SELECT second, bucket, leads, tp, fp, tn, fn, revenue, cost, precision, recall,
       CASE WHEN precision + recall > 0 THEN 2 * precision * recall / (precision + recall) END AS f1
FROM (
  SELECT second, bucket, leads, tp, fp, tn, fn, revenue, cost,
         tp::float8 / NULLIF(tp + fp, 0) AS precision, tp::float8 / NULLIF(tp + fn, 0) AS recall
  FROM (
    SELECT date_trunc('second', l.created_at) AS second, p.bucket,
           count(DISTINCT l.id) AS leads,
           count(*) FILTER (WHERE p.label AND l.converted_at IS NOT NULL) AS tp,
           count(*) FILTER (WHERE p.label AND l.converted_at IS NULL) AS fp,
           count(*) FILTER (WHERE NOT p.label AND l.converted_at IS NULL) AS tn,
           count(*) FILTER (WHERE NOT p.label AND l.converted_at IS NOT NULL) AS fn,
           sum(l.amount) AS revenue, sum(c.amount) AS cost
    FROM leads l LEFT JOIN predictions p ON p.lead_id = l.id LEFT JOIN coupons c ON c.lead_id = l.id
    GROUP BY 1, 2) counts) rates`;

/** Events [from, to) as batches of the three tables, as a source emits them. An update is a deletion and an insertion. */
export function changesOf(events: CouponEvents, from: number, to: number, ids: { readonly leads: RelationId; readonly predictions: RelationId; readonly coupons: RelationId }): Change[] {
  const leads = new RowBatchBuilder(leadLayout, to - from);
  const predictions = new RowBatchBuilder(predictionLayout, to - from);
  const coupons = new RowBatchBuilder(couponLayout, to - from);
  const lead = (weight: number, id: number, at: number, amount: number): void => {
    leads.begin(weight);
    leads.setWord(0, id);
    leads.setLong(1, toMicros(events.created[id]!));
    if (!Number.isNaN(at)) leads.setLong(2, toMicros(at));
    if (amount !== NO_AMOUNT) leads.setWord(3, amount);
    leads.end();
  };
  for (let i = from; i < to; i++) {
    const id = events.id[i]!;
    switch (events.kind[i]) {
      case 0:
        lead(1, id, NaN, NO_AMOUNT);
        break;
      case 1:
        lead(-1, id, events.oldAt[i]!, events.oldAmount[i]!);
        lead(1, id, events.newAt[i]!, events.newAmount[i]!);
        break;
      case 2:
        coupons.begin(1);
        coupons.setWord(0, id);
        coupons.setWord(1, events.newAmount[i]!);
        coupons.end();
        break;
      default:
        predictions.begin(1);
        predictions.setWord(0, id);
        predictions.setBytes(1, buckets[events.bucket[id]!]!);
        predictions.setDouble(2, events.score[id]!);
        predictions.setWord(3, events.label[id]!);
        predictions.end();
    }
  }
  return [
    { relation: ids.leads, rows: leads.finish() }, { relation: ids.predictions, rows: predictions.finish() }, { relation: ids.coupons, rows: coupons.finish() },
  ].filter((change) => change.rows.rowCount > 0);
}

const leadLayout = rowLayout([sqlType(Oid.int4), sqlType(Oid.timestamp), sqlType(Oid.timestamp), sqlType(Oid.int4)]);
const predictionLayout = rowLayout([sqlType(Oid.int4), sqlType(Oid.text), sqlType(Oid.float8), sqlType(Oid.bool)]);
const couponLayout = rowLayout([sqlType(Oid.int4), sqlType(Oid.int4)]);
