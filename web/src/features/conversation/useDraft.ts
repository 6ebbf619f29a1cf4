import { useCallback, useEffect, useRef } from "react";
import { api } from "../../api/calls";

const SAVE_AFTER = 600;

/** Keeps what is being written with the node, a moment after the last key and when the conversation is left. */
export function useDraft(contact: string, initial: string) {
  const saved = useRef(initial);
  const wanted = useRef(initial);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    if (wanted.current === saved.current) return;
    const text = wanted.current;
    saved.current = text;
    api.changeContact(contact, { draft: text }).catch(() => {
      saved.current = initial; // not kept: the next key tries again
    });
  }, [contact, initial]);

  useEffect(() => {
    window.addEventListener("pagehide", flush);
    return () => {
      window.removeEventListener("pagehide", flush);
      flush();
    };
  }, [flush]);

  return useCallback(
    (text: string) => {
      wanted.current = text;
      clearTimeout(timer.current);
      if (text === "") flush();
      else timer.current = setTimeout(flush, SAVE_AFTER);
    },
    [flush],
  );
}
