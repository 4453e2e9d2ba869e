import type { Relation } from '../../ir/index.ts';
import { relationTypeOf } from '../../ir/index.ts';
import type { Rewrite } from './rewrite.ts';

/**
 * A union's inputs that are unions are its own inputs. A union of constants is one constant.
 *
 * Example: `SELECT x FROM (SELECT k, x FROM a UNION ALL SELECT x, y FROM b) i UNION ALL SELECT x FROM c`
 */
export const fuseUnions: Rewrite = {
  name: 'fuseUnions',
  apply(relation): Relation {
    if (relation.op !== 'union') return relation;
    if (relation.inputs.length === 1) return relation.inputs[0]!;
    if (relation.inputs.some((input) => input.op === 'union')) {
      return { op: 'union', inputs: relation.inputs.flatMap((input) => (input.op === 'union' ? input.inputs : [input])) };
    }
    const rows = relation.inputs.flatMap((input) => (input.op === 'constant' ? [input.rows] : []));
    if (rows.length < relation.inputs.length) return relation;
    return { op: 'constant', rows: rows.flat(), type: { columns: relationTypeOf(relation).columns, keys: [] } };
  },
};
