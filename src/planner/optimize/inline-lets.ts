import type { RelationType } from '../../core/index.ts';
import type { Relation } from '../../ir/index.ts';
import { inputsOf, mapInputs, relationTypeOf, structureText } from '../../ir/index.ts';

type Local = Extract<Relation, { op: 'local' }>;

/**
 * A shared result that is used once is no shared result: what reads it takes its place, so that filters and column lists reach it.
 * One that is a stored relation itself, or some columns of it, is shared anyhow, and one without rows reads nothing. Used more often, it is computed once and stays; what is known of its columns and keys its readers know.
 *
 * Example: `WITH w AS (SELECT x FROM a WHERE x > 1) SELECT x FROM w`
 */
export function inlineLets(relation: Relation): Relation {
  if (relation.op !== 'let') return mapInputs(relation, inlineLets);
  const value = inlineLets(relation.value);
  const body = inlineLets(relation.body);
  const count = uses(body, relation.name);
  if (count === 0) return body;
  if (count === 1 || isThere(value)) return replaceLocal(body, relation.name, () => value);
  const informed = replaceLocal(body, relation.name, (local) => knowing(local, relationTypeOf(value)));
  return value === relation.value && informed === relation.body ? relation : { ...relation, value, body: informed };
}

function isThere(relation: Relation): boolean {
  if (relation.op === 'map') return relation.columns.every((column) => column.value.op === 'column') && isThere(relation.input);
  return relation.op === 'get' || relation.op === 'local' || (relation.op === 'constant' && relation.rows.length === 0);
}

/** The reference with what the type of the value says beyond names. */
function knowing(local: Local, { columns, keys }: RelationType): Local {
  const told = local.type.columns.every((column, index) => column.nullable === columns[index]!.nullable) && structureText(local.type.keys) === structureText(keys);
  return told ? local : { ...local, type: { columns: local.type.columns.map((column, index) => ({ ...column, nullable: columns[index]!.nullable })), keys } };
}

/** How often the name is read; an inner `let` of the same name hides it. */
function uses(relation: Relation, name: string): number {
  if (relation.op === 'local') return relation.name === name ? 1 : 0;
  if (relation.op === 'let' && relation.name === name) return uses(relation.value, name);
  return inputsOf(relation).reduce((sum, input) => sum + uses(input, name), 0);
}

function replaceLocal(relation: Relation, name: string, by: (local: Local) => Relation): Relation {
  if (relation.op === 'local') return relation.name === name ? by(relation) : relation;
  if (relation.op === 'let' && relation.name === name) {
    const value = replaceLocal(relation.value, name, by);
    return value === relation.value ? relation : { ...relation, value };
  }
  return mapInputs(relation, (input) => replaceLocal(input, name, by));
}
