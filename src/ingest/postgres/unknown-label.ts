import { TransientError } from '../../core/index.ts';
import type { SqlError } from '../../core/index.ts';

/** Upstream has added a label to an enum, or renamed one, since we asked. Reading goes on from the last position once the enum has it here too. */
export class UnknownLabelError extends TransientError {
  constructor(error: SqlError) {
    super(error.message, { cause: error });
    this.name = 'UnknownLabelError';
  }
}
