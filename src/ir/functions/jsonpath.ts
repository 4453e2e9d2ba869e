import { SqlError } from '../../core/index.ts';
import type { Datum, Jsonb, JsonValue } from '../../core/index.ts';
import { defineFunctions, defineOperators, defineTableFunctions } from './define.ts';
import type { Definition, TableDefinition } from './define.ts';
import { isPathError, PathEvaluator, pathOf } from './jsonpath-evaluate.ts';
import { jsonb } from './json-values.ts';

/**
 * jsonb_path_exists, match, query and their like, and the operators @? and @@. The functions with _tz differ from the others in what datetime
 * methods may do, which are refused. Manual: "The SQL/JSON Path Language".
 */

const none: Jsonb = { kind: 'jsonb', value: new Map() };
const evaluator = (document: Jsonb, path: string, vars: unknown, probing = false): PathEvaluator =>
  new PathEvaluator({ path: pathOf(path), document: document.value, vars: isJsonb(vars) ? vars.value : none.value, probing });
const isJsonb = (value: unknown): value is Jsonb => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'jsonb';

/** The items up to the first error, which is raised unless it is to be silent. */
function found(document: Jsonb, path: string, vars: unknown, silent: unknown): { readonly items: readonly JsonValue[]; readonly failed: boolean } {
  const items: JsonValue[] = [];
  try {
    for (const item of evaluator(document, path, vars).run()) items.push(item);
    return { items, failed: false };
  } catch (error) {
    if (silent === true && isPathError(error)) return { items, failed: true };
    throw error;
  }
}

/** In lax mode the first item decides; in strict mode there must be no error behind it. */
function exists(document: Jsonb, path: string, vars: unknown, silent: unknown): boolean | null {
  if (pathOf(path).strict) {
    const { items, failed } = found(document, path, vars, silent);
    return failed ? null : items.length > 0;
  }
  try {
    return evaluator(document, path, vars, true).run().next().done !== true;
  } catch (error) {
    if (silent === true && isPathError(error)) return null;
    throw error;
  }
}

function match(document: Jsonb, path: string, vars: unknown, silent: unknown): boolean | null {
  const { items } = found(document, path, vars, silent);
  const [only] = items;
  if (items.length === 1 && (typeof only === 'boolean' || only === null)) return only;
  if (silent === true) return null;
  throw new SqlError('22038', 'single boolean result is expected');
}

const first = (document: Jsonb, path: string, vars: unknown, silent: unknown): Datum => {
  const [item] = found(document, path, vars, silent).items;
  return item === undefined ? null : jsonb(item);
};
const gathered = (document: Jsonb, path: string, vars: unknown, silent: unknown): Datum => jsonb(found(document, path, vars, silent).items);

const args = 'jsonb,jsonpath,jsonb,bool';
const named = { named: { names: ['target', 'path', 'vars', 'silent'], defaults: [none, false] } };
const variants = [['', ''], ['_tz', ' stable']] as const;

export const jsonpathFunctions = defineFunctions([
  ...variants.flatMap(([suffix, words]): readonly Definition[] => [
    [`jsonb_path_exists${suffix}(${args}) bool${words} defaults=2`, exists, named],
    [`jsonb_path_match${suffix}(${args}) bool${words} defaults=2`, match, named],
    [`jsonb_path_query_array${suffix}(${args}) jsonb${words} defaults=2`, gathered, named],
    [`jsonb_path_query_first${suffix}(${args}) jsonb${words} defaults=2`, first, named],
  ]),
  ['jsonb_path_exists_opr(jsonb,jsonpath) bool', (document: Jsonb, path: string) => exists(document, path, none, true)],
  ['jsonb_path_match_opr(jsonb,jsonpath) bool', (document: Jsonb, path: string) => match(document, path, none, true)],
]);

export const jsonpathTableFunctions = defineTableFunctions(variants.map(([suffix, words]): TableDefinition => [
  `jsonb_path_query${suffix}(${args}) jsonb${words} defaults=2`, [`jsonb_path_query${suffix} jsonb`],
  (document: Jsonb, path: string, vars: unknown, silent: unknown) => found(document, path, vars, silent).items.map((item) => [jsonb(item)]),
]));

export const jsonpathOperators = defineOperators(`
  @? jsonb jsonpath bool jsonb_path_exists_opr . .
  @@ jsonb jsonpath bool jsonb_path_match_opr . .
`);
