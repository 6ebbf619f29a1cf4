import { useEffect, useState } from "react";

const listeners = new Set<(text: string) => void>();

/** Says something to people who use a screen reader, without disturbing what they do. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

/** The one polite live region of the page. */
export function Announcer() {
  const [said, setSaid] = useState({ text: "", turn: 0 });
  useEffect(() => {
    const listener = (text: string) => setSaid((before) => ({ text, turn: before.turn + 1 }));
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return (
    <div className="seen-by-readers-only" aria-live="polite" role="status">
      <span key={said.turn}>{said.text}</span>
    </div>
  );
}
