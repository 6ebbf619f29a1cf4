const DAY = 86_400_000;

/** The way of this browser to write times, where it speaks the language of the page; so a British reader gets British dates. */
function localeOf(language: string): string {
  return navigator.languages.find((locale) => locale.split("-")[0] === language) ?? language;
}

function format(language: string, options: Intl.DateTimeFormatOptions, time: number): string {
  const key = language + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) formatters.set(key, (formatter = new Intl.DateTimeFormat(localeOf(language), options)));
  return formatter.format(time);
}

const formatters = new Map<string, Intl.DateTimeFormat>();

export function startOfDay(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export function clock(time: number, language: string): string {
  return format(language, { hour: "2-digit", minute: "2-digit" }, time);
}

export function fullTime(time: number, language: string): string {
  return format(language, { dateStyle: "medium", timeStyle: "medium" }, time);
}

/** How many calendar days ago, by the local clock. */
export function daysAgo(time: number, now: number): number {
  return Math.round((startOfDay(now) - startOfDay(time)) / DAY);
}

/** Short form for the list: the clock today, the weekday within a week, else the date. */
export function shortTime(time: number, now: number, language: string): string {
  const days = daysAgo(time, now);
  if (days <= 0) return clock(time, language);
  if (days < 7) return format(language, { weekday: "short" }, time);
  if (days < 300) return format(language, { day: "numeric", month: "short" }, time);
  return format(language, { day: "numeric", month: "short", year: "numeric" }, time);
}

/** The day as a separator shows it; today and yesterday in words of the language. */
export function dayName(time: number, now: number, language: string): string {
  const days = daysAgo(time, now);
  if (days === 0 || days === 1) {
    const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-days, "day");
    return words.charAt(0).toLocaleUpperCase(language) + words.slice(1);
  }
  if (days > 0 && days < 7) return format(language, { weekday: "long" }, time);
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear();
  return format(language, { weekday: "short", day: "numeric", month: "long", ...(sameYear ? {} : { year: "numeric" as const }) }, time);
}
