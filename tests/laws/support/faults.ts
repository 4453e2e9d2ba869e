import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineClass } from './world.ts';

/** A mistake in an operator: one place of the source, and what stands there instead. */
export interface Fault {
  readonly name: string;
  /** below src/views */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** cases whose plan has none of these operators are passed over */
  readonly needs: readonly string[];
  /** it shows in the middle of ticks */
  readonly stepped?: true;
  /** the case to begin with, where the first that shows it lies far: the others follow */
  readonly first?: number;
}

export const faults: readonly Fault[] = [
  { name: 'temporal filter: <= read as <', first: 152, file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'upper = Math.min(upper, ms + 1);\n          break;\n        case \'>=\'', to: 'upper = Math.min(upper, ms);\n          break;\n        case \'>=\'' },
  { name: 'temporal filter: > read as >=', first: 383, file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'lower = Math.max(lower, ms + 1);', to: 'lower = Math.max(lower, ms);' },
  { name: 'temporal filter: a row that ends now still shows', file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'if (upper <= now ||', to: 'if (upper < now ||' },
  { name: 'temporal filter: the end is not scheduled', file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'if (upper < NEVER_MS) this.#calendar.add(upper, I, b, -w);', to: '' },
  { name: 'temporal filter: intervals that overlap count twice', file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'this.#lowers[at]! <= upper; at++)', to: 'false; at++)' },
  { name: 'calendar: loses the sign of weights', file: 'state/calendar.ts', needs: ['temporalFilter'], from: 'words[to] = weight;', to: 'words[to] = Math.abs(weight);' },
  { name: 'calendar: what is due now waits a tick', file: 'state/calendar.ts', needs: ['temporalFilter'], from: 'this.#heap[0]! <= time', to: 'this.#heap[0]! < time' },
  { name: 'left join: the NULL row stays when the first match comes', file: 'operators/join.ts', needs: ['left join'], from: 'if (before === 0) return after === 0 ? 0 : 1;', to: 'if (before === 0) return 0;' },
  { name: 'left join: the NULL row does not return when the last match goes', file: 'operators/join.ts', needs: ['left join'], from: 'return after === 0 ? -1 : 0;', to: 'return 0;' },
  { name: 'left join: other matches of the key are not looked for', first: 126, file: 'operators/join.ts', needs: ['left join'], from: 'if (this.#weight(input, row) !== 0) return 0;', to: 'break;' },
  { name: 'left join: the NULL row has the weight of the change', file: 'operators/join.ts', needs: ['left join'], from: 'this.#enumerate(0, -this.#turn)', to: 'this.#enumerate(0, -this.#weightChange)' },
  { name: 'join: weights are not multiplied', file: 'operators/join.ts', needs: ['inner join', 'left join'], from: 'this.#weights[depth]! * weight;', to: 'this.#weights[depth]!;' },
  { name: 'left join, generated: the NULL row stays when the first match comes', file: 'operators/join-code.ts', needs: ['left join'], from: "let turn = before === 0 ? (after === 0 ? 0 : 1)", to: 'let turn = before === 0 ? 0' },
  { name: 'left join, generated: the NULL row does not return when the last match goes', file: 'operators/join-code.ts', needs: ['left join'], from: ': after === 0 ? -1 : 0;', to: ': 0;' },
  { name: 'left join, generated: other matches of the key are not looked for', file: 'operators/join-code.ts', needs: ['left join'], from: '!== 0) turn = 0;`', to: '!== 0) {}`' },
  { name: 'left join, generated: the NULL row has the weight of the change', file: 'operators/join-code.ts', needs: ['left join'], from: '(pass === 0 ? -turn : w) * p', to: '(pass === 0 ? -w : w) * p' },
  { name: 'left join, generated: the NULL row stands beside matches', file: 'operators/join-code.ts', needs: ['left join'], from: "'matched = true;',", to: "`if (r${to} === 0) matched = true;`," },
  { name: 'join, generated: weights are not multiplied', file: 'operators/join-code.ts', needs: ['inner join', 'left join'], from: 'w${from} = w * p;', to: 'w${from} = w;' },
  { name: 'join, generated: NULL equals NULL', file: 'operators/join-code.ts', needs: ['inner join', 'left join'], from: 'notNull.length === 0 ?', to: 'true ?' },
  { name: 'self-join: later occurrences already see the change', file: 'operators/collection.ts', needs: ['inner join', 'left join'], from: 'return handle === this.#handle && order > this.#order ? weight - this.#weight : weight;', to: 'return weight;' },
  { name: 'self-join: earlier occurrences do not see the change', file: 'operators/collection.ts', needs: ['inner join', 'left join'], from: 'order > this.#order ?', to: 'order !== this.#order ?' },
  { name: 'join: NULL equals NULL', file: 'operators/join.ts', needs: ['inner join', 'left join'], from: 'anyNull(fromLayout, notNull)', to: 'anyNull(fromLayout, [])' },
  { name: 'null-safe join: NULL equals nothing', file: 'operators/join.ts', needs: ['inner join', 'left join'], from: 'fromColumns.filter((_, i) => !edge.nullSafe[i])', to: 'fromColumns' },
  { name: 'distinct: every copy is emitted', file: 'operators/threshold.ts', needs: ['distinct', 'reduce'], from: 'this.#distinct ? (weight > 0 ? 1 : 0) : Math.max(weight, 0)', to: 'Math.max(weight, 0)' },
  { name: 'threshold: keeps rows of weight 0', file: 'operators/threshold.ts', needs: ['threshold', 'distinct'], from: '(weight > 0 ? 1 : 0)', to: '(weight >= 0 ? 1 : 0)' },
  { name: 'threshold: lets negative weights through', file: 'operators/threshold.ts', needs: ['threshold'], from: 'Math.max(weight, 0);', to: 'weight;' },
  { name: 'union: weights become 1', file: 'operators/operator.ts', needs: ['union', 'negate'], from: 'this.emit(I, F, b, this.#sign * w);', to: 'this.emit(I, F, b, this.#sign);' },
  { name: 'negate: keeps the sign', file: 'operators/operator.ts', needs: ['negate'], from: 'this.#sign * w', to: 'w' },
  { name: 'reduce: the row before is not taken back', file: 'operators/reduce.ts', needs: ['reduce'], from: '        this.#emitBefore(before);\n        this.emit(I, F', to: '        this.emit(I, F' },
  { name: 'reduce: a group without rows stays', file: 'operators/reduce.ts', needs: ['reduce'], from: 'return slab.I[g * slab.stride]! > 0 ||', to: 'return slab.I[g * slab.stride]! >= 0 ||' },
  { name: 'reduce: FILTER is ignored', file: 'operators/reduce-code.ts', needs: ['reduce'], from: 'return filterAt < 0 ? line :', to: 'return true ? line :' },
  { name: 'count(DISTINCT): vanished values stay', file: 'operators/distinct-values.ts', needs: ['reduce'], from: ': before > 0 ? -1 : 0;', to: ': 0;' },
  { name: 'count(x): counts NULL', file: 'operators/number-accumulators.ts', needs: ['reduce'], from: '(column === undefined ? ', to: '(true ? ' },
  { name: 'sum: a deletion adds', file: 'operators/number-accumulators.ts', needs: ['reduce'], from: 'I[${at}] * ${w};', to: 'I[${at}] * Math.abs(${w});' },
  { name: 'sum of numeric: a deletion adds', file: 'operators/accumulators.ts', needs: ['reduce'], from: 'w === -1 ? numericNegate(value)', to: 'w === -1 ? value' },
  { name: 'min and max: do not fall back after a deletion', file: 'operators/accumulators.ts', needs: ['reduce'], from: 'if (value !== null) this.state(g).add(value, w);', to: 'if (value !== null && w > 0) this.state(g).add(value, w);' },
  { name: 'bool_and: one true is enough', first: 189, file: 'operators/number-accumulators.ts', needs: ['reduce'], from: 'and ? `${n(1)} === 0` : `${n(0)} > 0`', to: '`${n(0)} > 0`' },
  { name: 'top-k: one row too many', file: 'operators/top-k.ts', needs: ['topK'], from: ': limit ?? Infinity;', to: ': (limit ?? Infinity) + 1;' },
  { name: 'top-k: OFFSET skips values, not rows', first: 1370, file: 'operators/top-k.ts', needs: ['topK'], from: 'skip -= skipped;', to: 'skip -= 1;' },
  { name: 'top-k: the window shown is not taken back', file: 'operators/top-k.ts', needs: ['topK'], from: 'const change = (window.get(handle) ?? 0) - copies;', to: 'const change = (window.get(handle) ?? copies) - copies;' },
  { name: 'hydration: the cursor is one row ahead', file: 'dataflow.ts', needs: [], from: '? occurrence.cursor++ :', to: '? (occurrence.cursor += 2) - 2 :' },
  { name: 'tick: what was before it is noted as it is after', file: 'operators/collection.ts', needs: [], stepped: true, from: 'this.#note(handle, arrangement.weight(handle) - w);', to: 'this.#note(handle, arrangement.weight(handle));' },
  { name: 'tick: it begins while a dataflow arrives', file: 'dataflow.ts', needs: [], stepped: true, from: "return this.#stage !== 'created' && this.#stage !== 'live';", to: 'return false;' },
  { name: 'past: the last weight noted stays, not the first', file: 'state/past.ts', needs: [], stepped: true, from: 'if (this.handles[entry] === handle) return;', to: 'if (this.handles[entry] === handle) { this.weights[entry] = weight; return; }' },
  { name: 'still: the tick under way is seen', file: 'operators/still.ts', needs: [], stepped: true, from: 'this.behind ? collection.weightBefore(handle) : ', to: '' },
  { name: 'still: rows that came with the tick under way are seen', file: 'operators/collection.ts', needs: [], stepped: true, from: 'if (handle >= this.#fresh) return 0;', to: '' },
  { name: 'still: opened in a tick, it sees the middle of it', file: 'dataflow.ts', needs: [], stepped: true, from: 'still.open(this.#world.applying);', to: 'still.open(false);' },
  { name: 'still: what a closed tick changed is seen', file: 'operators/collection.ts', needs: [], stepped: true, from: 'for (const still of behind) still.past.note(handle, weight);', to: '' },
  { name: 'still: rows that are gone are released under it', file: 'operators/collection.ts', needs: [], stepped: true, from: 'if (behind.length === 0) this.arrangement.release(handle);', to: 'this.arrangement.release(handle);' },
  { name: 'still: rows that another sees are released when one is closed', file: 'operators/collection.ts', needs: [], stepped: true, from: ' && !this.#isSeen(handle)', to: '' },
  { name: 'telling: occurrences that know of the change do not see it', file: 'operators/still.ts', needs: ['inner join', 'left join'], stepped: true, from: 'order <= this.#order ? weight + this.#weight', to: 'order > this.#order ? weight + this.#weight' },
  { name: 'telling: what was told is not remembered', file: 'operators/still.ts', needs: ['inner join', 'left join'], stepped: true, from: 'this.past.weights[this.#told++]! += this.#weight;', to: 'this.#told++;' },
  { name: 'hydration: a log is read while its changes count', file: 'operators/collection.ts', needs: [], from: 'if (occurrence.cursor === Infinity) occurrence.change', to: 'occurrence.change' },
  { name: 'subscription: the difference to nothing', file: 'subscription.ts', needs: [], from: 'const difference = slab.I[at]! - before;', to: 'const difference = slab.I[at]!;' },
  { name: 'sweep: the keys of groups are left out', file: 'operators/reduce.ts', needs: ['reduce'], from: 'return [this.#groups.slab, this.#before,', to: 'return [this.#before,' },
  { name: 'sweep: the values of count(DISTINCT) are left out', first: 269, file: 'operators/reduce.ts', needs: ['reduce'], from: '...this.#distinct.map(({ root }) => root)', to: '' },
  { name: 'sweep: what a top-k keeps is left out', file: 'operators/top-k.ts', needs: ['topK'], from: 'return [this.#arrangement];', to: 'return [];' },
  { name: 'sweep: the calendar is left out', file: 'operators/temporal-filter.ts', needs: ['temporalFilter'], from: 'return [this.#calendar];', to: 'return [];' },
  { name: 'sweep: inputs arranged for a join are left out', file: 'operators/join.ts', needs: ['inner join', 'left join'], from: '(input.collection ? [] : [input.arrangement])), this.#waiting]', to: '[]), this.#waiting]' },
  { name: 'sweep: outputs of views are left out', file: 'engine.ts', needs: [], from: '(readable.arrangement === undefined ? [] : [readable.arrangement])', to: '[]' },
  { name: 'sweep: what is interned meanwhile and was there is forgotten', first: 378, file: 'state/symbols.ts', needs: [], from: 'if (this.#sweeping) this.#marks[known] = this.#mark;', to: '' },
  { name: 'sweep: values of dead symbols stay in the cache', first: 295, file: 'state/symbols.ts', needs: [], from: 'this.#cacheCode.fill(-1);\n      this.#memory.changed();', to: 'this.#memory.changed();' },
];

