import type { JsonAggConstructor, JsonArrayQueryConstructor, JsonFormat, JsonOutput, JsonValueExpr, Node, TypeName } from '@pgsql/types';
import { InvariantError, Oid, notSupported, sqlType, typeInfo } from '../../core/index.ts';
import { resolveCall } from '../typing/call-function.ts';
import { coerce, settleUnknown, throughText, tryCoerce } from '../typing/coerce.ts';
import { isTrueArray, typeText } from '../typing/format-type.ts';
import { resolveTypeName } from '../typing/type-name.ts';
import { resolveExpression, required } from './expression.ts';
import type { Level } from './level.ts';
import { resolveJsonQuery } from './sql-json-query.ts';
import { resolveArrayOf } from './sublinks.ts';
import type { Expr } from './typed.ts';
import { startOf } from './walk.ts';

/** The constructs of SQL/JSON that make documents, and IS JSON: each said with functions and aggregates. Those that look into documents are in sql-json-query.ts. */

const string = (sval: string): Node => ({ String: { sval } });
const call = (name: string, args: readonly Node[], location: number | undefined): Node => ({ FuncCall: { funcname: [string('pg_catalog'), string(name)], args: [...args], location } });
const boolean = (boolval: boolean): Node => ({ A_Const: { boolval: { boolval } } });
const cast = (arg: Node, type: string, location?: number): Node => ({ TypeCast: { arg, typeName: { names: [string('pg_catalog'), string(type)], typemod: -1 }, location: location ?? -1 } });

/** `value [FORMAT JSON]`: what is said to be JSON is read as that. */
function valueOf(level: Level, value: JsonValueExpr | undefined): Node {
  const node = required(value?.raw_expr);
  refuseInputEncoding(level, value?.format, () => typeOf(level, node));
  return value?.format?.format_type === 'JS_FORMAT_JSON' ? cast(node, 'json') : node;
}

const isEncoded = (format: JsonFormat | undefined): format is JsonFormat => format?.encoding !== undefined && format.encoding !== 'JS_ENC_DEFAULT';

/** Only of bytes is there anything to say, and those are refused. */
function refuseInputEncoding(level: Level, format: JsonFormat | undefined, type: () => number): void {
  if (isEncoded(format) && type() !== Oid.bytea) throw level.planning.error('42804', 'JSON ENCODING clause is only allowed for bytea input type', level.planning.at(format.location));
  refuseEncoding(level, format);
}

function refuseEncoding(level: Level, format: JsonFormat | undefined): void {
  if (isEncoded(format)) throw notSupported('FORMAT JSON ENCODING', 'Documents are text: leave it out.', level.planning.at(format.location));
}

interface Returned {
  readonly binary: boolean;
  /** what the document is cast to */
  readonly as?: TypeName;
}

/** RETURNING: json or jsonb, or what a json can be cast to. Where it is not said, a jsonb among what the document is made of makes it one. */
function returned(level: Level, output: JsonOutput | undefined, args: readonly Node[] = []): Returned {
  const typeName = output?.typeName;
  if (typeName === undefined) return { binary: args.some((arg) => typeOf(level, arg) === Oid.jsonb) };
  refuseEncoding(level, output?.returning?.format);
  const { planning } = level;
  const { oid } = resolveTypeName(typeName, planning.sql, planning.context.environment.catalog, planning.dependsOn);
  if (oid === Oid.bytea) throw notSupported('RETURNING bytea', 'Return text, and convert it by convert_to.', planning.at(typeName.location));
  return oid === Oid.jsonb ? { binary: true } : oid === Oid.json ? { binary: false } : { binary: false, as: typeName };
}

/** The type that an expression will have, which is resolved for that alone: what it would leave behind is thrown away. */
const typeOf = (level: Level, node: Node): number => resolveExpression({ ...level, aggregates: level.aggregates && [...level.aggregates], functions: level.functions && [] }, node).type.oid;

/** A call of a function that only these constructs call. */
function construct(level: Level, name: string, args: readonly Node[], location: number | undefined): Expr {
  const position = level.planning.at(location);
  const made = resolveCall(level.planning, { schema: undefined, name, variadic: false, star: false, position, construct: true }, args.map((arg) => resolveExpression(level, arg)));
  if (made.kind !== 'function') throw new InvariantError(`no function ${name}`);
  return { op: 'call', function: made.row.id, args: made.args, type: sqlType(made.result), position };
}

