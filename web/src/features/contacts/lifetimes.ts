/** The choices for how long messages stay after they were seen, in milliseconds: half a minute to four weeks. */
export const LIFETIMES = [0, 30_000, 300_000, 3_600_000, 28_800_000, 86_400_000, 604_800_000, 2_419_200_000] as const;

/** The key of the words for a lifetime; one that is not among the choices is said in seconds. */
export function lifetimeKey(after: number) {
  const known = LIFETIMES.find((value) => value === after);
  return known === undefined ? ("panel.lifetimeOther" as const) : (`panel.lifetime${known}` as const);
}
