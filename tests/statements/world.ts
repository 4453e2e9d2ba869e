import { OidAllocator, catalogQuestions, emptyCatalog } from '../../src/catalog/index.ts';
import type { CatalogItem, CatalogSnapshot, UpstreamTable } from '../../src/catalog/index.ts';
import { SqlError, defaultTextSettings } from '../../src/core/index.ts';
import type { Column, SqlType } from '../../src/core/index.ts';
import type { Environment } from '../../src/ir/index.ts';
import { createParser, planStatement, purifyRequest } from '../../src/planner/index.ts';
import type { Plan, PlannedStatement, Purified, PurifyRequest, SqlParser } from '../../src/planner/index.ts';

const settings: Readonly<Record<string, string>> = {
  search_path: 'public', timezone: 'UTC', datestyle: 'ISO, MDY', application_name: '', transaction_isolation: 'serializable', transaction_read_only: 'off',
  default_transaction_read_only: 'off', default_transaction_isolation: 'serializable', statement_timeout: '0',
};

/** A catalog that statements are planned against and that follows what they make: no rows, no engine. */
export class World {
  readonly #parser: SqlParser;
  readonly upstream: readonly UpstreamTable[];
  readonly prepared = new Map<string, readonly SqlType[]>();
  catalog: CatalogSnapshot = emptyCatalog();
  searchPath: readonly string[] = ['public'];

  private constructor(parser: SqlParser, upstream: readonly UpstreamTable[]) {
    this.#parser = parser;
    this.upstream = upstream;
  }

  static async create(upstream: readonly UpstreamTable[] = []): Promise<World> {
    return new World(await createParser(), upstream);
  }

  get environment(): Environment {
    return {
      settings: defaultTextSettings, transactionTimeMicros: 700_000_000_000_000, statementTimeMicros: 700_000_000_000_000, clockMicros: () => 0, random: () => 0.5,
      user: 'materialize', database: 'materialize', searchPath: this.searchPath, backendPid: 1,
      setting: (name) => settings[name.toLowerCase()], setSetting: () => undefined, catalog: catalogQuestions(this.catalog, this.searchPath),
    };
  }

  get #context(): Parameters<typeof planStatement>[1] {
    return { catalog: this.catalog, searchPath: this.searchPath, environment: this.environment, parameterTypes: [], prepared: (name) => this.prepared.get(name), parse: (sql) => this.#parser.parse(sql) };
  }

  asks(sql: string): PurifyRequest | undefined {
    return purifyRequest(this.#parser.parse(sql), this.#context);
  }

  /** Plans one statement; what it would ask outside is answered by `upstream`. */
  plan(sql: string): PlannedStatement {
    const statement = this.#parser.parse(sql);
    const request = purifyRequest(statement, this.#context);
    return planStatement(statement, this.#context, request && this.#answer(request));
  }

  #answer(request: PurifyRequest): Purified {
    switch (request.kind) {
      case 'postgres': return { kind: 'postgres', tables: this.upstream, enums: [], rowTypes: [] };
      case 'kafka': return { kind: 'kafka', endOffsets: [0] };
      case 'file': return { kind: 'file', columns: [] };
    }
  }

  /** Plans each statement of `sql` and makes what it makes; returns the last plan. */
  run(sql: string): PlannedStatement {
    const planned = this.#parser.split(sql).map((statement) => {
      const one = this.plan(statement.sql);
      this.#apply(one.plan);
      return one;
    });
    return planned.at(-1)!;
  }

  /** What planning `sql` raises. */
  refusal(sql: string): { readonly code: string; readonly message: string; readonly position: number | undefined; readonly detail: string | undefined; readonly hint: string | undefined } {
    try {
      this.run(sql);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      const { position, detail, hint } = error.fields;
      return { code: error.code, message: error.message, position, detail, hint };
    }
    throw new Error(`was accepted: ${sql}`);
  }

  #apply(plan: Plan): void {
    const oids = new OidAllocator(this.catalog.nextOid);
    const relation = (columns: readonly Column[]) => ({ ...oids.relation(), type: { columns, keys: [] }, dependsOn: [] });
    const create = (...items: CatalogItem[]): void => {
      this.catalog = this.catalog.apply(items.map((item) => ({ kind: 'create', item })));
    };
    switch (plan.kind) {
      case 'createSchema': return create({ kind: 'schema', oid: oids.plain(), name: plan.name, schema: 0, sql: '', dependsOn: [] });
      case 'createTable': return create({ kind: 'table', ...relation(plan.columns), ...plan.name, sql: plan.sql, columns: plan.columns, keys: [], origin: { kind: 'user' } });
      case 'createView': return create({ kind: 'view', ...relation(plan.columns), ...plan.name, sql: plan.sql, columns: plan.columns, query: plan.query, relation: plan.relation, dependsOn: plan.dependsOn });
      case 'createMaterializedView':
        return create({ kind: 'materialized view', ...relation(plan.columns), ...plan.name, sql: plan.sql, columns: plan.columns, query: plan.query, relation: plan.relation, onError: plan.onError, dependsOn: plan.dependsOn });
      case 'createIndex': return create({ kind: 'index', oid: oids.plain(), name: plan.name, schema: this.catalog.item(plan.on)!.schema, sql: plan.sql, dependsOn: [], on: plan.on, columns: plan.columns, unique: plan.unique });
      case 'createSecret': return create({ kind: 'secret', oid: oids.plain(), ...plan.name, sql: plan.sql, dependsOn: [] });
      case 'createConnection': return create({ kind: 'connection', oid: oids.plain(), ...plan.name, sql: plan.sql, dependsOn: plan.dependsOn, connection: plan.connection });
      case 'createSource': {
        const columns = plan.source.kind === 'postgres' ? [] : plan.source.columns;
        const { source } = plan;
        const origin = source.kind === 'postgres' ? { ...source, slot: 'slot', tables: source.upstream, enums: [], rowTypes: [] } : source;
        return create({ kind: 'source', ...relation(columns), ...plan.name, sql: plan.sql, columns, origin, dependsOn: plan.dependsOn });
      }
      case 'createTablesFromSource':
        for (const { upstream, name } of plan.tables) {
          const columns = upstream.columns.map(({ name: column, type, nullable }) => ({ name: column, type, nullable }));
          create({ kind: 'table', ...relation(columns), ...name, sql: plan.sql, columns, keys: [], dependsOn: [plan.source], origin: { kind: 'source', source: plan.source, upstream } });
        }
        return;
      case 'drop':
        this.catalog = this.catalog.apply(plan.oids.map((oid) => ({ kind: 'drop', oid })));
        return;
      default: return;
    }
  }
}
