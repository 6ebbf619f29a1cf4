/** How much goes in and out, from totals that the node tells every now and then. */

export interface Totals {
  readonly at: number;
  readonly in: number;
  readonly out: number;
}

/** The rate of now is that of the last so many milliseconds. */
const WINDOW = 10_000;
/** What the small curve shows. */
export const MEMORY = 60_000;

/** The totals with one more; old ones go, and a node that began anew begins here anew. */
export function remember(known: readonly Totals[], next: Totals): readonly Totals[] {
  const last = known.at(-1);
  if (last && (next.in < last.in || next.out < last.out)) return [next];
  if (last && next.at <= last.at) return known;
  return [...known.filter((totals) => next.at - totals.at <= MEMORY), next];
}

/** Bytes a second lately, or null until there are two tellings. */
export function rateOf(known: readonly Totals[]): { in: number; out: number } | null {
  const last = known.at(-1);
  if (!last || known.length < 2) return null;
  const first = known.find((totals) => last.at - totals.at <= WINDOW && totals !== last) ?? known.at(-2);
  const seconds = first ? (last.at - first.at) / 1_000 : 0;
  return first && seconds > 0 ? { in: (last.in - first.in) / seconds, out: (last.out - first.out) / seconds } : null;
}

/** The rates between each two tellings, for the curve: times from 0 (oldest) to 1 (now). */
export function curve(known: readonly Totals[], way: "in" | "out"): { x: number; rate: number }[] {
  const last = known.at(-1);
  if (!last) return [];
  return known.slice(1).map((totals, index) => {
    const before = known[index] ?? totals;
    const seconds = Math.max((totals.at - before.at) / 1_000, 0.001);
    return { x: 1 - (last.at - totals.at) / MEMORY, rate: (totals[way] - before[way]) / seconds };
  });
}
