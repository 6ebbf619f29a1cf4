/** Whether a field says that there are none. */
export const isNone = (text: string): boolean => text.trim() === "";

/** What stands in a field of lines, as the node takes it: the node leaves empty ones out, and says which line is wrong by its number. */
export function linesOf(text: string): string[] {
  return isNone(text) ? [] : text.split(/\r?\n/);
}

/** Whether a field says another thing than what is kept. */
export function differs(text: string, kept: readonly string[]): boolean {
  const lines = linesOf(text)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return lines.length !== kept.length || lines.some((line, at) => line !== kept[at]);
}
