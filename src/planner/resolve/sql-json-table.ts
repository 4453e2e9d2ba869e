import type { JsonTable, JsonTableColumn, JsonTablePathSpec, Node, TypeName } from '@pgsql/types';
import { Oid, findType, quoteJson, sqlType } from '../../core/index.ts';
import type { SqlType } from '../../core/index.ts';
import type { JsonQuerySpec, JsonTableCall, JsonTableColumnSpec, JsonTablePath } from '../../ir/index.ts';
import { isArrayType } from '../typing/format-type.ts';
import { resolveTypeName } from '../typing/type-name.ts';
import { required } from './expression.ts';
import type { Level } from './level.ts';
import { checkClauses, documentOf, literal, passingOf, pathExpression, recordOf, returningOf, specOf } from './sql-json-query.ts';
import type { Expr, TableFunctionCall } from './typed.ts';

/** JSON_TABLE: a table function whose columns the call says (parse_jsontable.c). */
export function resolveJsonTable(level: Level, node: JsonTable): TableFunctionCall {
  const { planning } = level;
  const raises = node.on_error?.btype === 'JSON_BEHAVIOR_ERROR';
  if (node.on_error !== undefined && !raises && node.on_error.btype !== 'JSON_BEHAVIOR_EMPTY' && node.on_error.btype !== 'JSON_BEHAVIOR_EMPTY_ARRAY') {
    throw planning.error('42601', 'invalid ON ERROR behavior', planning.at(node.on_error.location), { detail: 'Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.' });
  }
  requireDistinctNames(level, columnsOf(node.columns), new Set([node.pathspec?.name ?? 'json_table_path_0']));
  const document = documentOf(level, node.context_item);
  const path = pathText(level, required(node.pathspec?.string));
  const { names, values } = passingOf(level, node.passing ?? []);
  const table = new TableColumns(level);
  const root = table.path(path, columnsOf(node.columns));
  const call: JsonTableCall = { root, width: table.columns.length, raises, names };
  return {
    function: 'sql_json_table(jsonb,text,record,record)',
    args: [document, literal(JSON.stringify(call), Oid.text), recordOf(table.defaults), recordOf(values)],
    produces: table.columns.map(({ name, type }) => ({ name, type, nullable: true })),
    ids: table.columns.map(({ name }) => planning.newColumn(`json_table.${name}`)),
  };
}

const columnsOf = (nodes: readonly Node[] | undefined): readonly JsonTableColumn[] => (nodes ?? []).flatMap((node) => ('JsonTableColumn' in node ? [node.JsonTableColumn] : []));
const isNested = (column: JsonTableColumn): boolean => column.coltype === 'JTC_NESTED';

/** Columns and paths of all levels share their names. */
function requireDistinctNames(level: Level, columns: readonly JsonTableColumn[], names: Set<string>): void {
  const { planning } = level;
  const add = (name: string, location: number | undefined): void => {
    if (names.has(name)) throw planning.error('42712', `duplicate JSON_TABLE column or path name: ${name}`, planning.at(location));
    names.add(name);
  };
  for (const column of columns) {
    if (!isNested(column)) {
      add(column.name ?? '', column.location);
      continue;
    }
    if (column.pathspec?.name !== undefined) add(column.pathspec.name, column.pathspec.name_location);
    requireDistinctNames(level, columnsOf(column.columns), names);
  }
}

/** The grammar takes no path but a string. */
function pathText(level: Level, node: Node): string {
  const path = pathExpression(level, node);
  return path.op === 'literal' ? String(path.value) : '';
}

/** The columns in the order of the result: those of a path before those of the paths nested in it. */
class TableColumns {
  readonly #level: Level;
  readonly columns: { readonly name: string; readonly type: SqlType }[] = [];
  /** what ON EMPTY and ON ERROR answer */
  readonly defaults: Expr[] = [];

  constructor(level: Level) {
    this.#level = level;
  }

  path(path: string, columns: readonly JsonTableColumn[]): JsonTablePath {
    const own = this.#own(columns.filter((column) => !isNested(column)));
    const nested = columns.filter(isNested).map((column) => this.path(this.#nestedPath(column.pathspec), columnsOf(column.columns)));
    return { path, columns: own, nested };
  }

  /** Errors of a nested path have no position. */
  #nestedPath(spec: JsonTablePathSpec | undefined): string {
    const node = required(spec?.string);
    return pathText(this.#level, 'A_Const' in node ? { A_Const: { ...node.A_Const, location: -1 } } : node);
  }

  #own(columns: readonly JsonTableColumn[]): readonly JsonTableColumnSpec[] {
    const { planning } = this.#level;
    const second = columns.filter(({ coltype }) => coltype === 'JTC_FOR_ORDINALITY')[1];
    return columns.map((column) => {
      if (column === second) throw planning.error('42601', 'only one FOR ORDINALITY column is allowed', planning.at(column.location));
      return column.coltype === 'JTC_FOR_ORDINALITY' ? { at: this.#add(column.name, sqlType(Oid.int4)) } : this.#queried(column);
    });
  }

  #add(name: string | undefined, type: SqlType): number {
    return this.columns.push({ name: name ?? '', type }) - 1;
  }

  #queried(column: JsonTableColumn): JsonTableColumnSpec {
    const level = this.#level;
    const name = column.name ?? '';
    const typeName = column.typeName ?? {};
    const op = this.#operation(column, typeName);
    checkClauses(level, op, column, name);
    const path = pathText(level, column.pathspec?.string ?? { A_Const: { sval: { sval: `$.${quoteJson(name)}` }, location: -1 } });
    const type = returningOf(level, op, { typeName, returning: { ...(column.format && { format: column.format }) } });
    const spec = specOf(level, op, column, type, this.defaults, name);
    return { at: this.#add(name, type), query: { path, spec } };
  }

  /** A plain column is a scalar, unless its type or a clause asks for a document. */
  #operation({ coltype, quotes, wrapper }: JsonTableColumn, typeName: TypeName): JsonQuerySpec['op'] {
    if (coltype === 'JTC_EXISTS') return 'exists';
    if (coltype === 'JTC_FORMATTED' || (quotes ?? 'JS_QUOTES_UNSPEC') !== 'JS_QUOTES_UNSPEC' || (wrapper ?? 'JSW_UNSPEC') !== 'JSW_UNSPEC') return 'query';
    const { planning } = this.#level;
    const { oid } = resolveTypeName(typeName, planning.sql, planning.context.environment.catalog, planning.dependsOn);
    return oid === Oid.json || oid === Oid.jsonb || isArrayType(oid) || findType(oid)?.kind === 'c' ? 'query' : 'value';
  }
}
