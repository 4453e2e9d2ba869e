/**
 * SQL text to trees: Postgres' own grammar for what is Postgres', a reader of our own on its tokens for the rest.
 * Always holds: no statement reaches the grammar before its length and depth are checked; locations and positions count in the text given.
 */
export { createParser } from './parser.ts';
export type { SqlParser } from './parser.ts';
export type {
  Statement, StatementTree, StatementText, StatementOption, OptionTree, ObjectName, UpstreamSelection, FormatTree, IncludeTree, CheckInput, SourceTree,
  CreateViewTree, CreateMaterializedViewTree, CreateSourceTree, CreateTablesFromSourceTree, CreateTableFromFileTree, CreateSecretTree, CreateConnectionTree,
  CreateDefaultIndexTree, SubscribeTree, CopySubscribeTree, DeclareTree, FetchTree, PrepareTree, ExplainTree, ShowKind, ShowObjectsTree, ShowCreateTree,
  CreatedKind, DropTree, RenameTree, CommentTree, AlterOnErrorTree,
} from './tree.ts';
export { shapeOf } from './shape.ts';
export type { StatementShape } from './shape.ts';
export { positionOf } from './characters.ts';
export { defaultText } from './default-text.ts';
export { tokenize } from './tokens.ts';
export type { Token } from './tokens.ts';
