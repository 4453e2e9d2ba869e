import type { Node } from '@pgsql/types';
import { notSupported } from '../../core/index.ts';
import type { SqlError } from '../../core/index.ts';
import type { Scene } from './context.ts';

interface Refusal {
  readonly feature: string;
  readonly hint: string;
}

const functionsHint = 'Functions cannot be defined; write the expression out, or keep it in a view.';
const rolesHint = 'There is one role; who may connect is set when the server starts.';

/** Statements of Postgres that are refused, by node, with what to do instead. */
const refusals: Readonly<Record<string, Refusal>> = {
  ListenStmt: { feature: 'LISTEN', hint: 'SUBSCRIBE to a view to be told of its changes.' },
  NotifyStmt: { feature: 'NOTIFY', hint: 'Write into a table that the others SUBSCRIBE to.' },
  LockStmt: { feature: 'LOCK TABLE', hint: 'Reads see one state and writes are applied one transaction at a time; no lock is needed.' },
  DoStmt: { feature: 'DO', hint: 'Run the statements themselves.' },
  CallStmt: { feature: 'CALL', hint: functionsHint },
  CreateFunctionStmt: { feature: 'CREATE FUNCTION', hint: functionsHint },
  AlterFunctionStmt: { feature: 'ALTER FUNCTION', hint: functionsHint },
  CreateTrigStmt: { feature: 'CREATE TRIGGER', hint: 'A materialized view follows its tables by itself; SUBSCRIBE to it to act on changes.' },
  RuleStmt: { feature: 'CREATE RULE', hint: 'Use a view.' },
  CreateRangeStmt: { feature: 'CREATE TYPE', hint: 'Use the ranges there are.' },
  DefineStmt: { feature: 'CREATE AGGREGATE, OPERATOR, TYPE or COLLATION', hint: functionsHint },
  CreateDomainStmt: { feature: 'CREATE DOMAIN', hint: 'Use the type below it, and give the columns NOT NULL, DEFAULT and CHECK.' },
  CreateRoleStmt: { feature: 'CREATE ROLE', hint: rolesHint },
  AlterRoleStmt: { feature: 'ALTER ROLE', hint: rolesHint },
  DropRoleStmt: { feature: 'DROP ROLE', hint: rolesHint },
  GrantStmt: { feature: 'GRANT and REVOKE', hint: rolesHint },
  GrantRoleStmt: { feature: 'GRANT and REVOKE', hint: rolesHint },
  AlterOwnerStmt: { feature: 'ALTER ... OWNER TO', hint: rolesHint },
  AlterDefaultPrivilegesStmt: { feature: 'ALTER DEFAULT PRIVILEGES', hint: rolesHint },
  CreatedbStmt: { feature: 'CREATE DATABASE', hint: 'There is one database; use CREATE SCHEMA.' },
  DropdbStmt: { feature: 'DROP DATABASE', hint: 'There is one database; drop its schemas, or stop the server and remove its data directory.' },
  CreateExtensionStmt: { feature: 'CREATE EXTENSION', hint: 'What there is is built in.' },
  CreatePublicationStmt: { feature: 'CREATE PUBLICATION', hint: 'SUBSCRIBE sends changes on.' },
  CreateSubscriptionStmt: { feature: 'CREATE SUBSCRIPTION', hint: 'CREATE SOURCE ... FROM POSTGRES replicates tables.' },
  AlterSystemStmt: { feature: 'ALTER SYSTEM', hint: 'Settings of the server are given when it starts.' },
  CreatePolicyStmt: { feature: 'CREATE POLICY', hint: rolesHint },
  CreateForeignTableStmt: { feature: 'CREATE FOREIGN TABLE', hint: 'CREATE SOURCE reads from outside, CREATE TABLE ... FROM FILE from a file.' },
  ReindexStmt: { feature: 'REINDEX', hint: 'Indexes are kept in memory and need no care.' },
  ClusterStmt: { feature: 'CLUSTER', hint: 'Rows have no physical order.' },
};

/** The error for a statement that nobody plans; one that is not listed is named by its first words. */
export function refusal(node: Node, scene: Scene): SqlError {
  const kind = Object.keys(node)[0] ?? '';
  const listed = refusals[kind];
  if (listed !== undefined) return notSupported(listed.feature, listed.hint, 1);
  const words = scene.sql.match(/^\w+(\s+\w+)?/)?.[0].replace(/\s+/, ' ').toUpperCase() ?? kind;
  return notSupported(words, 'See docs/sql.md for the statements there are.', 1);
}
