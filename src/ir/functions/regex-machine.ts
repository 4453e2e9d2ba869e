import { assertNever, SqlError } from '../../core/index.ts';
import type { CharacterSet, Regex } from './regex-syntax.ts';

/**
 * Runs a regular expression over a text in time that grows with the length of both and no faster: all ways to match are followed at once, a character at a time.
 * Thompson, "Regular Expression Search Algorithm", 1968; with groups: Pike, as Cox tells it in "Regular Expression Matching: the Virtual Machine Approach", 2009.
 * Of ways that come to the same place the one that stands first goes on, so that the groups are those of a matcher that tries one after the other.
 * With back references it matters by which way a place was come to: they are tried one after the other, none twice with the same groups, and it ends with 54001 after MOST_STEPS.
 */
type Step =
  | { readonly op: 'set'; readonly ascii: Uint8Array; readonly set: CharacterSet }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  /** a round of a repetition forgets the groups of the round before */
  | { readonly op: 'forget'; readonly from: number; readonly to: number }
  /** notes where a round begins; and a round without a character is none, of those that are tried one after the other: it would go on for ever */
  | { readonly op: 'note' | 'advance'; readonly slot: number }
  | { readonly op: 'assert'; readonly where: Extract<Regex, { kind: 'assert' }>['where'] }
  | { readonly op: 'look'; readonly negative: boolean; readonly back: number | undefined; readonly machine: Machine }
  | { readonly op: 'back'; readonly group: number }
  | { readonly op: 'match' };

/** Postgres says the same of expressions that are too large (REG_ETOOBIG). */
const MOST_PARTS = 100_000;
const MOST_STEPS = 1_000_000;
const tooComplex = (): SqlError => new SqlError('2201B', 'invalid regular expression: regular expression is too complex');
const tooManySteps = (): SqlError => new SqlError('54001', 'regular expression takes too many steps over this text', { hint: 'Back references let the number of ways grow without bound: write the expression without them, or over shorter texts.' });

/** Which ends of a match are wanted: of the way that stands first, the farthest, the nearest, or any at all. */
type Wanted = 'first' | 'longest' | 'shortest' | 'any';

interface Run {
  readonly text: string;
  readonly from: number;
  /** the match begins at `from`, not behind it */
  readonly pinned: boolean;
  readonly wanted: Wanted;
  /** the one place where it may end */
  readonly end?: number;
  /** those of the expression too, not the whole match alone */
  readonly groups?: boolean;
}

export class Machine {
  readonly #steps: Step[] = [];
  #slots: number;
  readonly #refers: boolean;
  /** slots that decide how a way goes on: of the groups that are referred to, and of rounds, where it matters only whether they begin here */
  readonly #referred: readonly number[];
  readonly #notes: readonly number[];
  /** ways that are followed at this character and at the next: the step of each, first come first */
  #here: Int32Array;
  #next: Int32Array;
  /** the groups of each way, and whether a step has one: where in the list, checked against the list itself */
  #hereGroups: (Int32Array | undefined)[] = [];
  #nextGroups: (Int32Array | undefined)[] = [];
  readonly #placed: Int32Array;
  #count = 0;

  /** `groups`: how many there are in the expression, 0 where nobody asks for them */
  constructor(regex: Regex, groups: number) {
    this.#slots = 2 * (groups + 1);
    this.#emit(regex);
    this.#push({ op: 'match' });
    this.#referred = [...new Set(this.#steps.flatMap((step) => (step.op === 'back' ? [2 * step.group, 2 * step.group + 1] : [])))];
    this.#notes = this.#steps.flatMap((step) => (step.op === 'note' ? [step.slot] : []));
    this.#refers = this.#referred.length > 0;
    this.#here = new Int32Array(this.#steps.length);
    this.#next = new Int32Array(this.#steps.length);
    this.#placed = new Int32Array(this.#steps.length);
  }

