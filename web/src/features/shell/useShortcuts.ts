import { type RefObject, useEffect, useRef } from "react";
import { goHome } from "../../ui/route";
import { useNarrow } from "../../ui/useNarrow";

const FLOATING = '[role="dialog"], [role="menu"]';

/** Ctrl+K searches; Esc steps back one thing at a time. */
export function useShortcuts(search: RefObject<HTMLInputElement | null>, panel: boolean, closePanel: () => void) {
  const narrow = useNarrow();
  const now = useRef({ narrow, panel, closePanel });
  now.current = { narrow, panel, closePanel };

  useEffect(() => {
    // Listened to once and before every dialog: one that the key closes is gone when the page's own turn comes.
    let floating = false;
    const onCapture = () => {
      floating = document.querySelector(FLOATING) !== null;
    };
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey) {
        event.preventDefault();
        if (now.current.narrow) goHome();
        requestAnimationFrame(() => search.current?.focus());
      } else if (event.key === "Escape" && !event.defaultPrevented && !floating) {
        if (now.current.panel) now.current.closePanel();
        else if (now.current.narrow) goHome();
      }
    };
    window.addEventListener("keydown", onCapture, { capture: true });
    window.addEventListener("keydown", onKey);
    return () => {
      window.removeEventListener("keydown", onCapture, { capture: true });
      window.removeEventListener("keydown", onKey);
    };
  }, [search]);
}