/** Mistakes in what is known of errors, which histories without errors cannot show. `at`: the cases of `raising` that are tried. */
export const errorFaults: readonly (Omit<Fault, 'needs'> & { readonly at: string })[] = [
  { name: 'errors: a condition that is NULL excludes nothing', at: 'map', file: 'outputs/known-row.ts', from: 'if (value === false || value === null) return [];', to: 'if (value === null) return [];' },
  { name: 'errors: a value that is not known excludes', at: 'below HAVING', file: 'outputs/known-row.ts', from: 'if (value === false || value === null) return [];', to: 'if (value !== true) return [];' },
  { name: 'errors: the group is not known', at: 'an aggregate that raises', file: 'operators/reduce.ts', from: '(column) => key[column]', to: '() => undefined' },
  { name: 'errors: rows of NULLs that stand for an erroneous row are taken to have its values', at: 'below an anti join', file: 'outputs/known-row.ts', from: 'maybeNull(input) && hangsOn(place.input, input) ? undefined :', to: '' },
  { name: 'errors: equal keys tie nothing', at: 'beside a left join', file: 'outputs/known-row.ts', from: 'if (value === undefined || (value === null && child !== input)) continue;', to: 'continue;' },
  { name: 'errors: behind the first place where a WITH stands they are lost', at: 'in a WITH that is read twice', file: 'render.ts', from: 'local.carries.push(carry);', to: 'local.carries[0] ??= () => [];' },
  { name: 'errors: what changes behind a scan is not counted', at: 'map', file: 'outputs/error-reach.ts', from: 'if (index < this.#view ||', to: 'if (index > this.#view ||' },
  { name: 'errors: a sweep leaves their symbols out', at: 'cast', file: 'dataflow.ts', from: '.concat(symbolRoots, this.errors, this.hidden, read)', to: '.concat(symbolRoots, this.hidden, read)' },
  { name: 'errors: a reader sees those of the view alone, not those below it', at: 'map', file: 'outputs/error-reach.ts', from: 'if (known === undefined) this.#read(view.dataflow.rendered.entries, view, find);', to: '' },
];

