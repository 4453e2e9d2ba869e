import { SqlError } from '../../core/index.ts';
import { displayName } from '../../catalog/index.ts';
import type { CatalogItem, CatalogSnapshot } from '../../catalog/index.ts';

/** Hands out the names that types of upstream get in one schema of ours. */
export class NamesHere {
  readonly schema: number;
  readonly #catalog: CatalogSnapshot;
  readonly #given = new Set<string>();

  constructor(schema: number, catalog: CatalogSnapshot) {
    this.schema = schema;
    this.#catalog = catalog;
  }

  /**
   * The name of a type, and the type of that kind that has it already: upstream's name, with upstream's schema before it where another type of this source has that name,
   * and for the type of a table's rows, since the table may be wanted too. Raises where something else has the name.
   */
  place<T extends CatalogItem>(type: { readonly schema: string; readonly name: string; readonly ofTable?: boolean }, isLike: (item: CatalogItem) => item is T, called: string): { readonly name: string; readonly there: T | undefined } {
    const name = type.ofTable === true || this.#given.has(type.name) ? `${type.schema}_${type.name}` : type.name;
    this.#given.add(name);
    const there = this.#catalog.find(this.#catalog.item(this.schema)!.name, name, []);
    if (there === undefined || isLike(there)) return { name, there };
    throw new SqlError('42710', `type "${name}" cannot be made for the ${called} of upstream: ${there.kind} ${displayName(this.#catalog, there, [])} has that name`, {
      hint: 'Make the source in another schema, or read the columns as text by TEXT COLUMNS.',
    });
  }
}
