import Handlebars from 'handlebars';
import { Oid, SqlError, typeInfo } from '../core/index.ts';
import type { Column, RelationType } from '../core/index.ts';
import { fits, readDescription } from './description.ts';
import type { ParameterDescription, TemplateDescription } from './description.ts';
import { identifier } from './identifier.ts';
import { intervalMs } from './interval.ts';

/** The view that a template is written over. */
export interface Dataset {
  /** as SQL names it, with its schema where that is needed */
  readonly name: readonly string[];
  readonly type: RelationType;
}

export interface Expansion {
  /** the whole script, to be read by a person */
  readonly sql: string;
  /** the same as statements to be run one by one */
  readonly statements: readonly string[];
  /** the view it creates */
  readonly view: string;
}

/** Parameters as given, by name. */
export type Parameters = Readonly<Record<string, string>>;

/** Most windows that one row may lie in: each is a row of state. */
const MOST_HOPS = 10_000;

/** All templates, made once from the files of `templates/` (`*.sql.hbs`, `*.json`) and of `sql/metrics/` (`*.sql`), by file name. */
export class TemplateLibrary {
  readonly #handlebars = Handlebars.create();
  readonly #templates = new Map<string, { readonly description: TemplateDescription; readonly render: Handlebars.TemplateDelegate }>();

  constructor(templates: ReadonlyMap<string, string>, metrics: ReadonlyMap<string, string>) {
    for (const [file, text] of metrics) this.#handlebars.registerPartial(file.replace(/\.sql$/, ''), definition(text));
    for (const [file, text] of templates) {
      if (/^_.*\.sql\.hbs$/.test(file)) this.#handlebars.registerPartial(file.replace(/\.sql\.hbs$/, ''), text);
    }
    for (const [file, text] of templates) {
      const name = /^([^_].*)\.sql\.hbs$/.exec(file)?.[1];
      if (name === undefined) continue;
      // The output is SQL, so nothing is escaped for HTML; a name that the template asks for and nobody gave is an error.
      const render = this.#handlebars.compile(text, { noEscape: true, strict: true });
      this.#templates.set(name, { description: readDescription(name, templates.get(`${name}.json`) ?? '{}'), render });
    }
  }

