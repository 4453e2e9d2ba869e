/**
 * The same text for the same structure only: of expressions, operators, types. Plain JSON would write NaN, the infinities and NULL alike, and -0 as 0.
 * `ignored`: names of properties that do not matter, such as where in the statement something stands.
 */
export const structureText = (value: unknown, ignored: ReadonlySet<string> = nothing): string => JSON.stringify(value, (name, inner: unknown) => {
  if (ignored.has(name)) return undefined;
  if (typeof inner === 'bigint') return `${inner}n`;
  if (typeof inner === 'number' && (!Number.isFinite(inner) || Object.is(inner, -0))) return Object.is(inner, -0) ? '-0f' : `${inner}f`;
  return inner instanceof Map ? { map: [...inner] } : inner;
});

const nothing: ReadonlySet<string> = new Set();
