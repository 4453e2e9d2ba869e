import type { Relation } from '../../ir/index.ts';
import { inputsOf, mapInputs } from '../../ir/index.ts';

/**
 * A shared result that is used once is no shared result: what reads it takes its place, so that filters and column lists reach it.
 * One that is a stored relation itself is shared anyhow. Used more often, it is computed once and stays.
 *
 * Example: `WITH w AS (SELECT x FROM a WHERE x > 1) SELECT x FROM w`
 */
export function inlineLets(relation: Relation): Relation {
  if (relation.op !== 'let') return mapInputs(relation, inlineLets);
  const value = inlineLets(relation.value);
  const body = inlineLets(relation.body);
  const count = uses(body, relation.name);
  if (count === 0) return body;
  if (count === 1 || value.op === 'get' || value.op === 'local') return replaceLocal(body, relation.name, value);
  return value === relation.value && body === relation.body ? relation : { ...relation, value, body };
}

/** How often the name is read; an inner `let` of the same name hides it. */
function uses(relation: Relation, name: string): number {
  if (relation.op === 'local') return relation.name === name ? 1 : 0;
  if (relation.op === 'let' && relation.name === name) return uses(relation.value, name);
  return inputsOf(relation).reduce((sum, input) => sum + uses(input, name), 0);
}

function replaceLocal(relation: Relation, name: string, value: Relation): Relation {
  if (relation.op === 'local') return relation.name === name ? value : relation;
  if (relation.op === 'let' && relation.name === name) return { ...relation, value: replaceLocal(relation.value, name, value) };
  return mapInputs(relation, (input) => replaceLocal(input, name, value));
}
