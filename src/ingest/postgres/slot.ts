import type pg from 'pg';
import { TransientError } from '../../core/index.ts';
import { connect, query, quoteIdentifier } from './connection.ts';
import type { PostgresUpstream } from './connection.ts';
import { parseLsn } from './lsn.ts';
import type { Lsn } from './lsn.ts';

/** What the server knows about our slot and about its own log. */
export interface SlotState {
  /** absent: there is no such slot */
  readonly slot?: {
    readonly confirmed: Lsn;
    /** the server removed WAL that the slot needs, or invalidated it otherwise */
    readonly lost: boolean;
    readonly activePid: number | undefined;
  };
  readonly serverLsn: Lsn;
}

export async function inspectSlot(client: pg.Client, slot: string): Promise<SlotState> {
  const [row] = await query(client, `
    SELECT pg_current_wal_flush_lsn(), s.slot_name, s.confirmed_flush_lsn, s.wal_status, s.active_pid
      FROM (SELECT 1) one LEFT JOIN pg_catalog.pg_replication_slots s ON s.slot_name = $1`, [slot]);
  const [serverLsn, name, confirmed, walStatus, activePid] = row!;
  if (name === null || name === undefined) return { serverLsn: parseLsn(serverLsn!) };
  return {
    serverLsn: parseLsn(serverLsn!),
    slot: {
      confirmed: confirmed === null || confirmed === undefined ? 0n : parseLsn(confirmed),
      lost: walStatus === 'lost',
      activePid: activePid === null || activePid === undefined ? undefined : Number(activePid),
    },
  };
}

/** A new slot, and the snapshot that shows the database exactly as it is before the slot's first change. */
export interface ExportedSnapshot {
  readonly position: Lsn;
  /** for SET TRANSACTION SNAPSHOT; valid until the connection that made it does anything else */
  readonly snapshot: string;
}

/** Creates the slot on a replication connection. The old spelling of the option is understood by every version (the new one since 15). */
export async function createSlot(replication: pg.Client, slot: string): Promise<ExportedSnapshot> {
  const result = await replication.query(`CREATE_REPLICATION_SLOT ${quoteIdentifier(slot)} LOGICAL pgoutput EXPORT_SNAPSHOT`);
  const row: { consistent_point: string; snapshot_name: string } = result.rows[0];
  return { position: parseLsn(row.consistent_point), snapshot: row.snapshot_name };
}

/** Removes the slot where it exists; one that another connection still reads from cannot be removed yet. */
export async function removeSlot(client: pg.Client, slot: string): Promise<void> {
  const state = await inspectSlot(client, slot);
  if (state.slot === undefined) return;
  if (state.slot.activePid !== undefined) throw new TransientError(`replication slot "${slot}" is still in use by upstream process ${state.slot.activePid}`);
  await query(client, 'SELECT pg_drop_replication_slot($1)', [slot]);
}

/**
 * Removes the slot for DROP SOURCE, so that upstream keeps no log for us any more. A reader that is still attached (our own, a moment ago)
 * is ended first. Rejects with SqlError where the upstream cannot be reached: the slot is then left for the user to drop by hand.
 */
export async function dropSlot(upstream: PostgresUpstream, slot: string, signal?: AbortSignal): Promise<void> {
  const client = await connect(upstream, signal);
  try {
    await query(client, 'SELECT pg_terminate_backend(active_pid, 5000) FROM pg_catalog.pg_replication_slots WHERE slot_name = $1 AND active_pid IS NOT NULL', [slot]);
    await removeSlot(client, slot);
  } finally {
    void client.end().catch(() => {});
  }
}
