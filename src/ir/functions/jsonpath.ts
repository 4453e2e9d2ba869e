import { SqlError } from '../../core/index.ts';
import type { Datum, Jsonb } from '../../core/index.ts';
import type { Environment } from './contract.ts';
import { defineFunctions, defineOperators, defineTableFunctions } from './define.ts';
import type { Definition, TableDefinition } from './define.ts';
import { PathEvaluator, pathOf } from './jsonpath-evaluate.ts';
import type { PathVariables } from './jsonpath-evaluate.ts';
import { itemToJson, PathError } from './jsonpath-items.ts';
import type { Item } from './jsonpath-items.ts';
import { isObject, jsonb } from './json-values.ts';

/**
 * jsonb_path_exists, match, query and their like, and the operators @? and @@. The functions with _tz differ from the others in that they may use
 * the session's time zone. Manual: "The SQL/JSON Path Language".
 */

const none: Jsonb = { kind: 'jsonb', value: new Map() };
const isJsonb = (value: unknown): value is Jsonb => typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'jsonb';

/** What `vars` and `silent` are where they are given, and the environment, which comes last. */
interface Rest {
  readonly vars: Jsonb;
  readonly silent: boolean;
  readonly environment: Environment;
}
const restOf = (rest: readonly unknown[]): Rest => ({ vars: isJsonb(rest[0]) ? rest[0] : none, silent: rest[1] === true, environment: rest.at(-1) as Environment });

const noVariables: PathVariables = { count: 1, find: () => undefined };

/** The members of an object, by name. */
function variablesOf(vars: Jsonb): PathVariables {
  if (vars === none) return noVariables;
  const { value } = vars;
  if (!isObject(value)) throw new SqlError('22023', '"vars" argument is not an object', { detail: 'Jsonpath parameters should be encoded as key-value pairs of "vars" object.' });
  const base = { root: value, id: 1 };
  return {
    count: 1,
    find(name) {
      const item = value.get(name);
      return item === undefined ? undefined : { item, base };
    },
  };
}

type Search = (document: Jsonb, path: string, rest: Rest, zoned: boolean) => Datum;
const evaluator = (document: Jsonb, path: string, { vars, environment }: Rest, allowed: boolean, probing = false): PathEvaluator =>
  new PathEvaluator({ path: pathOf(path), document: document.value, variables: variablesOf(vars), zones: { allowed, environment }, probing });

/** The items up to the first error, which is raised unless it is to be silent. */
function found(document: Jsonb, path: string, rest: Rest, zoned: boolean): { readonly items: readonly Item[]; readonly failed: boolean } {
  const items: Item[] = [];
  try {
    for (const item of evaluator(document, path, rest, zoned).run()) items.push(item);
    return { items, failed: false };
  } catch (error) {
    if (rest.silent && error instanceof PathError) return { items, failed: true };
    throw error;
  }
}

/** In lax mode the first item decides; in strict mode there must be no error behind it. */
const exists: Search = (document, path, rest, zoned) => {
  if (pathOf(path).strict) {
    const { items, failed } = found(document, path, rest, zoned);
    return failed ? null : items.length > 0;
  }
  try {
    return evaluator(document, path, rest, zoned, true).run().next().done !== true;
  } catch (error) {
    if (rest.silent && error instanceof PathError) return null;
    throw error;
  }
};

const match: Search = (document, path, rest, zoned) => {
  const { items } = found(document, path, rest, zoned);
  const [only] = items;
  if (items.length === 1 && (typeof only === 'boolean' || only === null)) return only;
  if (rest.silent) return null;
  throw new SqlError('22038', 'single boolean result is expected');
};

const first: Search = (document, path, rest, zoned) => {
  const [item] = found(document, path, rest, zoned).items;
  return item === undefined ? null : jsonb(itemToJson(item));
};
const gathered: Search = (document, path, rest, zoned) => jsonb(found(document, path, rest, zoned).items.map(itemToJson));

/** As a function of SQL; `zoned` is that of the functions with _tz. */
const calling = (search: Search, zoned: boolean) => (document: Jsonb, path: string, ...rest: readonly unknown[]): Datum => search(document, path, restOf(rest), zoned);
const silently = (search: Search) => (document: Jsonb, path: string, environment: Environment): Datum => search(document, path, { vars: none, silent: true, environment }, false);

const args = 'jsonb,jsonpath,jsonb,bool';
const named = { named: { names: ['target', 'path', 'vars', 'silent'], defaults: [none, false] } };
const variants = [['', '', false], ['_tz', ' stable', true]] as const;

export const jsonpathFunctions = defineFunctions([
  ...variants.flatMap(([suffix, words, zoned]): readonly Definition[] => [
    [`jsonb_path_exists${suffix}(${args}) bool${words} defaults=2`, calling(exists, zoned), named],
    [`jsonb_path_match${suffix}(${args}) bool${words} defaults=2`, calling(match, zoned), named],
    [`jsonb_path_query_array${suffix}(${args}) jsonb${words} defaults=2`, calling(gathered, zoned), named],
    [`jsonb_path_query_first${suffix}(${args}) jsonb${words} defaults=2`, calling(first, zoned), named],
  ]),
  ['jsonb_path_exists_opr(jsonb,jsonpath) bool', silently(exists)],
  ['jsonb_path_match_opr(jsonb,jsonpath) bool', silently(match)],
]);

export const jsonpathTableFunctions = defineTableFunctions(variants.map(([suffix, words, zoned]): TableDefinition => [
  `jsonb_path_query${suffix}(${args}) jsonb${words} defaults=2`, [`jsonb_path_query${suffix} jsonb`],
  (document: Jsonb, path: string, ...rest: readonly unknown[]) => found(document, path, restOf(rest), zoned).items.map((item) => [jsonb(itemToJson(item))]),
]));

export const jsonpathOperators = defineOperators(`
  @? jsonb jsonpath bool jsonb_path_exists_opr . .
  @@ jsonb jsonpath bool jsonb_path_match_opr . .
`);