const finished = (level: Level, made: Node, returning: Returned): Expr => castTo(level, resolveExpression(level, made), returning);

/** The document as what RETURNING says. Postgres gives no position for what cannot be. */
function castTo(level: Level, document: Expr, { as }: Returned): Expr {
  if (as === undefined) return document;
  const { planning } = level;
  const type = resolveTypeName(as, planning.sql, planning.context.environment.catalog, planning.dependsOn);
  const found = tryCoerce(planning, document, type, 'explicit');
  if (found === undefined) throw planning.error('42846', `cannot cast type ${typeText(document.type.oid)} to ${typeText(type.oid)}`, undefined);
  return found;
}

function aggregate(level: Level, name: string, args: readonly Node[], constructor: JsonAggConstructor | undefined, returning: Returned): Expr {
  if (constructor?.over !== undefined) throw notSupported('the window function call', 'Use GROUP BY.', level.planning.at(constructor.location));
  const made: Node = { FuncCall: { funcname: [string('pg_catalog'), string(name)], args: [...args], agg_order: constructor?.agg_order, agg_filter: constructor?.agg_filter, location: constructor?.location } };
  return finished(level, made, returning);
}

/** The expression that the node is, where it is one of these. */
export function resolveSqlJson(level: Level, node: Node): Expr | undefined {
  if ('JsonArrayAgg' in node) {
    const { constructor, arg, absent_on_null: absent } = node.JsonArrayAgg;
    const args = [valueOf(level, arg)];
    const returning = returned(level, constructor?.output, args);
    return aggregate(level, `json${returning.binary ? 'b' : ''}_agg${absent ? '_strict' : ''}`, args, constructor, returning);
  }
  if ('JsonObjectAgg' in node) {
    const { constructor, arg, absent_on_null: absent, unique } = node.JsonObjectAgg;
    const args = [required(arg?.key), valueOf(level, arg?.value)];
    const returning = returned(level, constructor?.output, args);
    return aggregate(level, `json${returning.binary ? 'b' : ''}_object_agg${unique ? '_unique' : ''}${absent ? '_strict' : ''}`, args, constructor, returning);
  }
  if ('JsonArrayConstructor' in node) {
    const { exprs, output, absent_on_null: absent, location } = node.JsonArrayConstructor;
    const values = (exprs ?? []).flatMap((value) => ('JsonValueExpr' in value ? [valueOf(level, value.JsonValueExpr)] : []));
    const returning = returned(level, output, values);
    const b = returning.binary ? 'b' : '';
    return absent && values.length > 0 ? castTo(level, construct(level, `sql_json${b}_array`, values, location), returning) : finished(level, call(`json${b}_build_array`, values, location), returning);
  }
  if ('JsonObjectConstructor' in node) {
    const { exprs, output, absent_on_null: absent = false, unique = false, location } = node.JsonObjectConstructor;
    const pairs = (exprs ?? []).flatMap((pair) => ('JsonKeyValue' in pair ? [required(pair.JsonKeyValue.key), valueOf(level, pair.JsonKeyValue.value)] : []));
    const returning = returned(level, output, pairs);
    const b = returning.binary ? 'b' : '';
    return pairs.length === 0 ? finished(level, call(`json${b}_build_object`, [], location), returning) : castTo(level, construct(level, `sql_json${b}_object`, [boolean(absent), boolean(unique), ...pairs], location), returning);
  }
  if ('JsonScalarExpr' in node) {
    const { expr, output, location } = node.JsonScalarExpr;
    const returning = returned(level, output);
    const value = settleUnknown(level.planning, resolveExpression(level, required(expr)));
    const made: Expr = { op: 'call', function: returning.binary ? 'to_jsonb(anyelement)' : 'to_json(anyelement)', args: [value], type: sqlType(returning.binary ? Oid.jsonb : Oid.json), position: level.planning.at(location) };
    return castTo(level, made, returning);
  }
  if ('JsonParseExpr' in node) {
    const { expr, unique_keys: unique, location } = node.JsonParseExpr;
    refuseEncoding(level, expr?.format);
    const document = readAsJson(level, resolveExpression(level, required(expr?.raw_expr)));
    return unique ? { op: 'call', function: 'sql_json_unique(json)', args: [document], type: sqlType(Oid.json), position: level.planning.at(location) } : document;
  }
  if ('JsonSerializeExpr' in node) {
    const { expr, output } = node.JsonSerializeExpr;
    const returning = returned(level, output);
    const document = resolveExpression(level, valueOf(level, expr));
    const json = document.type.oid === Oid.jsonb ? document : readAsJson(level, document);
    return returning.as === undefined ? throughText(json, Oid.text, undefined) : castTo(level, json, returning);
  }
  if ('JsonIsPredicate' in node) {
    const { expr, format, item_type: item = 'JS_TYPE_ANY', unique_keys: unique = false, location } = node.JsonIsPredicate;
    refuseEncoding(level, format);
    return isJson(level, resolveExpression(level, required(expr)), item.replace('JS_TYPE_', '').toLowerCase(), unique, level.planning.at(location));
  }
  if ('JsonFuncExpr' in node) return resolveJsonQuery(level, node.JsonFuncExpr);
  if ('JsonArrayQueryConstructor' in node) return arrayOfQuery(level, node.JsonArrayQueryConstructor);
  return undefined;
}

