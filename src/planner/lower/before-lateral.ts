import { Oid, sqlType } from '../../core/index.ts';
import { mayRaise } from '../../ir/index.ts';
import type { Expr, TypedRelation } from '../resolve/typed.ts';
import { idsOf } from '../resolve/typed.ts';
import { conjuncts, forEachOperand, referencedIn, referencedInExpr } from '../resolve/walk.ts';

type Filter = Extract<TypedRelation, { op: 'filter' }>;

/**
 * A filter over a join with a LATERAL side: what speaks of the other side alone, and cannot raise, chooses rows before the LATERAL side is computed for them.
 *
 * In `FROM p, jsonb_each(p.doc) e LEFT JOIN LATERAL (...) d ON true WHERE p.id = 1` the right side is computed for all documents of `p` that are left: without this it would raise
 * for a document that is no object in a row that nobody asks for.
 */
export function filterBeforeLateral(filter: Filter): TypedRelation {
  const { input } = filter;
  if (input.op !== 'join' || (input.kind !== 'inner' && input.kind !== 'left')) return filter;
  const left = new Set(idsOf(input.left));
  if (![...referencedIn(input.right)].some((id) => left.has(id))) return filter;
  const parts = conjuncts(filter.predicate);
  const early = parts.filter((part) => isTotal(part) && [...referencedInExpr(part)].every((id) => left.has(id)) && referencedInExpr(part).size > 0);
  if (early.length === 0) return filter;
  const rest = parts.filter((part) => !early.includes(part));
  const join: TypedRelation = { ...input, left: { op: 'filter', input: input.left, predicate: all(early) } };
  return rest.length === 0 ? join : { op: 'filter', input: join, predicate: all(rest) };
}

const all = (parts: readonly Expr[]): Expr => (parts.length === 1 ? parts[0]! : { op: 'and', args: parts, type: sqlType(Oid.bool) });

function isTotal(expr: Expr): boolean {
  if (!isTotalItself(expr)) return false;
  let total = true;
  forEachOperand(expr, (operand) => (total &&= isTotal(operand)));
  return total;
}

function isTotalItself(expr: Expr): boolean {
  switch (expr.op) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'and':
    case 'or':
    case 'not':
    case 'isNull':
    case 'isTrue':
    case 'isFalse':
    case 'same':
    case 'relabel':
      return true;
    case 'call':
      return !mayRaise({ op: 'call', function: expr.function, args: [], type: expr.type });
    default:
      return false;
  }
}
