import type { RelationId } from '../../ir/index.ts';
import type { WireError } from '../thread.ts';

/** What is durable of a source: where upstream it has been read to, and which of its relations had failed by then: rows are missing in them. */
export interface StoredPosition {
  /** upstream's own */
  readonly position: unknown;
  readonly failed: ReadonlyMap<RelationId, WireError>;
}

/** As the log keeps it: upstream's position alone where nothing has failed. */
export const writePosition = ({ position, failed }: StoredPosition): string => JSON.stringify(failed.size === 0 ? position : { position, failed: [...failed] });

export function readPosition(text: string | undefined): StoredPosition {
  const stored: unknown = text === undefined ? undefined : JSON.parse(text);
  if (typeof stored !== 'object' || stored === null || !('failed' in stored) || !('position' in stored)) return { position: stored, failed: new Map() };
  return { position: stored.position, failed: new Map(stored.failed as [RelationId, WireError][]) };
}
