import classes from "./Avatar.module.css";

const HUES = 10;

/** Initials: the first letters of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[words.length - 1]] : [words[0]];
  return letters.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase();
}

/** A colour that follows from the id, so that two people of one name look different. */
export function hueOf(id: string): number {
  let hash = 7;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return hash % HUES;
}

interface Props {
  id: string;
  name: string;
  size?: "small" | "medium" | "large";
  online?: boolean;
}

/** Decoration: the name always stands beside it in words. */
export function Avatar({ id, name, size = "medium", online }: Props) {
  return (
    <span className={classes.root} data-size={size} data-hue={hueOf(id)} aria-hidden="true">
      {initialsOf(name) || "?"}
      {online && <span className={classes.online} />}
    </span>
  );
}
