const PACKET = 1200;
const PER_DAY = 24 * 60;

/** What is offered to choose from; what is set stands among it, whatever it is. */
const among = (usual: readonly number[], set: number) => [...new Set([...usual, set])].sort((one, other) => one - other);

export const lengths = [2, 3, 4, 5] as const;

/** Mean waits at a forwarder, milliseconds. */
export const delayChoices = (set: number) => among([0, 20, 50, 100, 200, 500], set);

/** Packets a minute that say nothing. */
export const coverChoices = (set: number) => among([0, 6, 30, 60, 300, 600], set);

/** What so many packets a minute come to in a day, bytes; those that come back go over the line twice. */
export const coverBytes = (perMinute: number, comeBack: boolean) => perMinute * PER_DAY * PACKET * (comeBack ? 2 : 1);

/** Bytes of a line, as providers count them: 1.7 GB. */
export function lineWords(bytes: number, language: string): string {
  const [value, unit] = bytes >= 1e9 ? [bytes / 1e9, "GB"] : [bytes / 1e6, "MB"];
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 1 : 0 })}\u00a0${unit}`;
}
