import { isSound } from './history.ts';
import type { History } from './history.ts';

/** A smaller history that still fails: single changes and whole ticks are left out as long as `fails` holds. */
export function shrink(history: History, fails: (candidate: History) => boolean): History {
  let best = history;
  const attempt = (candidate: History): boolean => {
    if (!isSound(candidate) || !fails(candidate)) return false;
    best = candidate;
    return true;
  };
  for (let again = true; again; ) {
    again = false;
    for (let at = best.ticks.length - 1; at >= 0; at--) {
      if (best.ticks.length > 1 && attempt({ ...best, ticks: best.ticks.filter((_, index) => index !== at) })) again = true;
    }
    for (let tick = best.ticks.length - 1; tick >= 0; tick--) {
      for (let at = best.ticks[tick]!.changes.length - 1; at >= 0; at--) {
        const without = (...gone: readonly number[]): History => ({
          ...best, ticks: best.ticks.map((entry, index) => (index === tick ? { ...entry, changes: entry.changes.filter((_, change) => !gone.includes(change)) } : entry)),
        });
        if (attempt(without(at)) || (at > 0 && attempt(without(at, at - 1)))) again = true;
        at = Math.min(at, best.ticks[tick]!.changes.length);
      }
    }
  }
  return best;
}
