import { InvariantError } from '../../core/index.ts';
import type { Scalar } from '../../ir/index.ts';
import type { ColumnId, Expr, OrderKey, TypedQuery, TypedRelation } from '../resolve/typed.ts';
import { explainRelation, scalarText } from './explain-text.ts';
import type { NameRelation } from './explain-text.ts';

/**
 * A query as it stands before subqueries are unnested, as an indented tree. Columns are `#id`, each unique in the statement: one that nothing below produces comes from outside.
 * Subqueries stand below the operator whose expressions they are in.
 */
export function explainTyped(query: TypedQuery, nameOf: NameRelation): string {
  return queryLines(query, nameOf).join('\n');
}

const indent = (inner: readonly string[]): string[] => inner.map((line) => `  ${line}`);
const ids = (list: readonly ColumnId[]): string => list.map((id) => `#${id}`).join(', ');
const orderText = (order: readonly OrderKey[]): string => order.map(({ id, descending }) => `#${id}${descending ? ' desc' : ''}`).join(', ');

function queryLines({ relation, columns, order, limit, offset, withTies }: TypedQuery, nameOf: NameRelation): string[] {
  const below = new Below(nameOf);
  const head = [
    `Query (${columns.map(({ id, name }) => `${name} = #${id}`).join(', ')})`, order.length === 0 ? '' : `order (${orderText(order)})`,
    limit === null ? '' : `limit ${below.text(limit)}${withTies ? ' with ties' : ''}`, offset === null ? '' : `offset ${below.text(offset)}`,
  ].filter((part) => part !== '').join(' ');
  return [head, ...below.lines, ...indent(relationLines(relation, nameOf))];
}

/** Expressions of one operator as text, and the subqueries in them as lines below it. */
class Below {
  readonly lines: string[] = [];
  readonly #nameOf: NameRelation;
  #count = 0;

  constructor(nameOf: NameRelation) {
    this.#nameOf = nameOf;
  }
  text(expr: Expr): string {
    return scalarText(this.#scalar(expr));
  }
  texts(list: readonly Expr[]): string {
    return list.map((expr) => this.text(expr)).join(', ');
  }

  /** The expression with columns by their ids, and each subquery as a name. */
  #scalar(expr: Expr): Scalar {
    const convert = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(convert);
      if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
      return 'op' in value && 'type' in value ? this.#scalar(value as Expr) : value;
    };
    switch (expr.op) {
      case 'column':
        return { op: 'column', index: expr.id, type: expr.type };
      case 'literal':
        return { op: 'literal', value: expr.value, type: expr.type };
      case 'subquery':
        return this.#named(expr, `${expr.kind} subquery`, expr.query, []);
      case 'quantified':
        return this.#named(expr, expr.quantifier, expr.query, [`on ${this.text(expr.condition)}`]);
      case 'grouping':
        return { op: 'call', function: 'grouping()', args: expr.args.map((arg) => this.#scalar(arg)), type: expr.type };
      case 'case':
        return { ...expr, branches: expr.branches.map(({ when, then }) => ({ when: this.#scalar(when), then: this.#scalar(then) })), otherwise: this.#scalar(expr.otherwise) };
      default:
        return Object.fromEntries(Object.entries(expr).map(([key, value]) => [key, key === 'type' ? value : convert(value)])) as unknown as Scalar;
    }
  }
  #named(expr: Expr, kind: string, query: TypedQuery, notes: readonly string[]): Scalar {
    const name = `$${kind.replace(' ', '_')}_${++this.#count}`;
    this.lines.push(`  ${name}${notes.length === 0 ? '' : ` ${notes.join(' ')}`}:`, ...indent(indent(queryLines(query, this.#nameOf))));
    return { op: 'call', function: `${name}()`, args: [], type: expr.type };
  }
}

function relationLines(relation: TypedRelation, nameOf: NameRelation): string[] {
  const below = new Below(nameOf);
  const at = (head: string, ...inputs: readonly TypedRelation[]): string[] => [head, ...below.lines, ...inputs.flatMap((input) => indent(relationLines(input, nameOf)))];
  switch (relation.op) {
    case 'unit': return ['One row'];
    case 'leaf': {
      const [head, ...rest] = explainRelation(relation.relation, nameOf).split('\n');
      return [`${head} (${ids(relation.ids)})`, ...rest];
    }
    case 'reference': return [`Reference ${relation.name} (${ids(relation.ids)})`];
    case 'with': return [`With ${relation.name} (${ids(relation.valueIds)}) =`, ...indent(relationLines(relation.value, nameOf)), 'In', ...indent(relationLines(relation.body, nameOf))];
    case 'values': return at(`Values ${relation.rows.map((row) => `(${below.texts(row)})`).join(', ')} (${ids(relation.columns.map(({ id }) => id))})`);
    case 'functions': return at(`Functions ${relation.calls.map((call) => `${call.function.slice(0, call.function.indexOf('('))}(${below.texts(call.args)}) (${ids(call.ids)})`).join(', ')}${relation.ordinality === null ? '' : ` with ordinality #${relation.ordinality}`}`);
    case 'filter': return at(`Filter ${below.text(relation.predicate)}`, relation.input);
    case 'compute': return at(`Compute ${relation.columns.map(({ id, value }) => `#${id} = ${below.text(value)}`).join(', ')}`, relation.input);
    case 'project': return at(`Project (${ids(relation.ids)})`, relation.input);
    case 'join': return at(`${relation.kind[0]!.toUpperCase()}${relation.kind.slice(1)} join${relation.on === null ? '' : ` on ${below.text(relation.on)}`}`, relation.left, relation.right);
    case 'aggregate': {
      const by = relation.by.map(({ id, value }) => `#${id} = ${below.text(value)}`).join(', ');
      const calls = relation.aggregates.map(({ id, function: name, args }) => `#${id} = ${name.slice(0, name.indexOf('('))}(${name.endsWith('(*)') ? '*' : below.texts(args)})`).join(', ');
      const sets = relation.grouping === null ? '' : ` sets (${relation.grouping.sets.map((set) => `(${ids(set)})`).join(', ')})`;
      return at(`Aggregate by (${by})${calls === '' ? '' : ` aggregates (${calls})`}${sets}`, relation.input);
    }
    case 'distinct': return at('Distinct', relation.input);
    case 'topK': return at(`TopK by (${ids(relation.by)}) order (${orderText(relation.order)})${relation.limit === null ? '' : ` limit ${below.text(relation.limit)}`}${relation.offset === null ? '' : ` offset ${below.text(relation.offset)}`}`, relation.input);
    case 'setOperation': return at(`${relation.kind[0]!.toUpperCase()}${relation.kind.slice(1)}${relation.all ? ' all' : ''} (${ids(relation.columns.map(({ id }) => id))})`, relation.left, relation.right);
    default: throw new InvariantError(`no text for ${JSON.stringify(relation)}`);
  }
}
