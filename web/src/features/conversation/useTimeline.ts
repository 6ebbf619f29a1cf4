import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api } from "../../api/calls";
import { keys } from "../../api/live";
import type { Contact } from "../../api/model";
import { showFailure } from "../../ui/failure";
import { append, around, newest, prepend, type Timeline } from "./timeline";

const FIRST_PAGE = 60;
const PAGE = 100;
/** The node's limit on a page. */
const LARGEST_PAGE = 200;
/** Loaded on both sides of a message that is jumped to. */
const AROUND = 40;

/** Where the list stands: at the newest message, or on one that was jumped to. `turn` changes whenever the list must start over. */
export interface Anchor {
  readonly message: string | null;
  readonly turn: number;
}

async function loadAround(contact: string, id: string): Promise<Timeline> {
  const older = await api.history(contact, { before: id, limit: AROUND });
  const last = older.messages.at(-1);
  if (last) return around(older, await api.history(contact, { after: last.id, limit: AROUND * 2 }));
  // The very first message: it is what comes before its successor.
  const newer = await api.history(contact, { after: id, limit: AROUND * 2 });
  const successor = newer.messages[0];
  const first = successor ? await api.history(contact, { before: successor.id, limit: 1 }) : await api.history(contact, { limit: 1 });
  return around({ messages: first.messages, more: false }, newer);
}

export function useTimeline(contact: Contact) {
  const client = useQueryClient();
  const id = contact.contact;
  const [anchor, setAnchor] = useState<Anchor>({ message: null, turn: 0 });
  const unread = useRef(contact.unread);
  const loading = useRef({ older: false, newer: false });

  const query = useQuery({
    queryKey: keys.timeline(id),
    queryFn: () => api.history(id, { limit: Math.min(LARGEST_PAGE, Math.max(FIRST_PAGE, unread.current + FIRST_PAGE / 2)) }).then(newest),
  });
  const get = useCallback(() => client.getQueryData<Timeline>(keys.timeline(id)), [client, id]);
  const set = useCallback((timeline: Timeline) => client.setQueryData(keys.timeline(id), timeline), [client, id]);

  // A conversation left in the middle of its history opens at its end the next time.
  useEffect(
    () => () => {
      if (get()?.hasNewer) client.removeQueries({ queryKey: keys.timeline(id) });
    },
    [client, get, id],
  );

  const loadOlder = useCallback(async () => {
    const before = get();
    const first = before?.messages[0];
    if (!before?.hasOlder || !first || loading.current.older) return;
    loading.current.older = true;
    try {
      const page = await api.history(id, { before: first.id, limit: PAGE });
      const now = get();
      if (now?.messages[0]?.id === first.id) set(prepend(now, page));
    } catch {
      // The banner says that the node is away; scrolling on asks again.
    } finally {
      loading.current.older = false;
    }
  }, [get, set, id]);

  const loadNewer = useCallback(async () => {
    const before = get();
    const last = before?.messages.at(-1);
    if (!before?.hasNewer || !last || loading.current.newer) return;
    loading.current.newer = true;
    try {
      const page = await api.history(id, { after: last.id, limit: PAGE });
      const now = get();
      if (now?.messages.at(-1)?.id === last.id) set(append(now, page));
    } catch {
      // As above.
    } finally {
      loading.current.newer = false;
    }
  }, [get, set, id]);

  const jumpTo = useCallback(
    async (message: string) => {
      try {
        if (!get()?.messages.some((known) => known.id === message)) set(await loadAround(id, message));
        setAnchor((before) => ({ message, turn: before.turn + 1 }));
      } catch (error) {
        showFailure(error);
      }
    },
    [get, set, id],
  );

  const jumpToNewest = useCallback(async () => {
    try {
      if (get()?.hasNewer) set(newest(await api.history(id, { limit: FIRST_PAGE })));
      // The list starts over at its end: scrolled there past rows it has not measured yet, it would stop short of it.
      setAnchor((before) => ({ message: null, turn: before.turn + 1 }));
    } catch (error) {
      showFailure(error);
    }
  }, [get, set, id]);

  return { timeline: query.data, failed: query.isError, retry: query.refetch, anchor, loadOlder, loadNewer, jumpTo, jumpToNewest };
}
