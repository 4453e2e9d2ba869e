import loadLibrary from 'libpg-query/wasm/libpg-query.js';
import type { PgQueryModule } from 'libpg-query/wasm/libpg-query.js';
import type { Node } from '@pgsql/types';
import { SqlError } from '../../core/index.ts';

/** What Postgres' grammar says of a text it does not accept. */
export class GrammarError extends Error {
  /** 0-based; undefined where Postgres gives no position */
  readonly character: number | undefined;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(message: string, character: number | undefined, code: string, hint?: string) {
    super(message);
    this.name = 'GrammarError';
    this.character = character;
    this.code = code;
    this.hint = hint;
  }
}

export type LoadModule = () => Promise<PgQueryModule>;

interface ParseResult {
  readonly stmts?: readonly { readonly stmt?: Node }[];
}

/**
 * Postgres' own grammar, in WebAssembly. `parse` is synchronous. An exception out of WebAssembly (a stack overflow) may leave an instance damaged:
 * it is dropped and a spare one, loaded beforehand, takes its place while the next spare loads.
 * Memory: two instances, each of 128 MiB address space of which a statement touches what it needs.
 */
export class PostgresGrammar {
  readonly #load: LoadModule;
  #current: PgQueryModule | undefined;
  #spare: PgQueryModule | undefined;
  #loading: Promise<void> | undefined;

  private constructor(load: LoadModule) {
    this.#load = load;
  }

  static async create(load: LoadModule = loadLibrary): Promise<PostgresGrammar> {
    const grammar = new PostgresGrammar(load);
    [grammar.#current, grammar.#spare] = await Promise.all([load(), load()]);
    return grammar;
  }

  /** Resolves once a damaged instance has been replaced and a spare is there again. */
  async settled(): Promise<void> {
    while (this.#loading !== undefined) await this.#loading;
  }

  /** The statements of `text`. Throws GrammarError where Postgres would raise an error. */
  parse(text: string): Node[] {
    const instance = this.#take();
    let tree: string;
    try {
      tree = parseWith(instance, text);
    } catch (error) {
      if (error instanceof GrammarError) throw error;
      this.#replace();
      throw new SqlError('54001', 'stack depth limit exceeded', {
        hint: 'Break the statement up, by WITH or by views.',
        cause: error,
      });
    }
    const result: ParseResult = JSON.parse(tree);
    return (result.stmts ?? []).flatMap((statement) => (statement.stmt ? [statement.stmt] : []));
  }

  #take(): PgQueryModule {
    if (this.#current === undefined)
      throw new SqlError('57P03', 'the parser is being restarted', { hint: 'Try again in a moment.' });
    return this.#current;
  }

  #replace(): void {
    this.#current = this.#spare;
    this.#spare = undefined;
    this.#loading ??= this.#refill();
  }

  async #refill(): Promise<void> {
    try {
      while (this.#current === undefined || this.#spare === undefined) {
        const fresh = await this.#load();
        if (this.#current === undefined) this.#current = fresh;
        else this.#spare = fresh;
      }
    } finally {
      this.#loading = undefined;
    }
  }
}

/** The tree as JSON. Struct layouts as in libpg_query's pg_query.h: PgQueryParseResult, PgQueryError. */
function parseWith(module: PgQueryModule, text: string): string {
  const size = module.lengthBytesUTF8(text) + 1;
  const input = module._malloc(size);
  module.stringToUTF8(text, input, size);
  const result = module._wasm_parse_query_raw(input);
  const error = module.getValue(result + 8, 'i32');
  const failure = error === 0 ? undefined : readError(module, error);
  const tree = error === 0 ? module.UTF8ToString(module.getValue(result, 'i32')) : '';
  module._free(input);
  module._wasm_free_parse_result(result);
  if (failure) throw failure;
  return tree;
}

function readError(module: PgQueryModule, error: number): GrammarError {
  const message = module.UTF8ToString(module.getValue(error, 'i32'));
  const raisedBy = module.UTF8ToString(module.getValue(error + 4, 'i32'));
  const cursor = module.getValue(error + 16, 'i32');
  return new GrammarError(message, cursor > 0 ? cursor - 1 : undefined, codeOf(message, raisedBy), hintOf(message, raisedBy));
}

/**
 * The grammar's errors that are no plain syntax error. libpg-query hands on the message and the C function that raised it, not the SQLSTATE,
 * so that those are all there is to tell them by.
 */
const codes: readonly (readonly [message: RegExp, code: string, raisedBy?: string])[] = [
  [/^memory exhausted/, '54001'],
  [/^LIMIT #,# syntax/, '42601'],
  [/not yet implemented$|not supported|not implemented|cannot be marked/, '0A000'],
  [/^invalid Unicode escape$/, '22025', 'core_yylex'],
  [/^invalid byte sequence/, '22021'],
  [/^unsafe use of/, '22P06'],
  [/^precision for type float must|^interval precision|is out of range/, '22023'],
];

/** libpg-query hands on no hints either. */
const hints: readonly (readonly [message: RegExp, hint: string, raisedBy?: string])[] = [
  [/^LIMIT #,# syntax/, 'Use separate LIMIT and OFFSET clauses.'],
  [/^invalid Unicode escape$/, 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.', 'core_yylex'],
  [/^invalid Unicode escape$/, 'Unicode escapes must be \\XXXX or \\+XXXXXX.'],
];

const hintOf = (message: string, raisedBy: string): string | undefined => hints.find(([pattern, , by]) => pattern.test(message) && (by === undefined || by === raisedBy))?.[1];

const codeOf = (message: string, raisedBy: string): string =>
  codes.find(([pattern, , by]) => pattern.test(message) && (by === undefined || by === raisedBy))?.[1] ?? '42601';
