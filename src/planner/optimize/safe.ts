import type { Scalar } from '../../ir/index.ts';
import { mayRaise, someScalar } from '../../ir/index.ts';

/** Whether evaluating the scalar can raise no error and has no effect, so that it may be evaluated for rows that would not have reached it. */
export const isSafe = (scalar: Scalar): boolean => !someScalar(scalar, (node) => node.op === 'currentTime' || mayRaise(node));
