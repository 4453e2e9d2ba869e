import type { Datum, Jsonb, JsonValue, SqlRecord } from '../../core/index.ts';
import type { Environment, TableFunctionRow } from './contract.ts';
import { typeNamed } from './define.ts';
import { PathEvaluator, pathOf } from './jsonpath-evaluate.ts';
import { itemToJson, PathError } from './jsonpath-items.ts';
import { evaluateJsonQuery, passedVariables } from './sql-json-query.ts';
import type { JsonQuerySpec, JsonQueryValues } from './sql-json-query.ts';

/**
 * JSON_TABLE. Manual: "JSON_TABLE". Each item that a path finds is a row of that path's columns, beside each row of the paths nested in it, or beside NULLs where those have none;
 * of paths side by side one has its rows after the other's.
 */

export interface JsonTablePath {
  readonly path: string;
  readonly columns: readonly JsonTableColumnSpec[];
  readonly nested: readonly JsonTablePath[];
}

/** `at`: its place in the row. FOR ORDINALITY has no query. */
export interface JsonTableColumnSpec {
  readonly at: number;
  readonly query?: { readonly path: string; readonly spec: JsonQuerySpec };
}

/** What the planner says of a call, as data: it crosses as JSON. */
export interface JsonTableCall {
  readonly root: JsonTablePath;
  readonly width: number;
  /** a path that fails raises; else it finds nothing */
  readonly raises: boolean;
  /** of PASSING */
  readonly names: readonly string[];
}

class Table {
  readonly #call: JsonTableCall;
  readonly #values: JsonQueryValues;

  constructor(call: JsonTableCall, values: JsonQueryValues) {
    this.#call = call;
    this.#values = values;
  }

  rows(document: JsonValue): Generator<Datum[]> {
    return this.#rowsOf(this.#call.root, document, Array.from({ length: this.#call.width }, () => null));
  }

  /** The rows of a path in a document, on top of what the paths around it have filled in. */
  *#rowsOf(node: JsonTablePath, document: JsonValue, around: readonly Datum[]): Generator<Datum[]> {
    for (const [index, item] of this.#items(node.path, document).entries()) {
      const row = [...around];
      for (const { at, query } of node.columns) row[at] = query === undefined ? index + 1 : evaluateJsonQuery(query.spec, item, query.path, this.#values);
      let alone = true;
      for (const nested of node.nested) {
        for (const inner of this.#rowsOf(nested, item, row)) {
          alone = false;
          yield inner;
        }
      }
      if (alone) yield row;
    }
  }

  #items(path: string, document: JsonValue): readonly JsonValue[] {
    const { variables, environment } = this.#values;
    try {
      return [...new PathEvaluator({ path: pathOf(path), document, variables, zones: { allowed: true, environment } }).run()].map(itemToJson);
    } catch (error) {
      if (this.#call.raises || !(error instanceof PathError)) throw error;
      return [];
    }
  }
}

const known = new Map<string, JsonTableCall>();
const mostKnown = 1024;

function callOf(text: string): JsonTableCall {
  const found = known.get(text);
  if (found !== undefined) return found;
  if (known.size >= mostKnown) known.clear();
  const call = JSON.parse(text) as JsonTableCall;
  known.set(text, call);
  return call;
}

function evaluate(document: Jsonb | null, text: string, defaults: SqlRecord | null, passed: SqlRecord | null, environment: Environment): Iterable<readonly Datum[]> {
  if (document === null) return [];
  const call = callOf(text);
  return new Table(call, { defaults: defaults?.fields ?? [], variables: passedVariables(call.names, passed), environment }).rows(document.value);
}

/** Its columns are those of the call. */
export const sqlJsonTableFunctions: readonly TableFunctionRow[] = [
  { id: 'sql_json_table(jsonb,text,record,record)', name: 'sql_json_table', args: ['jsonb', 'text', 'record', 'record'].map(typeNamed), columns: [], strict: false, volatility: 'stable', evaluate },
];
