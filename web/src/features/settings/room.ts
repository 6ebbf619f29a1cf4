const MEBI = 1024 * 1024;

/** Sizes that are offered to choose from, bytes; 0 for none. */
const USUAL = [0, 64 * MEBI, 256 * MEBI, 1024 * MEBI, 4096 * MEBI, 16384 * MEBI];

/** What is set stands among them, whatever it is. */
export function roomChoices(offered: number): number[] {
  return [...new Set([...USUAL, offered])].sort((one, other) => one - other);
}

const UNITS = ["KiB", "MiB", "GiB", "TiB"] as const;

/** Room is counted in binary units, as `kith room` says it: 256 MiB, and not 268.4 MB. */
export function roomWords(bytes: number, language: string): string {
  let value = bytes / 1024;
  let at = 0;
  while (value >= 1024 && at < UNITS.length - 1) {
    value /= 1024;
    at++;
  }
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 100 ? 1 : 0 })}\u00a0${UNITS[at]}`;
}
