import type { JsonBehavior, JsonFormat, JsonFuncExpr, JsonOutput, JsonValueExpr, Node } from '@pgsql/types';
import { Oid, findType, notSupported, sqlType, typeInfo } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import type { Behavior, BehaviorKind, JsonQueryCall, JsonQuerySpec } from '../../ir/index.ts';
import { coerce, settleUnknown, tryCoerce } from '../typing/coerce.ts';
import { typeText } from '../typing/format-type.ts';
import { resolveTypeName } from '../typing/type-name.ts';
import { required, resolveExpression } from './expression.ts';
import type { Level } from './level.ts';
import type { Expr, TableFunctionCall } from './typed.ts';
import { forEachOperand, referencedInExpr, startOf } from './walk.ts';

/** JSON_EXISTS, JSON_VALUE and JSON_QUERY, and what of them JSON_TABLE is made of (parse_expr.c, transformJsonFuncExpr). */

type Operation = JsonQuerySpec['op'];
const operations: Readonly<Record<string, Operation>> = { JSON_EXISTS_OP: 'exists', JSON_VALUE_OP: 'value', JSON_QUERY_OP: 'query' };
const defaultTypes: Readonly<Record<Operation, number>> = { exists: Oid.bool, value: Oid.text, query: Oid.jsonb };

const isJson = (oid: number): boolean => oid === Oid.json || oid === Oid.jsonb;
export const literal = (value: string | boolean | null, oid: number): Expr & { readonly op: 'literal' } => ({ op: 'literal', value, type: sqlType(oid) });

export function resolveJsonQuery(level: Level, node: JsonFuncExpr): Expr {
  const op = operations[node.op ?? 'JSON_EXISTS_OP']!;
  checkClauses(level, op, node, undefined);
  const document = documentOf(level, node.context_item);
  const path = pathExpression(level, required(node.pathspec));
  const { names, values } = passingOf(level, node.passing ?? []);
  const type = returningOf(level, op, node.output);
  const defaults: Expr[] = [];
  const call: JsonQueryCall = { spec: specOf(level, op, node, type, defaults), names };
  return {
    op: 'call', function: `sql_json_${op}${usesTimes(path, values) || isTime(type.oid) ? '_tz' : ''}(jsonb,jsonpath,text,record,record)`, type, position: level.planning.at(node.location),
    args: [document, path, literal(JSON.stringify(call), Oid.text), recordOf(defaults), recordOf(values)],
  };
}

/** A type whose values are read as the session's settings say, or an array of one. */
const isTime = (oid: number): boolean => {
  const { category, element } = typeInfo(oid);
  return category === 'D' || category === 'T' || (category === 'A' && isTime(element));
};

