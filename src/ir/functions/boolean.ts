import { defineFunctions } from './define.ts';

/** Order: false before true. Manual: "Comparison Functions and Operators". AND, OR, NOT are the IR's own. */
export const booleanFunctions = defineFunctions([
  ['booleq(bool,bool) bool', (a: boolean, b: boolean) => a === b, { inline: (a, b) => `(${a} === ${b})` }],
  ['boolne(bool,bool) bool', (a: boolean, b: boolean) => a !== b, { inline: (a, b) => `(${a} !== ${b})` }],
  ['boollt(bool,bool) bool', (a: boolean, b: boolean) => !a && b, { inline: (a, b) => `(!${a} && ${b})` }],
  ['boolle(bool,bool) bool', (a: boolean, b: boolean) => !a || b, { inline: (a, b) => `(!${a} || ${b})` }],
  ['boolgt(bool,bool) bool', (a: boolean, b: boolean) => a && !b, { inline: (a, b) => `(${a} && !${b})` }],
  ['boolge(bool,bool) bool', (a: boolean, b: boolean) => a || !b, { inline: (a, b) => `(${a} || !${b})` }],
  ['booland_statefunc(bool,bool) bool', (a: boolean, b: boolean) => a && b, { inline: (a, b) => `(${a} && ${b})` }],
  ['boolor_statefunc(bool,bool) bool', (a: boolean, b: boolean) => a || b, { inline: (a, b) => `(${a} || ${b})` }],
  ['text(bool) text', (a: boolean) => (a ? 'true' : 'false'), { inline: (a) => `(${a} ? 'true' : 'false')` }],
]);
