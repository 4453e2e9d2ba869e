import { appendRow, codecOf, defaultTextSettings, readDatum, RowBatch, RowBatchBuilder, rowLayout, SqlError } from '../../core/index.ts';
import type { Datum } from '../../core/index.ts';
import { bindScalar, evaluateScalar, mapScalars, relationTypeOf, someRelation } from '../../ir/index.ts';
import type { Scalar } from '../../ir/index.ts';
import type { SubscribePlan } from '../../planner/index.ts';
import { subscribeColumns } from '../answer.ts';
import type { Taken } from '../engine/messages.ts';
import { originsOf, readsOf } from '../relations.ts';
import type { RowStream } from '../rows.ts';
import type { Execution } from './execution.ts';
import { withOwnWrites } from './own-writes.ts';

const number = (value: number): Datum => ({ kind: 'numeric', coefficient: BigInt(value), scale: 0 });

/**
 * The changes of a relation as rows: time, difference, row. Times never decrease; a progress row says that everything before its time has been sent.
 * UP TO ends it; otherwise it ends when it is closed. What waits for a slow reader is bounded in the engine.
 */
export async function openSubscription(plan: SubscribePlan, execution: Execution): Promise<RowStream> {
  const { session, parameters, signal } = execution;
  const { core } = session;
  const environment = session.environment();
  const timeOf = (scalar: Scalar | null): number | null => (scalar === null ? null : Number(numberOf(evaluateScalar(bindScalar(scalar, parameters), [], environment))));
  const upTo = timeOf(plan.upTo);
  const asOf = timeOf(plan.asOf);
  const relation = mapScalars(plan.relation, (scalar) => bindScalar(scalar, parameters));
  const reads = readsOf(relation);
  for (const id of reads) {
    if (session.catalog.relation(id)?.kind === 'system') throw new SqlError('0A000', 'SUBSCRIBE to catalog relations is not supported', { hint: 'Ask again with SELECT.' });
  }
  if (withOwnWrites(relation, session.block, session.catalog, core.catalog) !== relation) {
    throw new SqlError('0A000', 'SUBSCRIBE to what the same transaction has changed is not supported', { hint: 'Commit first.' });
  }
  // Nothing can change what reads nothing and no clock.
  const constant = reads.size === 0 && !someRelation(relation, (node) => node.op === 'temporalFilter');
  const origins = originsOf(reads, session.catalog);
  await core.sources.whenReadable(origins, signal, (source) => session.options.onNotice({ severity: 'NOTICE', code: '00000', message: `waiting for the snapshot of source "${source}" to finish` }));

  const subscription = core.ids.next++;
  const cancel = new SharedArrayBuffer(4);
  const start = await core.engine.request<number>({
    kind: 'subscribe', subscription, snapshot: plan.snapshot, asOf,
    request: { relation, type: { columns: relationTypeOf(relation).columns, keys: [] }, read: { order: [], offset: 0, limit: null, width: plan.columns.length }, environment: session.environmentData(), cancel, memoryBytes: session.scene().memoryBytes },
  });
  if (asOf !== null && asOf < start) {
    await core.engine.request<void>({ kind: 'closeSubscription', subscription });
    throw new SqlError('22023', `AS OF ${asOf} lies before the retained history, which begins at ${start}`, { hint: 'Leave AS OF out to begin now.' });
  }
  if (upTo !== null && upTo < (asOf ?? start)) {
    await core.engine.request<void>({ kind: 'closeSubscription', subscription });
    throw new SqlError('22023', `UP TO ${upTo} lies before the subscription's start at ${asOf ?? start}`);
  }
  const layout = rowLayout(plan.columns.map((column) => column.type));
  const out = rowLayout(subscribeColumns(plan).map((column) => column.type));
  const shape = plan.envelope.kind === 'none' ? plainRows(plan) : keyedRows(plan);
  let taking: Promise<Taken> | undefined;
  let waiting: (readonly Datum[])[] = [];
  let ended = false;
  let first = true;
  const close = async (): Promise<void> => {
    ended = true;
    Atomics.store(new Int32Array(cancel), 0, 1); // a snapshot still being computed stops where it is
    await core.engine.request<void>({ kind: 'closeSubscription', subscription });
    await taking?.catch(() => undefined); // the take that was under way ends with the subscription
  };
  if (!plan.snapshot && asOf === null) {
    // It begins where it is complete, without a word of what was before: whoever is told that it stands must find every later change in it.
    taking = core.engine.request<Taken>({ kind: 'take', subscription });
    try {
      await within(taking, Infinity, execution, signal);
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Undefined, once the engine has answered everything before it: what was published by now has been taken then. */
  const present = (): Promise<undefined> => core.engine.request<number>({ kind: 'time' }).then(() => undefined);

  /** Takes what was published next and appends its rows; false where nothing came within `waitMs`. */
  const advance = async (waitMs: number, stop: AbortSignal): Promise<boolean> => {
    taking ??= core.engine.request<Taken>({ kind: 'take', subscription });
    const taken = waitMs > 0 ? await within(taking, waitMs, execution, stop) : await Promise.race([taking, present()]);
    if (taken === undefined) return false;
    taking = undefined;
    if (upTo !== null && taken.time >= upTo) {
      if (plan.progress) waiting.push(shape.progress(upTo));
      await core.engine.request<void>({ kind: 'closeSubscription', subscription });
      ended = true;
      return true;
    }
    if (plan.progress && first) waiting.push(shape.progress(taken.time));
    first = false;
    if (taken.rows !== null) shape.rows(taken.time, new RowBatch(taken.rows, layout), (row) => waiting.push(row));
    if (plan.progress) waiting.push(shape.progress(taken.time + 1));
    if (constant) ended = true;
    return true;
  };
  const batch = (maxRows: number): RowBatch => {
    const count = Math.min(maxRows, 5000, waiting.length);
    const builder = new RowBatchBuilder(out, count);
    for (const row of waiting.slice(0, count)) appendRow(builder, row, 1);
    waiting = waiting.slice(count);
    return builder.finish();
  };
  const poll = async (maxRows: number, waitMs: number, stop: AbortSignal): Promise<RowBatch | null> => {
    const deadline = execution.session.core.clock.monotonic() + waitMs;
    while (waiting.length === 0 && !ended) {
      const left = waitMs === Infinity ? Infinity : deadline - execution.session.core.clock.monotonic();
      if (!(await advance(Math.max(0, left), stop))) return null;
    }
    return waiting.length === 0 ? null : batch(maxRows);
  };
  return {
    poll,
    next: async (maxRows, stop) => {
      const rows = await poll(maxRows, Infinity, stop);
      return { rows, done: ended && waiting.length === 0 };
    },
    close,
  };
}

function numberOf(value: Datum): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (value !== null && typeof value === 'object' && 'kind' in value && value.kind === 'numeric') return value.coefficient / 10n ** BigInt(value.scale);
  throw new SqlError('22023', 'AS OF and UP TO take a number of milliseconds');
}

/** The promise's value, or undefined when it takes longer than `waitMs`; rejects when the signal aborts. */
function within<T>(promise: Promise<T>, waitMs: number, execution: Execution, signal: AbortSignal): Promise<T | undefined> {
  return new Promise<T | undefined>((resolve, reject) => {
    const cancelled = (): SqlError => (signal.reason instanceof SqlError ? signal.reason : new SqlError('57014', 'canceling statement due to user request'));
    if (signal.aborted) {
      reject(cancelled());
      return;
    }
    const cancel = waitMs === Infinity ? undefined : execution.session.core.clock.after(waitMs, () => finish(() => resolve(undefined)));
    const onAbort = (): void => finish(() => reject(cancelled()));
    const finish = (settle: () => void): void => {
      cancel?.();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then((value) => finish(() => resolve(value)), (error: Error) => finish(() => reject(error)));
  });
}

interface Shape {
  rows(time: number, batch: RowBatch, emit: (row: readonly Datum[]) => void): void;
  progress(time: number): readonly Datum[];
}

function plainRows(plan: SubscribePlan): Shape {
  const width = plan.columns.length;
  return {
    rows: (time, batch, emit) => {
      for (let row = 0; row < batch.rowCount; row++) {
        const values = plan.columns.map((_, column) => readDatum(batch, row, column));
        emit([number(time), ...(plan.progress ? [false] : []), batch.weight(row), ...values]);
      }
    },
    progress: (time) => [number(time), true, null, ...new Array<Datum>(width).fill(null)],
  };
}

/** UPSERT and DEBEZIUM: what became of each key that changed. */
function keyedRows(plan: SubscribePlan): Shape {
  const { envelope, columns } = plan;
  if (envelope.kind === 'none') throw new SqlError('XX000', 'an envelope without key');
  const rest = columns.map((_, i) => i).filter((i) => !envelope.key.includes(i));
  const nulls = rest.map((): Datum => null);
  return {
    rows: (time, batch, emit) => {
      const keys = new Map<string, { readonly key: readonly Datum[]; readonly before: Datum[][]; readonly after: Datum[][] }>();
      for (let row = 0; row < batch.rowCount; row++) {
        const values = columns.map((_, column) => readDatum(batch, row, column));
        const key = envelope.key.map((i) => values[i]!);
        const text = key.map((value, i) => (value === null ? '\\N' : codecOf(columns[envelope.key[i]!]!.type.oid).print(value, defaultTextSettings))).join('\u0000');
        let entry = keys.get(text);
        if (entry === undefined) keys.set(text, (entry = { key, before: [], after: [] }));
        const weight = batch.weight(row);
        for (let i = 0; i < Math.abs(weight); i++) (weight > 0 ? entry.after : entry.before).push(rest.map((column) => values[column]!));
      }
      for (const { key, before, after } of keys.values()) {
        const violation = before.length > 1 || after.length > 1;
        const head = [number(time), ...(plan.progress ? [false] : [])];
        if (envelope.kind === 'upsert') {
          if (violation) emit([...head, 'key_violation', ...key, ...nulls]);
          else if (after.length === 1) emit([...head, 'upsert', ...key, ...after[0]!]);
          else emit([...head, 'delete', ...key, ...nulls]);
        } else {
          const state = violation ? 'key_violation' : before.length === 0 ? 'insert' : after.length === 0 ? 'delete' : 'upsert';
          emit([...head, state, ...key, ...(violation ? nulls : (before[0] ?? nulls)), ...(violation ? nulls : (after[0] ?? nulls))]);
        }
      }
    },
    progress: (time) => [number(time), true, null, ...new Array<Datum>(envelope.kind === 'upsert' ? columns.length : envelope.key.length + rest.length * 2).fill(null)],
  };
}
