const MEGA = 1_000_000;

/** Sizes that are offered to choose from, bytes; 0 for none. The node's own default is in binary units, so what is set stands among them whatever it is. */
const USUAL = [0, 64 * MEGA, 1_000 * MEGA, 4_000 * MEGA, 16_000 * MEGA];
const DEFAULT = 256 * 1024 * 1024;

export function roomChoices(offered: number): number[] {
  return [...new Set([...USUAL, DEFAULT, offered])].sort((one, other) => one - other);
}