  /** Whether a match begins at or behind `from`. */
  test(text: string, from: number): boolean {
    return this.#run({ text, from, pinned: false, wanted: 'any' }) !== undefined;
  }

  /** The leftmost match at or behind `from`, as slots: start and end of the whole and of each group, -1 for none. It is as long as `wanted` says. */
  find(text: string, from: number, wanted: Wanted): Int32Array | undefined {
    if (wanted === 'first') return this.#run({ text, from, pinned: false, wanted, groups: true });
    const first = this.#run({ text, from, pinned: false, wanted: 'first' });
    if (first === undefined) return undefined;
    const end = this.#run({ text, from: first[0]!, pinned: true, wanted })![1]!;
    return this.#run({ text, from: first[0]!, pinned: true, wanted: 'first', end, groups: true });
  }

  // The program

  #push(step: Step): number {
    if (this.#steps.length >= MOST_PARTS) throw tooComplex();
    return this.#steps.push(step) - 1;
  }

  #emit(regex: Regex): void {
    switch (regex.kind) {
      case 'set':
        this.#push({ op: 'set', ascii: Uint8Array.from({ length: 128 }, (_, code) => Number(isIn(regex.set, code))), set: regex.set });
        return;
      case 'sequence':
        for (const part of regex.parts) this.#emit(part);
        return;
      case 'choice':
        return this.#choice(regex.branches);
      case 'group':
        this.#push({ op: 'save', slot: 2 * regex.index });
        this.#emit(regex.body);
        this.#push({ op: 'save', slot: 2 * regex.index + 1 });
        return;
      case 'repeat':
        return this.#repeat(regex);
      case 'assert':
        this.#push({ op: 'assert', where: regex.where });
        return;
      case 'look':
        this.#push({ op: 'look', negative: regex.negative, back: regex.behind ? 2 * longestOf(regex.body) : undefined, machine: new Machine(regex.body, 0) });
        return;
      case 'back':
        this.#push({ op: 'back', group: regex.index });
        return;
      default:
        return assertNever(regex);
    }
  }

  #choice(branches: readonly Regex[]): void {
    const ends: Extract<Step, { op: 'jump' }>[] = [];
    branches.forEach((branch, index) => {
      if (index === branches.length - 1) return this.#emit(branch);
      const split: Step = { op: 'split', first: this.#steps.length + 1, second: 0 };
      const end: Step = { op: 'jump', to: 0 };
      this.#push(split);
      this.#emit(branch);
      this.#push(end);
      ends.push(end);
      split.second = this.#steps.length;
    });
    for (const end of ends) end.to = this.#steps.length;
  }

  #repeat({ body, least, most, greedy }: Extract<Regex, { kind: 'repeat' }>): void {
    const within = groupsIn(body);
    const round = (): void => {
      if (within.length > 0) this.#push({ op: 'forget', from: 2 * Math.min(...within), to: 2 * Math.max(...within) + 2 });
      this.#emit(body);
    };
    for (let i = 0; i < least; i++) round();
    const splits: Extract<Step, { op: 'split' }>[] = [];
    const slot = most === Infinity ? this.#slots++ : 0;
    for (let i = least; i < (most === Infinity ? least + 1 : most); i++) {
      const split: Step = { op: 'split', first: this.#steps.length + 1, second: this.#steps.length + 1 };
      const at = this.#push(split);
      splits.push(split);
      if (most === Infinity) this.#push({ op: 'note', slot });
      round();
      if (most === Infinity) this.#push({ op: 'advance', slot });
      if (most === Infinity) this.#push({ op: 'jump', to: at });
    }
    for (const split of splits) split[greedy ? 'second' : 'first'] = this.#steps.length;
  }

  // Running

  #run(run: Run): Int32Array | undefined {
    if (this.#refers) return this.#tryEach(run);
    const { text, from, pinned, wanted, end } = run;
    const slots = run.groups === true ? this.#slots : 2;
    const last = end ?? text.length;
    let found: Int32Array | undefined;
    this.#count = 0;
    for (let at = from; ; ) {
      if (found === undefined && (!pinned || at === from)) this.#follow(this.#here, this.#hereGroups, 0, text, at, begin(at, slots));
      if (this.#count === 0 && (pinned || found !== undefined)) return found;
      const code = at < text.length ? text.codePointAt(at)! : -1;
      const following = at + (code > 0xffff ? 2 : 1);
      const ways = this.#count;
      this.#count = 0;
      for (let way = 0; way < ways; way++) {
        const pc = this.#here[way]!;
        const groups = this.#hereGroups[way]!;
        const step = this.#steps[pc]!;
        if (step.op === 'match') {
          if (end !== undefined && at !== end) continue;
          found = groups.slice();
          found[1] = at;
          if (wanted === 'any' || wanted === 'shortest') return found;
          // What stands behind would be asked only if this had failed.
          if (wanted === 'first') break;
        } else if (step.op === 'set' && code >= 0 && (code < 128 ? step.ascii[code] === 1 : isIn(step.set, code))) {
          this.#follow(this.#next, this.#nextGroups, pc + 1, text, following, groups);
        }
      }
      if (code < 0 || following > last) return found;
      [this.#here, this.#next, this.#hereGroups, this.#nextGroups] = [this.#next, this.#here, this.#nextGroups, this.#hereGroups];
      at = following;
    }
  }

  /** Adds to the list the steps that can be come to from `pc` without a character. */
  #follow(list: Int32Array, groupsOf: (Int32Array | undefined)[], pc: number, text: string, at: number, groups: Int32Array): void {
    const stack: { readonly pc: number; readonly groups: Int32Array }[] = [{ pc, groups }];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const place = this.#placed[top.pc]!;
      if (place < this.#count && list[place] === top.pc) continue;
      this.#placed[top.pc] = this.#count;
      list[this.#count] = top.pc;
      groupsOf[this.#count++] = top.groups;
      const step = this.#steps[top.pc]!;
      if (step.op === 'split') stack.push({ pc: step.second, groups: top.groups }, { pc: step.first, groups: top.groups });
      else if (step.op !== 'set' && step.op !== 'match') {
        const after = this.#pass(step, top.pc, text, at, top.groups);
        if (after !== undefined) stack.push(after);
      }
    }
  }

  /** Past a step that takes no character; undefined where it does not hold. */
  #pass(step: Exclude<Step, { op: 'set' | 'match' | 'split' }>, pc: number, text: string, at: number, groups: Int32Array): { readonly pc: number; readonly groups: Int32Array } | undefined {
    switch (step.op) {
      case 'jump':
        return { pc: step.to, groups };
      case 'note':
      case 'save': {
        if (step.slot >= groups.length || (step.op === 'note' && !this.#refers)) return { pc: pc + 1, groups };
        const saved = groups.slice();
        saved[step.slot] = at;
        return { pc: pc + 1, groups: saved };
      }
      case 'forget':
        return { pc: pc + 1, groups: step.to > groups.length ? groups : groups.slice().fill(-1, step.from, step.to) };
      case 'advance':
        return this.#refers && groups[step.slot] === at ? undefined : { pc: pc + 1, groups };
      case 'assert':
        return holds(step.where, text, at) ? { pc: pc + 1, groups } : undefined;
      case 'look': {
        const seen = step.back === undefined ? step.machine.#run({ text, from: at, pinned: true, wanted: 'any' }) : step.machine.#run({ text, from: Math.max(0, at - step.back), pinned: false, wanted: 'any', end: at });
        return (seen !== undefined) !== step.negative ? { pc: pc + 1, groups } : undefined;
      }
      case 'back':
        return undefined;
      default:
        return assertNever(step);
    }
  }

  /** One way after the other, deepest first. */
  #tryEach({ text, from, pinned, wanted, end }: Run): Int32Array | undefined {
    let steps = 0;
    for (let start = from; start <= (pinned ? from : text.length); start++) {
      let best: Int32Array | undefined;
      const stack = [{ pc: 0, at: start, groups: begin(start, this.#slots) }];
      const tried = new Set<string>();
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        if (++steps > MOST_STEPS) throw tooManySteps();
        const { pc, at, groups } = top;
        const step = this.#steps[pc]!;
        const code = at < text.length ? text.codePointAt(at)! : -1;
        if (step.op === 'match') {
          if (end !== undefined && at !== end) continue;
          if (best === undefined || (wanted === 'longest' ? at > best[1]! : at < best[1]!)) {
            best = groups.slice();
            best[1] = at;
          }
          if (wanted === 'first' || wanted === 'any') break;
        } else if (step.op === 'set') {
          if (code >= 0 && isIn(step.set, code)) stack.push({ pc: pc + 1, at: at + (code > 0xffff ? 2 : 1), groups });
        } else if (step.op === 'split') {
          const way = `${pc} ${at} ${this.#referred.map((slot) => groups[slot]).join(' ')} ${this.#notes.map((slot) => Number(groups[slot] === at)).join('')}`;
          if (tried.has(way)) continue;
          tried.add(way);
          stack.push({ pc: step.second, at, groups }, { pc: step.first, at, groups });
        } else if (step.op === 'back') {
          const [open, close] = [groups[2 * step.group]!, groups[2 * step.group + 1]!];
          const part = text.slice(open, close);
          if (open >= 0 && close >= open && text.startsWith(part, at)) stack.push({ pc: pc + 1, at: at + part.length, groups });
        } else {
          const after = this.#pass(step, pc, text, at, groups);
          if (after !== undefined) stack.push({ ...after, at });
        }
      }
      if (best !== undefined) return best;
    }
    return undefined;
  }
}

function begin(at: number, slots: number): Int32Array {
  const groups = new Int32Array(slots).fill(-1);
  groups[0] = at;
  return groups;
}

function isIn({ negative, ranges }: CharacterSet, code: number): boolean {
  for (const [from, to] of ranges) if (code >= from && code <= to) return !negative;
  return negative;
}

const isWord = (text: string, at: number): boolean => at >= 0 && at < text.length && /\w/.test(text[at]!);

function holds(where: Extract<Regex, { kind: 'assert' }>['where'], text: string, at: number): boolean {
  switch (where) {
    case 'start': return at === 0;
    case 'end': return at === text.length;
    case 'lineStart': return at === 0 || text[at - 1] === '\n';
    case 'lineEnd': return at === text.length || text[at] === '\n';
    case 'wordStart': return !isWord(text, at - 1) && isWord(text, at);
    case 'wordEnd': return isWord(text, at - 1) && !isWord(text, at);
    case 'wordEdge': return isWord(text, at - 1) !== isWord(text, at);
    case 'noWordEdge': return isWord(text, at - 1) === isWord(text, at);
    default: return assertNever(where);
  }
}

function groupsIn(regex: Regex): readonly number[] {
  switch (regex.kind) {
    case 'group': return [regex.index, ...groupsIn(regex.body)];
    case 'sequence': return regex.parts.flatMap(groupsIn);
    case 'choice': return regex.branches.flatMap(groupsIn);
    case 'repeat': return groupsIn(regex.body);
    default: return [];
  }
}

/** Characters of the longest match; Infinity where there is none that is longest. */
function longestOf(regex: Regex): number {
  switch (regex.kind) {
    case 'set': return 1;
    case 'sequence': return regex.parts.reduce((sum, part) => sum + longestOf(part), 0);
    case 'choice': return Math.max(0, ...regex.branches.map(longestOf));
    case 'repeat': return regex.most === 0 ? 0 : longestOf(regex.body) === 0 ? 0 : longestOf(regex.body) * regex.most;
    case 'group': return longestOf(regex.body);
    case 'back': return Infinity;
    case 'look': case 'assert': return 0;
    default: return assertNever(regex);
  }
}
