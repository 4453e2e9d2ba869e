import { defaultTextSettings, SeededRandom } from '../../src/core/index.ts';
import type { RelationType } from '../../src/core/index.ts';
import { catalogQuestions, emptyCatalog, OidAllocator, schemaOids } from '../../src/catalog/index.ts';
import type { CatalogSnapshot } from '../../src/catalog/index.ts';
import type { Environment, Relation, RelationId } from '../../src/ir/index.ts';
import { createParser, planStatement } from '../../src/planner/index.ts';
import type { Plan, SqlParser } from '../../src/planner/index.ts';
import { Engine } from '../../src/views/index.ts';

/** An engine alone, driven by SQL: what a benchmark of maintenance measures, without log, threads and sockets. */
export class BenchEngine {
  readonly engine: Engine;
  readonly #parser: SqlParser;
  readonly #environment: Environment;
  #catalog: CatalogSnapshot = emptyCatalog();

  private constructor(parser: SqlParser) {
    this.#parser = parser;
    const random = new SeededRandom(1);
    this.#environment = {
      settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, clockMicros: () => 0, random: () => random.next(), user: 'materialize', database: 'materialize', searchPath: ['public'],
      backendPid: 0, setting: () => undefined, setSetting: () => {}, catalog: catalogQuestions(this.#catalog, ['public']),
    };
    this.engine = new Engine({ environment: this.#environment, log: { next: () => undefined, rows: () => 0 }, shares: true });
  }
  static async create(): Promise<BenchEngine> {
    return new BenchEngine(await createParser());
  }

  #plan(sql: string): Plan {
    const context = { catalog: this.#catalog, searchPath: ['public'], environment: this.#environment, parameterTypes: [], prepared: () => undefined, parse: (text: string) => this.#parser.parse(text) };
    return planStatement(this.#parser.parse(sql), context).plan;
  }

  /** `held`: as a table of a source with updates; otherwise as an append-only source. */
  createTable(sql: string, held = true): { readonly id: RelationId; readonly type: RelationType } {
    const plan = this.#plan(sql);
    if (plan.kind !== 'createTable') throw new Error('not a CREATE TABLE');
    const { oid, id, rowType } = new OidAllocator(this.#catalog.nextOid).relation();
    const type: RelationType = { columns: plan.columns.map(({ name, type: of, nullable }) => ({ name, type: of, nullable })), keys: [] };
    this.#catalog = this.#catalog.apply([{
      kind: 'create', item: { kind: 'table', oid, id, rowType, name: plan.name.name, schema: schemaOids.public, sql, dependsOn: [], columns: plan.columns, keys: [], origin: { kind: 'user' }, type },
    }]);
    this.engine.addRelation(id, type, { held, keys: [], enforced: false, name: plan.name.name });
    return { id, type };
  }

  createView(sql: string): { readonly id: RelationId; readonly type: RelationType; readonly relation: Relation } {
    const plan = this.#plan(sql);
    if (plan.kind !== 'createMaterializedView') throw new Error('not a CREATE MATERIALIZED VIEW');
    const { oid, id, rowType } = new OidAllocator(this.#catalog.nextOid).relation();
    const type: RelationType = { columns: plan.columns, keys: [] };
    this.#catalog = this.#catalog.apply([{
      kind: 'create', item: { kind: 'materialized view', oid, id, rowType, name: plan.name.name, schema: schemaOids.public, sql, dependsOn: plan.dependsOn, columns: plan.columns, query: plan.query, relation: plan.relation, onError: 'fail', type },
    }]);
    this.engine.addView(id, plan.name.name, type, plan.relation, 'fail');
    while (this.engine.work(() => false));
    return { id, type, relation: plan.relation };
  }
  get environment(): Environment {
    return this.#environment;
  }
}
