import { registerUserType, RowBatch, rowLayout } from '../../core/index.ts';
import type { RelationType, UserType } from '../../core/index.ts';
import type { RelationId } from '../../ir/index.ts';
import type { StoredChange } from '../../storage/index.ts';
import type { Change, Engine } from '../../views/index.ts';
import type { EngineAction, WireChange } from './messages.ts';

/** Done before the rows of the same change, which need it, and taken back where that fails; all else is done behind them. */
export const adds = (action: EngineAction): action is Extract<EngineAction, { kind: 'addRelation' | 'addView' | 'addIndex' | 'defineType' }> =>
  action.kind === 'addRelation' || action.kind === 'addView' || action.kind === 'addIndex' || action.kind === 'defineType';

/** The relations that the engine has, with the types by which rows from outside are read. */
export class Relations {
  readonly #engine: Engine;
  readonly #types = new Map<RelationId, RelationType>();
  /** users' types as they were before they were defined last */
  readonly #userTypesBefore = new Map<number, UserType>();
  readonly #userTypes = new Map<number, UserType>();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Whether rows may be written to it. */
  has(id: RelationId): boolean {
    return this.#types.has(id);
  }

  act(action: EngineAction): void {
    switch (action.kind) {
      case 'addRelation':
        this.#types.set(action.id, action.type);
        this.#engine.addRelation(action.id, action.type, action.options);
        return;
      case 'addView':
        this.#engine.addView(action.id, action.name, action.type, action.relation, action.onError);
        return;
      case 'defineType':
        this.#define(action.type);
        return;
      case 'setOnError':
        this.#engine.setOnError(action.id, action.onError);
        return;
      case 'addIndex':
        this.#engine.addIndex(action.id, action.options);
        return;
      case 'dropIndex':
        this.#engine.dropIndex(action.id, action.index);
        return;
      case 'rename':
        this.#engine.rename(action.id, action.name);
        return;
      case 'renameKey':
        this.#engine.renameKey(action.id, action.from, action.to);
        return;
      case 'remove':
        this.#types.delete(action.id);
        this.#engine.remove(action.id);
        return;
    }
  }

  #define(type: UserType): void {
    this.#userTypesBefore.set(type.oid, this.#userTypes.get(type.oid) ?? type);
    this.#userTypes.set(type.oid, type);
    registerUserType(type);
  }

  /** Takes back what was added, last first. */
  takeBack(actions: readonly EngineAction[]): void {
    for (const action of actions.toReversed()) {
      if (action.kind === 'defineType') this.#define(this.#userTypesBefore.get(action.type.oid) ?? action.type);
      else if (action.kind === 'addIndex') this.act({ kind: 'dropIndex', id: action.id, index: action.options.index });
      else if (adds(action)) this.act({ kind: 'remove', id: action.id });
    }
  }

  /** The changes as the engine reads them, each read when its turn comes; those of relations that are gone are left out. */
  *changes(changes: Iterable<StoredChange | WireChange>): Generator<Change, void> {
    for (const change of changes) {
      const id = change.relation as RelationId;
      const type = this.#types.get(id);
      if (type === undefined) continue;
      const { rows } = change;
      const buffer = rows === undefined ? undefined : rows instanceof ArrayBuffer ? rows : (rows.buffer as ArrayBuffer);
      yield {
        relation: id,
        ...(buffer === undefined ? {} : { rows: new RowBatch(buffer, rowLayout(type.columns.map((column) => column.type))) }),
        ...(change.missing === undefined ? {} : { missing: change.missing }),
        ...(change.keyOnly === undefined ? {} : { keyOnly: change.keyOnly }),
        ...(change.truncate === true ? { truncate: true } : {}),
      };
    }
  }
}