  list(): readonly TemplateDescription[] {
    return [...this.#templates.values()].map(({ description }) => description);
  }

  /** Throws SqlError: 42704 no such template, 22023 a parameter that is missing, unknown or malformed, 42703 and 42804 a column that is missing or ill-typed. */
  expand(template: string, parameters: Parameters, dataset: Dataset): Expansion {
    const found = this.#templates.get(template);
    if (!found) throw new SqlError('42704', `template "${template}" does not exist`, { hint: `Templates are ${[...this.#templates.keys()].join(', ')}.` });
    const { description, render } = found;
    refuseUnknown(description, parameters);
    const values = new Map<string, readonly Column[] | string>();
    for (const parameter of description.parameters) {
      const value = valueOf(parameter, parameters, dataset.type);
      if (value !== undefined) values.set(parameter.name, value);
    }
    const view = identifier(`${dataset.name.at(-1)!}_${template}`);
    const qualifier = dataset.name.slice(0, -1).map((part) => `${identifier(part)}.`).join('');
    const sql = `${render(contextOf(description, values, dataset, qualifier + view)).trim()}\n`;
    return { sql, statements: [sql.trim().replace(/^(--.*\n)+/, '').replace(/;$/, '')], view: qualifier + view };
  }
}

/** A metric's SQL without its header. */
const definition = (text: string): string => text.split('\n').filter((line) => !line.startsWith('--')).join('\n').trim();

function refuseUnknown(description: TemplateDescription, parameters: Parameters): void {
  for (const name of Object.keys(parameters)) {
    if (!description.parameters.some((parameter) => parameter.name === name)) {
      throw new SqlError('22023', `template "${description.name}" has no parameter "${name}"`, { hint: `Its parameters are ${description.parameters.map((parameter) => parameter.name).join(', ')}.` });
    }
  }
}

function valueOf(parameter: ParameterDescription, parameters: Parameters, type: RelationType): readonly Column[] | string | undefined {
  const given = parameters[parameter.name];
  if (given === undefined && parameter.required) {
    throw new SqlError('22023', `parameter "${parameter.name}" is missing`, { detail: `It is ${parameter.description}.`, hint: columnsOf(type) });
  }
  switch (parameter.kind) {
    case 'interval': return given === undefined ? undefined : checkInterval(parameter, given);
    case 'columns': return given?.split(',').map((name) => checkColumn(parameter, name.trim(), type));
    case 'column': {
      if (given !== undefined) return [checkColumn(parameter, given, type)];
      // A default names a column that is read only where a window asks for it: see contextOf.
      return parameter.default !== undefined && parameters.window !== undefined ? [checkColumn(parameter, parameter.default, type)] : undefined;
    }
  }
}

function checkColumn(parameter: ParameterDescription, name: string, type: RelationType): Column {
  const column = type.columns.find((each) => each.name === name);
  if (!column) throw new SqlError('42703', `parameter "${parameter.name}": column "${name}" does not exist`, { hint: columnsOf(type) });
  const wanted = parameter.type ?? 'any';
  if (!fits(wanted, column.type)) {
    throw new SqlError('42804', `parameter "${parameter.name}": column "${name}" is of type ${typeInfo(column.type.oid).sqlName}, not a ${wanted}`, { hint: columnsOf(type) });
  }
  return column;
}

const columnsOf = ({ columns }: RelationType): string => `The dataset has ${columns.map(({ name, type }) => `${name} ${typeInfo(type.oid).sqlName}`).join(', ')}.`;

function checkInterval(parameter: ParameterDescription, text: string): string {
  if (intervalMs(text) === undefined) {
    throw new SqlError('22023', `parameter "${parameter.name}": "${text}" is not the length of a window`, { hint: "Write a whole number of milliseconds, seconds, minutes or hours, such as '30 seconds'." });
  }
  return text.trim();
}

/** What the template sees: each parameter as SQL text, and what windows and slices come to. */
function contextOf(description: TemplateDescription, values: ReadonlyMap<string, readonly Column[] | string>, dataset: Dataset, view: string): Record<string, unknown> {
  const context: Record<string, unknown> = { view, dataset: dataset.name.map(identifier).join('.') };
  for (const { name } of description.parameters) {
    const value = values.get(name);
    context[name] = typeof value === 'string' ? value : (value?.map((column) => identifier(column.name)).join(', ') ?? '');
  }
  const window = values.get('window');
  const slices = (values.get('by') as readonly Column[] | undefined)?.map((column) => identifier(column.name)) ?? [];
  const dimensions = typeof window === 'string' ? ['window_end', ...slices] : slices;
  return { ...context, dimensions, grouping: dimensions.join(', '), ...(typeof window === 'string' ? windowContext(window, values) : checkNoWindow(values)) };
}

function windowContext(window: string, values: ReadonlyMap<string, readonly Column[] | string>): Record<string, unknown> {
  const given = values.get('every');
  const every = typeof given === 'string' ? given : window;
  const hops = intervalMs(window)! / intervalMs(every)!;
  if (!Number.isInteger(hops)) {
    throw new SqlError('22023', `parameter "window": ${window} is not a whole number of ${every}`, { hint: 'Windows end one hop apart, so that a window is a whole number of hops.' });
  }
  if (hops > MOST_HOPS) throw new SqlError('54000', `parameter "every": each row would lie in ${hops} windows`, { hint: `At most ${MOST_HOPS} are kept; let windows end further apart.` });
  const [time] = values.get('time') as readonly [Column];
  const origin = time.type.oid === Oid.timestamptz ? "TIMESTAMPTZ '2000-01-01 00:00:00+00'" : "TIMESTAMP '2000-01-01 00:00:00'";
  return { every, hops, origin };
}

function checkNoWindow(values: ReadonlyMap<string, readonly Column[] | string>): Record<string, unknown> {
  if (values.has('every')) throw new SqlError('22023', 'parameter "every" needs the parameter "window"', { hint: 'It says how far apart windows end.' });
  return {};
}
