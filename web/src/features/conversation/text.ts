/** The node's limit on a text, in bytes of UTF-8 (docs/protocol). */
export const MAX_TEXT_BYTES = 64 * 1024;
/** From here on the composer shows how much room is left. */
export const SHOW_COUNTER_FROM = 60 * 1024;

const encoder = new TextEncoder();

export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

export type Piece = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const TRAILING = /[.,;:!?…'"»”’]+$/u;
const BRACKETS = [
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
] as const;

/** Cuts what belongs to the sentence, not to the address: final punctuation, and a bracket that the address did not open. */
function trimmed(address: string): string {
  let end = address.replace(TRAILING, "");
  for (const [open, close] of BRACKETS) {
    while (end.endsWith(close) && end.split(close).length > end.split(open).length) end = end.slice(0, -1).replace(TRAILING, "");
  }
  return end;
}

/** Finds web addresses in a text. They become links to click; nothing is ever fetched for them. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > from) pieces.push({ kind: "text", text: text.slice(from, match.index) });
    pieces.push({ kind: "link", text: address, href: address });
    from = match.index + address.length;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

const EMOJI_ONLY = /^(?:\p{RGI_Emoji}\s*){1,3}$/v;

/** One to three emoji and nothing else are shown large. */
export function isEmojiOnly(text: string): boolean {
  return text.length < 64 && EMOJI_ONLY.test(text.trim());
}

/** Takes the first emoji out of what somebody typed, or null when there is none. */
export function firstEmoji(text: string): string | null {
  return /\p{RGI_Emoji}/v.exec(text)?.[0] ?? null;
}
