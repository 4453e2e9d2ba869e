import type { Relation, RelationId } from '../../../src/ir/index.ts';
import { inputsOf } from '../../../src/ir/index.ts';
import type { Case } from './laws.ts';

export const operators = ['map', 'filter', 'inner join', 'left join', 'reduce', 'distinct', 'topK', 'union', 'negate', 'threshold', 'temporalFilter'] as const;
export const events = ['insert', 'update', 'delete', 'duplicate', 'NULL', 'late'] as const;
export const shapes = ['plain', 'self-join', 'nested outer join'] as const;
type Event = (typeof events)[number];
export type Shape = (typeof shapes)[number];

/** How many cases had an operator above a table that an event befell, by the shape of the joins in the same plan. */
export class Coverage {
  readonly #operators: readonly string[];
  readonly #counts = new Map<string, number>();

  constructor(counted: readonly string[] = operators) {
    this.#operators = counted;
  }

  /** `also` is in the query, though its plan does not call it so. */
  add({ planned, history, schema }: Case, also?: string): void {
    const found = new Set<string>(also === undefined ? [] : [also]);
    const reads = new Set<RelationId>();
    visit(planned.relation, found, reads);
    const befell = new Set<Event>();
    const weights = new Map<string, number>();
    for (const { time, changes } of history.ticks) {
      for (const [index, { table, row, weight }] of changes.entries()) {
        if (!reads.has(schema.ids[table]!)) continue;
        const key = `${table} ${JSON.stringify(row)}`;
        const total = (weights.get(key) ?? 0) + weight;
        weights.set(key, total);
        const previous = changes[index - 1];
        const updates = weight > 0 && previous !== undefined && previous.table === table && previous.weight < 0;
        befell.add(weight < 0 ? 'delete' : updates ? 'update' : 'insert');
        if (total > 1) befell.add('duplicate');
        if (row.includes(null)) befell.add('NULL');
        // All temporal bounds of the generator lie at most 3 seconds behind the row's own moment.
        const moment = row[schema.tables[table]!.columns.findIndex(({ kind }) => kind === 'ts')];
        if (moment !== null && moment !== undefined && Date.parse(`${moment.slice(0, 23).replace(' ', 'T')}Z`) + 3000 < time) befell.add('late');
      }
    }
    const has: Shape[] = ['plain'];
    if (isSelfJoin(planned.relation)) has.push('self-join');
    if (isNestedOuter(planned.relation)) has.push('nested outer join');
    for (const operator of found) for (const event of befell) for (const shape of has) this.#counts.set(cell(operator, event, shape), this.count(operator, event, shape) + 1);
  }
  count(operator: string, event: Event, shape: Shape): number {
    return this.#counts.get(cell(operator, event, shape)) ?? 0;
  }
  thin(least: number): string[] {
    return this.#operators.flatMap((operator) => events.flatMap((event) => shapes.flatMap((shape) => (this.count(operator, event, shape) < least ? [cell(operator, event, shape)] : []))));
  }
  get table(): string {
    const line = (cells: readonly string[]): string => cells.map((text, index) => (index === 0 ? text.padEnd(16) : text.padStart(16))).join('');
    return [
      line(['plain/self/nested', ...events]),
      ...this.#operators.map((operator) => line([operator, ...events.map((event) => shapes.map((shape) => this.count(operator, event, shape)).join('/'))])),
    ].join('\n');
  }
}

/** The operators of a plan, joins by their kind. */
export function operatorsIn(relation: Relation): ReadonlySet<string> {
  const found = new Set<string>();
  visit(relation, found, new Set());
  return found;
}

const cell = (operator: string, event: Event, shape: Shape): string => `${operator}, ${event}, ${shape}`;

function visit(relation: Relation, found: Set<string>, reads: Set<RelationId>): void {
  if (relation.op === 'get') reads.add(relation.id);
  if (relation.op === 'join') {
    if (relation.on.some(({ outer }) => outer)) found.add('left join');
    if (relation.on.some(({ outer }) => !outer)) found.add('inner join');
  } else {
    const operator = operators.find((name) => name === relation.op);
    if (operator !== undefined) found.add(operator);
  }
  for (const input of inputsOf(relation)) visit(input, found, reads);
}

/** The relations below that no aggregate or other join hides: what a join reads row by row. */
const readBy = (relation: Relation): RelationId[] => (relation.op === 'get' ? [relation.id] : relation.op === 'map' || relation.op === 'filter' ? readBy(relation.input) : []);
const some = (relation: Relation, test: (relation: Relation) => boolean): boolean => test(relation) || inputsOf(relation).some((input) => some(input, test));

const isSelfJoin = (relation: Relation): boolean =>
  some(relation, (join) => {
    if (join.op !== 'join') return false;
    const read = join.inputs.flatMap(readBy);
    return new Set(read).size < read.length;
  });

/** A join below the side that an outer join fills with NULLs, or an outer join that hangs on one. */
const isNestedOuter = (relation: Relation): boolean =>
  some(relation, (join) => join.op === 'join' && join.on.some((edge, index) => edge.outer && (
    some(join.inputs[index + 1]!, (below) => below.op === 'join') || (edge.parent > 0 && join.on[edge.parent - 1]!.outer))));