/** Whether the path may come upon times, which are compared in the session's time zone. */
const usesTimes = (path: Expr, passed: readonly Expr[]): boolean =>
  path.op !== 'literal' || /\.(datetime|date|time(stamp)?(_tz)?)\(/.test(String(path.value)) || passed.some(({ type }) => isTime(type.oid));

/** Values of whatever types as one. */
export const recordOf = (fields: readonly Expr[]): Expr =>
  (fields.length === 0 ? literal(null, Oid.record) : { op: 'row', fields, names: fields.map((_, index) => `f${index + 1}`), type: sqlType(Oid.record) });

function refuseBytes(level: Level, value: Expr, format: JsonFormat | undefined): void {
  const { planning } = level;
  const encoded = format?.encoding !== undefined && format.encoding !== 'JS_ENC_DEFAULT';
  if (encoded && value.type.oid !== Oid.bytea) throw planning.error('42804', 'JSON ENCODING clause is only allowed for bytea input type', planning.at(format.location));
  if (value.type.oid === Oid.bytea && format?.format_type === 'JS_FORMAT_JSON') throw notSupported('FORMAT JSON of a bytea', 'Convert it by convert_from.', startOf(value));
}

/** What the path is applied to, as a jsonb. */
export function documentOf(level: Level, item: JsonValueExpr | undefined): Expr {
  const value = settleUnknown(level.planning, resolveExpression(level, required(item?.raw_expr)));
  refuseBytes(level, value, item?.format);
  return value.type.oid === Oid.jsonb ? value : coerce(level.planning, value, sqlType(Oid.jsonb), 'explicit');
}

export function pathExpression(level: Level, node: Node): Expr {
  const path = resolveExpression(level, node);
  const found = tryCoerce(level.planning, path, sqlType(Oid.jsonpath), 'explicit');
  if (found === undefined) throw level.planning.error('42804', `JSON path expression must be of type jsonpath, not of type ${typeText(path.type.oid)}`, startOf(path));
  return found;
}

/** Types whose values are passed as they are; others as documents. */
const passedAsTheyAre: ReadonlySet<number> = new Set([
  Oid.bool, Oid.numeric, Oid.int2, Oid.int4, Oid.int8, Oid.float4, Oid.float8, Oid.text, Oid.varchar, Oid.date, Oid.time, Oid.timetz, Oid.timestamp, Oid.timestamptz, Oid.json, Oid.jsonb,
]);

export function passingOf(level: Level, nodes: readonly Node[]): { readonly names: readonly string[]; readonly values: readonly Expr[] } {
  const given = nodes.flatMap((node) => ('JsonArgument' in node ? [node.JsonArgument] : []));
  return { names: given.map(({ name }) => name ?? ''), values: given.map(({ val }) => passedValue(level, val)) };
}

function passedValue(level: Level, given: JsonValueExpr | undefined): Expr {
  const value = settleUnknown(level.planning, resolveExpression(level, required(given?.raw_expr)));
  refuseBytes(level, value, given?.format);
  const { oid } = value.type;
  if (given?.format?.format_type === 'JS_FORMAT_JSON') return isJson(oid) ? value : asDocument(level, value, Oid.json);
  return passedAsTheyAre.has(oid) || findType(oid)?.category === 'S' ? value : asDocument(level, value, Oid.jsonb);
}

const asDocument = (level: Level, value: Expr, oid: number): Expr =>
  tryCoerce(level.planning, value, sqlType(oid), 'explicit') ?? { op: 'call', function: oid === Oid.json ? 'to_json(anyelement)' : 'to_jsonb(anyelement)', args: [value], type: sqlType(oid) };

export function returningOf(level: Level, op: Operation, output: JsonOutput | undefined): SqlType {
  const { planning } = level;
  if (output?.typeName === undefined) return sqlType(defaultTypes[op]);
  const format = output.returning?.format;
  const isFormatted = format?.format_type === 'JS_FORMAT_JSON' || (format?.encoding !== undefined && format.encoding !== 'JS_ENC_DEFAULT');
  if (isFormatted && op !== 'query') throw planning.error('42601', `cannot specify FORMAT JSON in RETURNING clause of JSON_${op.toUpperCase()}()`, planning.at(format?.location));
  const type = resolveTypeName(output.typeName, planning.sql, planning.context.environment.catalog, planning.dependsOn);
  const found = findType(type.oid);
  if (found?.kind === 'p') throw planning.error('0A000', 'returning pseudo-types is not supported in SQL/JSON functions', undefined);
  if (found?.kind === 'c') throw notSupported(`RETURNING ${typeText(type.oid)}`, 'Return jsonb, and read the fields from that.', planning.at(output.typeName.location));
  if (found?.name.startsWith('reg') === true) throw notSupported(`RETURNING ${typeText(type.oid)}`, 'Return text, and cast it.', planning.at(output.typeName.location));
  if (isFormatted && type.oid === Oid.bytea) throw notSupported('RETURNING bytea FORMAT JSON', 'Return text, and convert it by convert_to.', planning.at(output.typeName.location));
  if (isFormatted && !isJson(type.oid) && found?.category !== 'S') throw planning.error('0A000', 'cannot use JSON format with non-string output types', planning.at(format?.location));
  if (isFormatted && format?.encoding !== undefined && format.encoding !== 'JS_ENC_DEFAULT') throw planning.error('0A000', 'cannot set JSON encoding for non-bytea output types', planning.at(format.location));
  return type;
}

const allowed: Readonly<Record<Operation, readonly BehaviorKind[]>> = {
  exists: ['ERROR', 'TRUE', 'FALSE', 'UNKNOWN'],
  value: ['ERROR', 'NULL', 'DEFAULT'],
  query: ['ERROR', 'NULL', 'EMPTY', 'EMPTY ARRAY', 'EMPTY OBJECT', 'DEFAULT'],
};
const allowedText: Readonly<Record<Operation, string>> = {
  exists: 'Only ERROR, TRUE, FALSE, or UNKNOWN', value: 'Only ERROR, NULL, or DEFAULT expression', query: 'Only ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression',
};
const columnText: Readonly<Record<Operation, string>> = { exists: 'EXISTS columns', value: 'scalar columns', query: 'formatted columns' };

const kindOf = (behavior: JsonBehavior): BehaviorKind => (behavior.btype ?? 'JSON_BEHAVIOR_NULL').replace('JSON_BEHAVIOR_', '').replace('_', ' ') as BehaviorKind;

type Clauses = Pick<JsonFuncExpr, 'on_empty' | 'on_error' | 'wrapper' | 'quotes' | 'location'>;

/** What may not be said of this operation; `column` is that of JSON_TABLE. */
export function checkClauses(level: Level, op: Operation, { on_empty, on_error, wrapper, quotes, location }: Clauses, column: string | undefined): void {
  const { planning } = level;
  if (op === 'query' && quotes === 'JS_QUOTES_OMIT' && (wrapper === 'JSW_CONDITIONAL' || wrapper === 'JSW_UNCONDITIONAL')) {
    throw planning.error('42601', 'SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used', planning.at(location));
  }
  for (const [clause, behavior] of [['ON EMPTY', on_empty], ['ON ERROR', on_error]] as const) {
    if (behavior === undefined || allowed[op].includes(kindOf(behavior)) || (op === 'exists' && clause === 'ON EMPTY')) continue;
    const message = `invalid ${clause} behavior${column === undefined ? '' : ` for column "${column}"`}`;
    throw planning.error('42601', message, planning.at(behavior.location), { detail: `${allowedText[op]} is allowed in ${clause} for ${column === undefined ? `JSON_${op.toUpperCase()}()` : columnText[op]}.` });
  }
}

/** The clauses as data; what behaviors answer is added to `defaults`. */
export function specOf(level: Level, op: Operation, node: Clauses, type: SqlType, defaults: Expr[], column?: string): JsonQuerySpec {
  const behavior = (given: JsonBehavior | undefined): Behavior => behaviorOf(level, given, op, type, defaults);
  return {
    op, type: type.oid, typmod: type.typmod,
    wrapper: node.wrapper === 'JSW_UNCONDITIONAL' ? 'unconditional' : node.wrapper === 'JSW_CONDITIONAL' ? 'conditional' : 'none',
    omitQuotes: op === 'value' || (op === 'query' && node.quotes === 'JS_QUOTES_OMIT'),
    onEmpty: op === 'exists' ? { kind: 'NULL' } : behavior(node.on_empty), onError: behavior(node.on_error),
    ...(column !== undefined && { column }),
  };
}

function behaviorOf(level: Level, given: JsonBehavior | undefined, op: Operation, type: SqlType, defaults: Expr[]): Behavior {
  const kind = given === undefined ? (op === 'exists' ? 'FALSE' : 'NULL') : kindOf(given);
  const answer = kind === 'DEFAULT' ? defaultExpression(level, required(given?.expr)) : constantOf(kind);
  if (answer === undefined || (answer.op === 'literal' && answer.value === null)) return { kind };
  const { oid } = answer.type;
  const isDocument = oid !== type.oid && (oid === Oid.jsonb || (oid === Oid.bool && type.oid !== Oid.int4));
  // Postgres looks at the clause, not at the value: DEFAULT true is false here
  const value = !isDocument ? inType(level, kind, answer, type) : oid === Oid.bool ? { ...literal(null, Oid.jsonb), value: { kind: 'jsonb' as const, value: kind === 'TRUE' } } : answer;
  return { kind, value: defaults.push(value) - 1, ...(isDocument && { coerce: true as const }) };
}

function constantOf(kind: BehaviorKind): Expr | undefined {
  switch (kind) {
    case 'TRUE':
    case 'FALSE':
      return literal(kind === 'TRUE', Oid.bool);
    case 'EMPTY':
    case 'EMPTY ARRAY':
      return { op: 'literal', value: { kind: 'jsonb', value: [] }, type: sqlType(Oid.jsonb) };
    case 'EMPTY OBJECT':
      return { op: 'literal', value: { kind: 'jsonb', value: new Map() }, type: sqlType(Oid.jsonb) };
    case 'NULL':
    case 'UNKNOWN':
    case 'ERROR':
    case 'DEFAULT':
      return undefined;
  }
}

function inType(level: Level, kind: BehaviorKind, answer: Expr, type: SqlType): Expr {
  const { planning } = level;
  if (answer.type.oid === type.oid) return answer;
  const category = findType(type.oid)?.category;
  const found = tryCoerce(planning, answer, type, category === 'S' || category === 'V' ? 'assignment' : 'explicit');
  if (found !== undefined) return found;
  throw planning.error('42846', `cannot cast behavior expression of type ${typeText(answer.type.oid)} to ${typeText(type.oid)}`, startOf(answer), kind === 'DEFAULT' ? { hint: `You will need to explicitly cast the expression to type ${typeText(type.oid)}.` } : {});
}

/** A constant, or calls of functions and operators, over no columns of this query. */
function defaultExpression(level: Level, node: Node): Expr {
  const { planning } = level;
  const functions: TableFunctionCall[] = [];
  const value = resolveExpression({ ...level, functions: level.functions && functions }, node);
  const refused = (message: string): Error => planning.error('42804', message, startOf(value));
  if (functions.length > 0) throw refused('DEFAULT expression must not return a set');
  if (!isPlain(value)) throw refused('can only specify a constant, non-aggregate function, or operator expression for DEFAULT');
  const read = referencedInExpr(value);
  if (level.scope.items.some((item) => item.columns.some(({ id }) => read.has(id)))) throw refused('DEFAULT expression must not contain column references');
  return value;
}

function isPlain(expr: Expr): boolean {
  switch (expr.op) {
    case 'literal':
    case 'call':
    case 'currentTime':
      return true;
    case 'fromText':
    case 'toText':
    case 'relabel':
    case 'coerceTypmod': {
      let plain = true;
      forEachOperand(expr, (operand) => (plain &&= isPlain(operand)));
      return plain;
    }
    default:
      return false;
  }
}
