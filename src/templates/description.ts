import { InvariantError, Oid, typeInfo } from '../core/index.ts';
import type { SqlType } from '../core/index.ts';

/** What a column must be to stand for a parameter. */
export type ColumnKind = 'boolean' | 'number' | 'timestamp' | 'any';

/** One parameter of a template, as `<name>.json` beside it says. */
export interface ParameterDescription {
  readonly name: string;
  readonly kind: 'column' | 'columns' | 'interval';
  readonly type?: ColumnKind;
  readonly required: boolean;
  readonly default?: string;
  readonly description: string;
}

export interface TemplateDescription {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly ParameterDescription[];
}

const kinds: Readonly<Record<ColumnKind, (type: SqlType) => boolean>> = {
  boolean: ({ oid }) => oid === Oid.bool,
  number: ({ oid }) => typeInfo(oid).category === 'N',
  timestamp: ({ oid }) => oid === Oid.timestamp || oid === Oid.timestamptz,
  any: () => true,
};

export const fits = (kind: ColumnKind, type: SqlType): boolean => kinds[kind](type);

export function readDescription(name: string, text: string): TemplateDescription {
  const read = JSON.parse(text) as Omit<TemplateDescription, 'name'>;
  for (const parameter of read.parameters) {
    if (parameter.kind !== 'interval' && parameter.type === undefined) throw new InvariantError(`parameter ${parameter.name} of the template ${name} has no type`);
  }
  return { name, ...read };
}
