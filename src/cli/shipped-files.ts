import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TemplateLibrary } from '../templates/index.ts';
import { packageRoot } from './package-root.ts';

/** The files of one folder of the package, by name. */
export function shippedFiles(folder: string): Map<string, string> {
  const path = join(packageRoot(), folder);
  return new Map(readdirSync(path).sort().map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}

/** The templates and metric definitions that we ship. */
export const shippedTemplates = (): TemplateLibrary => new TemplateLibrary(shippedFiles('templates'), shippedFiles('sql/metrics'));
