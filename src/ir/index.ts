/**
 * The waist: what a query means, as readonly data. The planner produces it, the engine and the dialects consume it; nothing else crosses.
 */
export type { Scalar, Position } from './scalar.ts';
export type { Relation, RelationId, Lookup, LookupKey, SortKey, JoinEdge, TemporalBound, TemporalInterval, Query } from './relation.ts';
export type { Aggregate } from './aggregate.ts';
export type {
  Environment, CatalogQuestions, SequenceAccess, Volatility, FunctionRow, TableFunctionRow, OperatorRow, CastRow, AggregateRow,
} from './functions/contract.ts';
export { quoteIdentifier, keywords } from './functions/keywords.ts';
export type { Keyword, KeywordCategory } from './functions/keywords.ts';
export { isSequenceFunction } from './functions/sequences.ts';
export { formatType } from './functions/type-names.ts';
export { procedureArguments, procedureOids } from './functions/proc-oids.ts';
export { toBitLength, toVarbitLength } from './functions/bit.ts';
export { routinesByOid } from './functions/routine-oids.ts';
export type { Routine } from './functions/routine-oids.ts';
export {
  allFunctions, allTableFunctions, allOperators, allCasts, allAggregates, asksCatalog, functionById, constructFunctionsNamed, functionsNamed, tableFunctionById, tableFunctionsNamed,
  operatorsNamed, castBetween, castsFrom, aggregateById, aggregatesNamed, evaluatorOf,
} from './functions/index.ts';
export { pathOf as readJsonPath } from './functions/jsonpath-evaluate.ts';
export type { Behavior, BehaviorKind, JsonQueryCall, JsonQuerySpec } from './functions/sql-json-query.ts';
export type { JsonTableCall, JsonTableColumnSpec, JsonTablePath } from './functions/sql-json-table.ts';
export { relationTypeOf, isNullable, isOuter, isKeyed } from './types.ts';
export { recordNames } from './record-names.ts';
export { structureText } from './structure.ts';
export { isEquality, isTypeEquality, equalityOf } from './equality.ts';
export {
  mapOperands, operandsOf, mapScalar, someScalar, columnsOf, renumber, substitute, mapInputs, inputsOf, someRelation, mapOwnScalars, mapScalars, mapAggregate, mapQueryScalars,
  bindParameters, bindScalar,
} from './visit.ts';
export { mayRaise } from './may-raise.ts';
export { nullErrors } from './null-errors.ts';
export { explainQuery, explainRelation, explainScalar } from './explain.ts';
export { evaluateScalar, arrayOf, readsBits, relabel, subscript } from './evaluate.ts';
