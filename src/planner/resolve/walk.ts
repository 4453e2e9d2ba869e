import type { ColumnId, Expr, TypedQuery, TypedRelation } from './typed.ts';

/** The same expression over changed operands; subqueries go through `query`. */
export function mapOperands(expr: Expr, map: (operand: Expr) => Expr, query: (inner: TypedQuery) => TypedQuery = (inner) => inner): Expr {
  const all = (list: readonly Expr[]): readonly Expr[] => list.map(map);
  const optional = (list: readonly (Expr | null)[]): readonly (Expr | null)[] => list.map((operand) => operand && map(operand));
  switch (expr.op) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'currentTime':
    case 'raise':
      return expr;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'grouping':
      return { ...expr, args: all(expr.args) };
    case 'not':
    case 'isNull':
    case 'isTrue':
    case 'isFalse':
    case 'coerceTypmod':
    case 'fromText':
    case 'toText':
    case 'relabel':
    case 'field':
      return { ...expr, arg: map(expr.arg) };
    case 'same':
    case 'nullIf':
      return { ...expr, left: map(expr.left), right: map(expr.right) };
    case 'anyOf':
    case 'allOf':
      return { ...expr, left: map(expr.left), array: map(expr.array) };
    case 'case':
      return { ...expr, branches: expr.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })), otherwise: map(expr.otherwise) };
    case 'array':
      return { ...expr, elements: all(expr.elements) };
    case 'row':
      return { ...expr, fields: all(expr.fields), ...(expr.present && { present: map(expr.present) }) };
    case 'subscript':
      return { ...expr, arg: map(expr.arg), lower: optional(expr.lower), ...(expr.upper && { upper: optional(expr.upper) }) };
    case 'subquery':
      return { ...expr, query: query(expr.query) };
    case 'quantified':
      return { ...expr, condition: map(expr.condition), query: query(expr.query) };
  }
}

/** Calls `visit` on the expression's direct operands. */
export function forEachOperand(expr: Expr, visit: (operand: Expr) => void, query: (inner: TypedQuery) => void = () => {}): void {
  mapOperands(expr, (operand) => (visit(operand), operand), (inner) => (query(inner), inner));
}

export function containsSubquery(expr: Expr): boolean {
  if (expr.op === 'subquery' || expr.op === 'quantified') return true;
  let found = false;
  forEachOperand(expr, (operand) => (found ||= containsSubquery(operand)));
  return found;
}

/** The same relation with each of its own expressions, and each relation below, changed. */
export function mapRelation(relation: TypedRelation, expr: (value: Expr) => Expr, below: (input: TypedRelation) => TypedRelation): TypedRelation {
  switch (relation.op) {
    case 'unit':
    case 'leaf':
    case 'reference':
      return relation;
    case 'with':
      return { ...relation, value: below(relation.value), body: below(relation.body) };
    case 'values':
      return { ...relation, rows: relation.rows.map((row) => row.map(expr)) };
    case 'functions':
      return { ...relation, calls: relation.calls.map((call) => ({ ...call, args: call.args.map(expr) })) };
    case 'filter':
      return { ...relation, input: below(relation.input), predicate: expr(relation.predicate) };
    case 'compute':
      return { ...relation, input: below(relation.input), columns: relation.columns.map((column) => ({ ...column, value: expr(column.value) })) };
    case 'project':
    case 'distinct':
      return { ...relation, input: below(relation.input) };
    case 'join':
      return { ...relation, left: below(relation.left), right: below(relation.right), on: relation.on && expr(relation.on) };
    case 'aggregate':
      return {
        ...relation,
        input: below(relation.input),
        by: relation.by.map((column) => ({ ...column, value: expr(column.value) })),
        aggregates: relation.aggregates.map((aggregate) => ({ ...aggregate, args: aggregate.args.map(expr), filter: aggregate.filter && expr(aggregate.filter) })),
      };
    case 'topK':
      return { ...relation, input: below(relation.input), offset: relation.offset && expr(relation.offset), limit: relation.limit && expr(relation.limit) };
    case 'setOperation':
      return { ...relation, left: below(relation.left), right: below(relation.right) };
  }
}

/** The same query with every expression changed by `map`, which sees whole expressions, at any depth of relations. */
export function mapQuery(query: TypedQuery, map: (value: Expr) => Expr): TypedQuery {
  const below = (relation: TypedRelation): TypedRelation => mapRelation(relation, map, below);
  return { ...query, relation: below(query.relation), limit: query.limit && map(query.limit), offset: query.offset && map(query.offset) };
}

/** Calls `visit` for each column reference in the expression, those inside its subqueries included. */
export function forEachColumn(expr: Expr, visit: (id: ColumnId) => void): void {
  if (expr.op === 'column') return visit(expr.id);
  forEachOperand(expr, (operand) => forEachColumn(operand, visit), (inner) => forEachColumnOfQuery(inner, visit));
}

function forEachColumnOfQuery(query: TypedQuery, visit: (id: ColumnId) => void): void {
  mapQuery(query, (value) => (forEachColumn(value, visit), value));
}

/** The columns referred to inside a relation, own ones and outer ones alike. */
export function referencedIn(relation: TypedRelation): Set<ColumnId> {
  const ids = new Set<ColumnId>();
  const visit = (input: TypedRelation): TypedRelation => mapRelation(input, (value) => (forEachColumn(value, (id) => ids.add(id)), value), visit);
  visit(relation);
  return ids;
}

export function referencedInExpr(expr: Expr): Set<ColumnId> {
  const ids = new Set<ColumnId>();
  forEachColumn(expr, (id) => ids.add(id));
  return ids;
}

/** Where an expression begins in the text: the leftmost position in it. */
export function startOf(expr: Expr): number | undefined {
  let start = expr.position;
  forEachOperand(expr, (operand) => {
    const position = startOf(operand);
    if (position !== undefined && (start === undefined || position < start)) start = position;
  });
  return start;
}

export const conjuncts = (expr: Expr): readonly Expr[] => (expr.op === 'and' ? expr.args.flatMap(conjuncts) : [expr]);
