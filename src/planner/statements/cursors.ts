import type { ClosePortalStmt, DeallocateStmt, DiscardStmt, ExecuteStmt, FetchStmt } from '@pgsql/types';
import { InvariantError, SqlError, notSupported } from '../../core/index.ts';
import type { Plan } from '../plan.ts';
import { planArgument, resolveTypeName } from '../query.ts';
import type { DeclareTree, FetchTree, PrepareTree, StatementOption } from '../syntax/index.ts';
import { planContext } from './context.ts';
import type { Scene } from './context.ts';
import type { Outcome } from './names.ts';
import { findOption, optionText, refuseUnknownOptions } from './options.ts';

/** Bits of DeclareCursorStmt.options (Postgres' nodes/parsenodes.h). INSENSITIVE and ASENSITIVE hold for every cursor here. */
const BINARY = 1;
const SCROLL = 2;
const HOLD = 32;

export function planDeclare(tree: DeclareTree, inner: Plan): Outcome {
  if ((tree.flags & SCROLL) !== 0) throw notSupported('SCROLL', 'Cursors go forward only; declare it without SCROLL.');
  if (inner.kind === 'withWrites') throw new SqlError('0A000', 'DECLARE CURSOR must not contain data-modifying statements in WITH');
  if (inner.kind !== 'query' && inner.kind !== 'subscribe') throw new InvariantError(`a cursor over ${inner.kind}`);
  return { plan: { kind: 'declare', name: tree.name, binary: (tree.flags & BINARY) !== 0, hold: (tree.flags & HOLD) !== 0, inner, innerSql: tree.inner.sql } };
}

/** The grammar's FETCH_ALL: LONG_MAX of 32 bits. */
const FETCH_ALL = 2147483647;

const directions = { FETCH_FORWARD: 'forward', FETCH_BACKWARD: 'backward', FETCH_ABSOLUTE: 'absolute', FETCH_RELATIVE: 'relative' } as const;

export function planFetch(statement: FetchStmt, options: readonly StatementOption[] = []): Outcome {
  const howMany = Number(statement.howMany ?? 0);
  refuseUnknownOptions(options, ['TIMEOUT'], 'FETCH');
  const timeout = findOption(options, 'TIMEOUT');
  return {
    plan: {
      kind: 'fetch', name: statement.portalname ?? '', count: howMany === FETCH_ALL ? null : howMany, move: statement.ismove === true,
      timeoutMs: timeout === undefined ? null : durationMs(timeout), direction: directions[statement.direction ?? 'FETCH_FORWARD'],
    },
  };
}

export const planFetchTree = (tree: FetchTree): Outcome => planFetch(tree.node, tree.options);

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001, ms: 1, msec: 1, millisecond: 1, s: 1000, sec: 1000, second: 1000, m: 60_000, min: 60_000, minute: 60_000, h: 3_600_000, hour: 3_600_000, d: 86_400_000, day: 86_400_000,
};

/** `'1s'`, `'500 milliseconds'`, `'1 minute 30 seconds'`; a number alone is seconds, as in an interval. */
export function durationMs(option: StatementOption): number {
  const text = optionText(option).trim().toLowerCase();
  const invalid = new SqlError('22007', `invalid input syntax for type interval: "${optionText(option)}"`, { position: option.value?.position });
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?\s*[a-z]+\s*)+$/.test(text)) throw invalid;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const factor = unitMs[unit!] ?? unitMs[unit!.replace(/s$/, '')];
    if (factor === undefined) throw invalid;
    total += Number(amount) * factor;
  }
  return total;
}

export const planClose = (statement: ClosePortalStmt): Outcome => ({ plan: { kind: 'closeCursor', name: statement.portalname ?? null } });

export function planPrepare(tree: PrepareTree, scene: Scene): Outcome {
  const types = tree.types.map((node) => {
    if (!('TypeName' in node)) throw new InvariantError(`${Object.keys(node).join()} as a parameter's type`);
    return resolveTypeName(node.TypeName, scene.text, scene.environment.catalog);
  });
  return { plan: { kind: 'prepare', name: tree.name, types, sql: tree.inner.sql } };
}

export function planExecute(statement: ExecuteStmt, scene: Scene): Outcome {
  const name = statement.name ?? '';
  const types = scene.prepared(name);
  if (types === undefined) throw new SqlError('26000', `prepared statement "${name}" does not exist`);
  const params = statement.params ?? [];
  if (params.length !== types.length)
    throw new SqlError('42601', `wrong number of parameters for prepared statement "${name}"`, { detail: `Expected ${types.length} parameters but got ${params.length}.` });
  const context = planContext(scene, 'adhoc');
  const values = params.map((param, i) => planArgument(param, i + 1, types[i]!, scene.text, context));
  return { plan: { kind: 'execute', name, arguments: values } };
}

export const planDeallocate = (statement: DeallocateStmt): Outcome => ({ plan: { kind: 'deallocate', name: statement.isall === true ? null : (statement.name ?? null) } });

const discarded = { DISCARD_ALL: 'all', DISCARD_PLANS: 'plans', DISCARD_SEQUENCES: 'sequences', DISCARD_TEMP: 'temp' } as const;

export const planDiscard = (statement: DiscardStmt): Outcome => ({ plan: { kind: 'discard', what: discarded[statement.target ?? 'DISCARD_ALL'] } });
