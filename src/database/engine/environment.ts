import { defaultTextSettings, POSTGRES_EPOCH_MS, notSupported } from '../../core/index.ts';
import type { Clock, Random } from '../../core/index.ts';
import type { CatalogQuestions, Environment, SequenceAccess } from '../../ir/index.ts';
import type { EnvironmentData } from './messages.ts';

const refuse = (): never => {
  throw notSupported('a catalog function over rows of user relations', 'Look the name up in a query over catalog relations alone, and join its answer as a literal.');
};

/** The catalog lives on the main thread; queries that reach the engine have had their catalog relations put in as rows. */
const noCatalog = new Proxy({}, { get: () => refuse }) as CatalogQuestions;

/** What a volatile function asks. */
export interface Outside {
  readonly clock: Clock;
  readonly random: Random;
}

/** What functions see that belong to no session: those of views. */
export const engineEnvironment = (outside: Outside): Environment => environmentOf({
  settings: defaultTextSettings, transactionTimeMicros: 0, statementTimeMicros: 0, user: 'materialize', database: 'materialize', searchPath: ['public'], backendPid: 0, variables: new Map(),
}, outside);

/** A session's environment, from its data; `set_config` and the catalog need the session itself. */
export function environmentOf(data: EnvironmentData, { clock, random }: Outside, catalog: CatalogQuestions = noCatalog, set: Environment['setSetting'] = refuse, sequences?: SequenceAccess): Environment {
  return {
    settings: data.settings,
    transactionTimeMicros: data.transactionTimeMicros,
    statementTimeMicros: data.statementTimeMicros,
    clockMicros: () => (clock.now() - POSTGRES_EPOCH_MS) * 1000,
    random: () => random.next(),
    user: data.user,
    database: data.database,
    searchPath: data.searchPath,
    backendPid: data.backendPid,
    setting: (name) => data.variables.get(name.toLowerCase()),
    setSetting: set,
    catalog,
    ...(sequences === undefined ? {} : { sequences }),
  };
}
