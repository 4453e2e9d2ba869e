import type { Relation, Scalar } from '../../ir/index.ts';
import { inputsOf, mapInputs, mapOwnScalars, relationTypeOf, structureText, tableFunctionById } from '../../ir/index.ts';
import { isVolatile } from './fuse-maps.ts';

/**
 * What stands in a plan twice is computed once: a `let` around the whole, with the place of each taken by its name. The largest first.
 *
 * Only what keeps rows is worth it, groups, distinct rows, tops, what passes with time, or a table function's rows. A relation as it is stored, filtered, or joined is not: joins read stored rows where they lie,
 * and a join that is an input of another is no operator of its own; shared it would be one whose rows each reader keeps. So a join is shared where what reads it is no join.
 * And only what is the same each time: `SELECT (SELECT max(random()) FROM a), (SELECT max(random()) FROM a)` has two numbers. Names and places in the statement do not matter.
 *
 * Example: `SELECT i.x, i.n, (SELECT max(n) FROM (SELECT x, count(*) AS n FROM a GROUP BY x) j) AS most FROM (SELECT x, count(*) AS n FROM a GROUP BY x) i`
 */
export function shareSubplans(relation: Relation): Relation {
  let current = relation;
  for (;;) {
    const twice = largestTwice(current);
    if (twice === undefined) return current;
    const name = freshName(current);
    const replace = (node: Relation): Relation => {
      if (twice.places.has(node)) return { op: 'local', name, type: relationTypeOf(node) };
      return mapInputs(node, replace);
    };
    current = { op: 'let', name, value: [...twice.places][0]!, body: replace(current) };
  }
}

interface Repeated {
  readonly size: number;
  readonly places: Set<Relation>;
}

/** The largest subplan that stands in several places and is worth sharing. */
function largestTwice(relation: Relation): Repeated | undefined {
  const found = new Map<number, Repeated>();
  const numbers = new Numbers();
  const counted = new Map<Relation, number>();
  const visit = (node: Relation, reader: Relation | undefined): void => {
    const { number, size, free, isFixed } = numbers.of(node);
    if (free.size === 0 && isFixed && isWorthSharing(node, reader)) {
      const known = found.get(number);
      if (known === undefined) found.set(number, { size, places: new Set([node]) });
      else known.places.add(node);
    }
    counted.set(node, (counted.get(node) ?? 0) + 1);
    for (const input of inputsOf(node)) visit(input, passesOn(node) && reader !== undefined ? reader : node);
  };
  visit(relation, undefined);
  let best: Repeated | undefined;
  for (const candidate of found.values()) {
    const times = [...candidate.places].reduce((sum, node) => sum + counted.get(node)!, 0);
    if (times > 1 && (best === undefined || candidate.size > best.size)) best = candidate;
  }
  return best;
}

/** What keeps no rows and hands on each: for it, it matters who reads on. */
const passesOn = ({ op }: Relation): boolean => op === 'map' || op === 'filter';

function isWorthSharing(node: Relation, reader: Relation | undefined): boolean {
  switch (node.op) {
    case 'reduce':
    case 'distinct':
    case 'topK':
    case 'threshold':
    case 'temporalFilter':
    case 'flatMap':
      return true;
    case 'join':
      return reader?.op !== 'join';
    case 'map':
    case 'filter':
      return isWorthSharing(node.input, reader);
    case 'union':
      return node.inputs.some((input) => isWorthSharing(input, node));
    case 'negate':
      return false;
    case 'constant':
    case 'get':
    case 'local':
    case 'let':
      return false;
  }
}

interface Numbered {
  readonly number: number;
  /** operators */
  readonly size: number;
  /** names that it reads and does not bind */
  readonly free: ReadonlySet<string>;
  /** it is the same each time */
  readonly isFixed: boolean;
}

/** The same number for equal subplans; a name stands for itself. */
class Numbers {
  readonly #numbers = new Map<string, number>();
  readonly #known = new Map<Relation, Numbered>();

  of(relation: Relation): Numbered {
    let numbered = this.#known.get(relation);
    if (numbered === undefined) this.#known.set(relation, (numbered = this.#number(relation)));
    return numbered;
  }
  #number(relation: Relation): Numbered {
    const inputs = inputsOf(relation).map((input) => this.of(input));
    const text = `${ownText(relation)} ${inputs.map(({ number }) => number).join()}`;
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return {
      number, size: inputs.reduce((sum, input) => sum + input.size, 1),
      free: freeOf(relation, inputs), isFixed: isSameEachTime(relation) && inputs.every((input) => input.isFixed),
    };
  }
}

function freeOf(relation: Relation, inputs: readonly Numbered[]): ReadonlySet<string> {
  if (relation.op === 'local') return new Set([relation.name]);
  if (relation.op === 'let') return new Set([...inputs[0]!.free, ...[...inputs[1]!.free].filter((name) => name !== relation.name)]);
  return new Set(inputs.flatMap((input) => [...input.free]));
}

const ignored: ReadonlySet<string> = new Set(['position', 'name', 'input', 'inputs']);

/** The operator without what it stands on; names of columns do not matter, those of types do. */
function ownText(relation: Relation): string {
  switch (relation.op) {
    case 'map':
      return structureText(['map', relation.columns], ignored);
    case 'filter':
      return structureText(['filter', relation.predicates], positions);
    case 'get':
      return structureText(['get', relation.id, relation.lookup], positions);
    case 'constant':
      return structureText(['constant', relation.rows, relation.type.columns.map(({ type }) => type)]);
    case 'let':
    case 'local':
      return structureText([relation.op, relation.name]);
    case 'reduce':
      return structureText(['reduce', relation.by, relation.aggregates.map(({ name: _name, ...rest }) => rest)], positions);
    default:
      return structureText(relation, ignored);
  }
}
const positions: ReadonlySet<string> = new Set(['position']);

function isSameEachTime(relation: Relation): boolean {
  if (relation.op === 'flatMap' && tableFunctionById(relation.function)?.volatility === 'volatile') return false;
  let same = true;
  mapOwnScalars(relation, (scalar: Scalar) => ((same &&= !isVolatile(scalar)), scalar));
  return same;
}

function freshName(relation: Relation): string {
  const taken = new Set<string>();
  const visit = (node: Relation): void => {
    if (node.op === 'let') taken.add(node.name);
    inputsOf(node).forEach(visit);
  };
  visit(relation);
  for (let count = 1; ; count++) if (!taken.has(`shared${count}`)) return `shared${count}`;
}
