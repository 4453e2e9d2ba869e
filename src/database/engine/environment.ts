import { notSupported } from '../../core/index.ts';
import type { Random } from '../../core/index.ts';
import type { CatalogQuestions, Environment } from '../../ir/index.ts';
import type { EnvironmentData } from './messages.ts';

const refuse = (): never => {
  throw notSupported('a catalog function over rows of user relations', 'Look the name up in a query over catalog relations alone, and join its answer as a literal.');
};

/** The catalog lives on the main thread; queries that reach the engine have had their catalog relations put in as rows. */
const noCatalog = new Proxy({}, { get: () => refuse }) as CatalogQuestions;

/** A session's environment, from its data; `set_config` and the catalog need the session itself. */
export function environmentOf(data: EnvironmentData, random: Random, catalog: CatalogQuestions = noCatalog, set: Environment['setSetting'] = refuse): Environment {
  return {
    settings: data.settings,
    transactionTimeMicros: data.transactionTimeMicros,
    statementTimeMicros: data.statementTimeMicros,
    random: () => random.next(),
    user: data.user,
    database: data.database,
    searchPath: data.searchPath,
    backendPid: data.backendPid,
    setting: (name) => data.variables.get(name.toLowerCase()),
    setSetting: set,
    catalog,
  };
}
