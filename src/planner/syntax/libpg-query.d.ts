/** The Emscripten module inside the package: its factory makes an instance of its own at every call, which the package's door does not. */
declare module 'libpg-query/wasm/libpg-query.js' {
  export interface PgQueryModule {
    _malloc(size: number): number;
    _free(pointer: number): void;
    lengthBytesUTF8(text: string): number;
    stringToUTF8(text: string, pointer: number, size: number): void;
    UTF8ToString(pointer: number): string;
    getValue(pointer: number, type: 'i32'): number;
    /** pointer to { char *tree; char *stderr; PgQueryError *error } */
    _wasm_parse_query_raw(text: number): number;
    _wasm_free_parse_result(result: number): void;
  }
  const load: () => Promise<PgQueryModule>;
  export default load;
}
