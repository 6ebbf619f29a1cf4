/** Characters shown before the first word found, so that it is in sight. */
const LEAD = 30;

export interface Part {
  readonly text: string;
  readonly found: boolean;
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\]/gu, "\\$&");
}

/** Cuts a text into parts that are and are not words of the query, beginning a little before the first one found. */
export function highlight(text: string, query: string): Part[] {
  const words = query.split(/\s+/u).filter(Boolean).map(escaped);
  if (words.length === 0) return [{ text, found: false }];
  const pattern = new RegExp(`(${words.join("|")})`, "giu");
  const first = text.search(pattern);
  const start = first > LEAD * 2 ? first - LEAD : 0;
  const shown = (start > 0 ? "…" : "") + text.slice(start);
  return shown
    .split(pattern)
    .map((part, index) => ({ text: part, found: index % 2 === 1 }))
    .filter((part) => part.text !== "");
}
