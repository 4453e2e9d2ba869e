import { InvalidArgumentError } from 'commander';

/** Readers of option values; commander names the option in the error. */
export function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError('a port is a number from 0 to 65535');
  return value;
}

export function url(text: string): string {
  if (!URL.canParse(text) || !/^postgres(ql)?:/.test(text)) throw new InvalidArgumentError('it reads postgres://user:password@host:port/database');
  return text;
}

export function brokers(text: string): string {
  const isBroker = (each: string): boolean => /^[^\s:,]+:\d{1,5}$|^\[[\da-f:.]+\]:\d{1,5}$/i.test(each) && Number(each.slice(each.lastIndexOf(':') + 1)) <= 65_535;
  if (!text.split(',').every(isBroker)) throw new InvalidArgumentError('it reads host:port, several parted by commas');
  return text;
}

export function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('it is a positive number');
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('it is a whole number');
  return value;
}