export const viewsDirectory = fileURLToPath(new URL('../../../src/views', import.meta.url));

export const occurrences = ({ file, from }: Pick<Fault, 'file' | 'from'>): number => readFileSync(join(viewsDirectory, file), 'utf8').split(from).length - 1;

/** A place of the source, and what stands there instead. */
export type Patch = Pick<Fault, 'file' | 'from' | 'to'>;

/** They stop at every row: what is in the middle of something is so after each. */
export const atEveryRow: readonly Patch[] = [
  { file: 'operators/operator.ts', from: 'POLL_ROWS = 4096', to: 'POLL_ROWS = 1' },
  { file: 'dataflow.ts', from: 'SLICE_ROWS = 8', to: 'SLICE_ROWS = 1' },
  { file: 'operators/operator.ts', from: 'LOOK_ROWS = 16', to: 'LOOK_ROWS = 1' },
  { file: 'state/calendar.ts', from: 'RELEASED_ROWS = 16', to: 'RELEASED_ROWS = 1' },
];

/** A copy of src/views with some places changed, beside the other folders as they are. */
export function viewsWith(...patches: readonly Patch[]): { readonly directory: string; remove(): void } {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fault-'));
  for (const folder of ['core', 'ir']) symlinkSync(join(viewsDirectory, '..', folder), join(directory, folder));
  cpSync(viewsDirectory, join(directory, 'views'), { recursive: true });
  for (const { file, from, to } of patches) {
    const path = join(directory, 'views', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, () => to));
  }
  return { directory: join(directory, 'views'), remove: () => rmSync(directory, { recursive: true }) };
}

/** The engine with some places of it changed. */
export async function engineWith(...patches: readonly Patch[]): Promise<{ readonly engine: EngineClass; remove(): void }> {
  const { directory, remove } = viewsWith(...patches);
  const { Engine } = (await import(join(directory, 'index.ts'))) as { readonly Engine: EngineClass };
  return { engine: Engine, remove };
}
