import { codecOf, Oid } from '../../core/index.ts';
import type { JsonValue, TextSettings } from '../../core/index.ts';
import { isArray, isContainer, isObject, jsonb } from './json-values.ts';

/** jsonb with one member a line, indented by four: `jsonb_pretty`. Empty containers keep their line feed. */
export function jsonPretty(value: JsonValue, settings: TextSettings): string {
  const scalar = (item: JsonValue): string => codecOf(Oid.jsonb).print(jsonb(item), settings);
  const write = (item: JsonValue, indent: string): string => {
    if (!isContainer(item)) return scalar(item);
    const inner = `${indent}    `;
    const lines = isObject(item)
      ? [...item].map(([key, member]) => `${inner}${JSON.stringify(key)}: ${write(member, inner)}`)
      : item.map((member) => `${inner}${write(member, inner)}`);
    const [open, close] = isArray(item) ? ['[', ']'] : ['{', '}'];
    return `${open}\n${lines.length === 0 ? '' : `${lines.join(',\n')}\n`}${indent}${close}`;
  };
  return write(value, '');
}
