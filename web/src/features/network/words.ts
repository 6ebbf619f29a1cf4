/** Numbers of the network as people read them. */

const formatters = new Map<string, Intl.NumberFormat>();

function number(value: number, language: string, options: Intl.NumberFormatOptions): string {
  const key = language + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, (formatter = new Intl.NumberFormat(language, options)));
  return formatter.format(value);
}

/** A span: milliseconds while short, then seconds with a digit behind the point. */
export function span(milliseconds: number, language: string): string {
  if (milliseconds < 1_000) {
    const digits = milliseconds < 10 ? 1 : 0;
    return number(milliseconds, language, { style: "unit", unit: "millisecond", maximumFractionDigits: digits });
  }
  return number(milliseconds / 1_000, language, { style: "unit", unit: "second", maximumFractionDigits: milliseconds < 100_000 ? 1 : 0 });
}

const KILO = 1_000;

/** Bytes a second. */
export function rateWords(bytes: number, language: string): string {
  const mega = bytes >= KILO * KILO;
  const unit = mega ? "megabyte-per-second" : "kilobyte-per-second";
  return number(bytes / (mega ? KILO * KILO : KILO), language, { style: "unit", unit, maximumFractionDigits: bytes < KILO ? 2 : 1 });
}

/** Bytes in all. */
export function sizeWords(bytes: number, language: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  let at = 0;
  let value = bytes;
  while (value >= KILO && at < units.length - 1) {
    value /= KILO;
    at++;
  }
  return number(value, language, { style: "unit", unit: units[at], maximumFractionDigits: at > 0 ? 1 : 0 });
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Younger than this is now. */
const NOW = 3_000;

/** How long ago, in words: now, seconds, minutes, hours. */
export function ago(time: number, now: number, language: string, style: "long" | "narrow" = "long"): string {
  const past = Math.max(0, now - time);
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto", style });
  if (past < NOW) return words.format(0, "second");
  if (past < MINUTE) return words.format(-Math.round(past / 1_000), "second");
  if (past < HOUR) return words.format(-Math.round(past / MINUTE), "minute");
  return words.format(-Math.round(past / HOUR), "hour");
}

/** With a capital and a full stop, whoever wrote it. */
export function sentence(text: string): string {
  const trimmed = text.trim().replace(/\.$/u, "");
  return trimmed && `${trimmed.charAt(0).toLocaleUpperCase()}${trimmed.slice(1)}.`;
}

/** A sentence in parts: what stands between backticks is to be typed. */
export function typedParts(text: string): { text: string; typed: boolean }[] {
  return text
    .split("`")
    .map((part, index) => ({ text: part, typed: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}
