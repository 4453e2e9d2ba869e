/**
 * The waist: what a query means, as readonly data. The planner produces it, the engine and the dialects consume it; nothing else crosses.
 */
export type { Scalar, Position } from './scalar.ts';
export type { Relation, RelationId, SortKey, JoinEdge, TemporalBound, Query } from './relation.ts';
export type { Aggregate } from './aggregate.ts';
export type {
  Environment, CatalogQuestions, Volatility, FunctionRow, TableFunctionRow, OperatorRow, CastRow, AggregateRow,
} from './functions/contract.ts';
export { quoteIdentifier, keywords } from './functions/keywords.ts';
export type { Keyword, KeywordCategory } from './functions/keywords.ts';
export { procedureOid, procedureOids, procedureName } from './functions/proc-oids.ts';
export {
  allFunctions, allTableFunctions, allOperators, allCasts, allAggregates, functionById, functionsNamed, tableFunctionById, tableFunctionsNamed,
  operatorsNamed, castBetween, castsFrom, aggregateById, aggregatesNamed, evaluatorOf,
} from './functions/index.ts';
