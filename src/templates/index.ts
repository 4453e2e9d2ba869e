/**
 * Monitoring templates: one dataset view in, the SQL of its metrics out. Always true: what comes out is plain SQL that names only columns
 * the dataset has, of types the template takes; what does not fit is one error that names the parameter.
 * The files are handed in (`templates/`, `sql/metrics/`): this folder reads nothing.
 */
export { TemplateLibrary } from './library.ts';
export type { Expansion, Dataset } from './library.ts';
export type { ParameterDescription, TemplateDescription } from './description.ts';
