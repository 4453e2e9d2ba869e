import { SqlError, notSupported } from '../../core/index.ts';
import type { OptionTree, StatementOption } from '../syntax/index.ts';

/** Refuses by name every option that is not among `known`, and one that is given twice. */
export function refuseUnknownOptions(options: readonly StatementOption[], known: readonly string[], of: string): void {
  const seen = new Set<string>();
  for (const option of options) {
    if (!known.includes(option.name)) throw notSupported(`option ${option.name} of ${of}`, known.length === 0 ? 'Leave it out.' : `Known options: ${known.join(', ')}.`, option.position);
    if (seen.has(option.name)) throw new SqlError('42601', 'conflicting or redundant options', { position: option.position });
    seen.add(option.name);
  }
}

export const findOption = (options: readonly StatementOption[], name: string): StatementOption | undefined => options.find((option) => option.name === name);

const invalid = (option: StatementOption, wanted: string): SqlError =>
  new SqlError('22023', `option ${option.name} requires ${wanted}`, { position: option.value?.position ?? option.position });

/** A value that is text: quoted, or a plain word or number. */
export function textOf(value: OptionTree): string | undefined {
  switch (value.kind) {
    case 'string': case 'number': return value.value;
    case 'name': return value.name.parts.length === 1 ? value.name.parts[0] : undefined;
    case 'secret': case 'list': return undefined;
  }
}

export function optionText(option: StatementOption): string {
  const text = option.value === null ? undefined : textOf(option.value);
  if (text === undefined) throw invalid(option, 'a text value');
  return text;
}

/** A value out of a few words, in lower case. */
export const optionWord = (option: StatementOption): string => optionText(option).toLowerCase();

const booleans: Readonly<Record<string, boolean>> = { true: true, on: true, yes: true, '1': true, false: false, off: false, no: false, '0': false };

/** Without a value: true. */
export function optionBoolean(option: StatementOption | undefined, otherwise: boolean): boolean {
  if (option === undefined) return otherwise;
  if (option.value === null) return true;
  const found = booleans[optionWord(option)];
  if (found === undefined) throw invalid(option, 'a Boolean value');
  return found;
}

export function optionInteger(option: StatementOption): number {
  const text = optionText(option);
  if (!/^[+-]?[0-9]+$/.test(text) || !Number.isSafeInteger(Number(text))) throw invalid(option, 'an integer value');
  return Number(text);
}

/** `(1, 2)`, or `1` alone */
export function optionIntegers(option: StatementOption): number[] {
  const items = option.value?.kind === 'list' ? option.value.items : option.value === null ? [] : [option.value];
  return items.map((item) => optionInteger({ ...option, value: item }));
}

/** `('a', 'b')`, or `'a'` alone; names are spelled with dots */
export function optionTexts(option: StatementOption): string[] {
  const items = option.value?.kind === 'list' ? option.value.items : option.value === null ? [] : [option.value];
  return items.map((item) => {
    const text = item.kind === 'name' ? item.name.parts.join('.') : textOf(item);
    if (text === undefined) throw invalid(option, 'a list of text values');
    return text;
  });
}