/** JSON_ARRAY of a query: NULL where it has no rows. */
function arrayOfQuery(level: Level, { query, output, format, absent_on_null: absent = false, location }: JsonArrayQueryConstructor): Expr {
  const { planning } = level;
  let returning = returned(level, output);
  let lines = false;
  const elements = resolveArrayOf(level, { subselect: query, location }, (row) => {
    const value = settleUnknown(planning, row);
    const { oid } = value.type;
    refuseInputEncoding(level, format, () => oid);
    lines = oid === Oid.record || typeInfo(oid).kind === 'c' || isTrueArray(oid);
    if (output?.typeName === undefined && oid === Oid.jsonb) returning = { binary: true };
    const wanted = returning.binary ? Oid.jsonb : Oid.json;
    if (format?.format_type === 'JS_FORMAT_JSON' && oid !== Oid.json && oid !== Oid.jsonb) return coerce(planning, coerce(planning, value, sqlType(Oid.json), 'explicit'), sqlType(wanted), 'explicit');
    return { op: 'call', function: `to_json${returning.binary ? 'b' : ''}(anyelement)`, args: [value], type: sqlType(wanted) };
  });
  const oid = returning.binary ? Oid.jsonb : Oid.json;
  const flags = [absent, lines].map((value): Expr => ({ op: 'literal', value, type: sqlType(Oid.bool) }));
  const made: Expr = { op: 'call', function: `sql_json_elements(${returning.binary ? '_jsonb' : '_json'},bool,bool)`, args: [elements, ...flags], type: sqlType(oid), position: planning.at(location) };
  return castTo(level, made, returning);
}

/** A text that is a document, read when the statement runs. */
function readAsJson(level: Level, value: Expr): Expr {
  const settled = settleUnknown(level.planning, value);
  if (settled.type.oid === Oid.json) return settled;
  const { position: _position, ...plain } = coerce(level.planning, settled, sqlType(Oid.json), 'explicit');
  return plain;
}

function isJson(level: Level, value: Expr, item: string, unique: boolean, position: number | undefined): Expr {
  const { planning } = level;
  const settled = settleUnknown(planning, value);
  const texts: readonly number[] = [Oid.text, Oid.varchar, Oid.bpchar, Oid.json, Oid.jsonb, Oid.name];
  if (settled.type.oid === Oid.bytea) throw notSupported('IS JSON of a bytea', 'Convert it by convert_from.', startOf(settled));
  if (!texts.includes(settled.type.oid)) throw planning.error('42804', `cannot use type ${typeText(settled.type.oid)} in IS JSON predicate`, undefined);
  const literal = (one: string | boolean): Expr => ({ op: 'literal', value: one, type: sqlType(typeof one === 'string' ? Oid.text : Oid.bool) });
  return { op: 'call', function: 'sql_is_json(text,text,bool)', args: [throughText(settled, Oid.text, position), literal(item), literal(unique)], type: sqlType(Oid.bool), position };
}
