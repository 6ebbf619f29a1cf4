import { useSyncExternalStore } from "react";

function matches(query: string) {
  const list = window.matchMedia(query);
  return {
    subscribe: (listener: () => void) => {
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    get: () => list.matches,
  };
}

const narrow = matches("(max-width: 760px)");
const roomy = matches("(min-width: 1180px)");

/** A phone, or a window as narrow as one: a single pane at a time. */
export const useNarrow = () => useSyncExternalStore(narrow.subscribe, narrow.get);

/** Wide enough for a third pane beside the conversation. */
export const useRoomy = () => useSyncExternalStore(roomy.subscribe, roomy.get);
