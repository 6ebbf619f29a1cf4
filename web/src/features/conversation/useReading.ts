import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { changeContact } from "../../api/cache";
import { api } from "../../api/calls";
import { keys } from "../../api/live";
import type { Contact } from "../../api/model";
import { markRead, type Timeline } from "./timeline";

function subscribe(listener: () => void) {
  window.addEventListener("focus", listener);
  window.addEventListener("blur", listener);
  document.addEventListener("visibilitychange", listener);
  return () => {
    window.removeEventListener("focus", listener);
    window.removeEventListener("blur", listener);
    document.removeEventListener("visibilitychange", listener);
  };
}

const useLooking = () => useSyncExternalStore(subscribe, () => document.hasFocus() && document.visibilityState === "visible");

/** Tells the node what was seen: only what is on the screen of somebody who looks. Returns the first message that was new when the person came. */
export function useReading(contact: Contact, timeline: Timeline | undefined, atBottom: boolean) {
  const client = useQueryClient();
  const looking = useLooking();
  const [firstUnread, setFirstUnread] = useState<string | null>(null);
  const [settled, setSettled] = useState(false);
  const id = contact.contact;
  const unread = timeline?.messages.find((message) => message.unread && !message.fromMe)?.id ?? null;
  const last = timeline?.hasNewer ? undefined : timeline?.messages.findLast((message) => !message.fromMe);

  useEffect(() => {
    if (!timeline) return;
    if (!settled || !looking || !atBottom) setFirstUnread((before) => before ?? unread);
    setSettled(true);
  }, [timeline, settled, looking, atBottom, unread]);

  const due = looking && atBottom && last && (last.unread || contact.unread > 0) ? last.id : null;
  useEffect(() => {
    if (!due || contact.state !== "connected") return;
    api.markRead(id, due).then(
      () => {
        client.setQueryData<Timeline>(keys.timeline(id), (before) => before && markRead(before, due));
        client.setQueryData<Contact[]>(keys.contacts, (list) => list && changeContact(list, id, { unread: 0 }));
      },
      () => undefined, // The node is away: the same is due again when it is back.
    );
  }, [due, id, contact.state, client]);

  return { firstUnread, forgetUnread: () => setFirstUnread(null) };
}
