import { SqlError } from '../../core/index.ts';
import { openFile } from '../../batch/index.ts';
import { describeTopic, describeUpstream } from '../../ingest/index.ts';
import type { Purified, PurifyRequest } from '../../planner/index.ts';
import { kafkaUpstream, postgresUpstream } from '../upstream.ts';
import type { ResolveOption } from '../upstream.ts';

/** Asks the outside world what a statement needs to know; the one step between syntax and plan that may. */
export async function purify(request: PurifyRequest, resolve: ResolveOption, signal: AbortSignal): Promise<Purified> {
  switch (request.kind) {
    case 'postgres': {
      const facts = await describeUpstream(postgresUpstream(request.connection, resolve), request.publication, signal, request.isRead);
      return { kind: 'postgres', tables: facts.tables, enums: facts.enums, rowTypes: facts.rowTypes };
    }
    case 'kafka': {
      const facts = await describeTopic(kafkaUpstream(request.connection, resolve), request.topic, signal);
      return { kind: 'kafka', endOffsets: facts.partitions.map(({ high }) => high) };
    }
    case 'file': {
      const file = await openFile(request.path);
      try {
        return { kind: 'file', columns: file.columns };
      } finally {
        file.close();
      }
    }
    default:
      throw new SqlError('XX000', 'unknown question');
  }
}
