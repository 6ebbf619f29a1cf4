import type { QueryClient } from "@tanstack/react-query";
import { keys } from "../../api/live";
import type { Contact, Message, Settings } from "../../api/model";
import { openConversation, parseRoute } from "../../ui/route";

const LONGEST_PREVIEW = 140;

export type Permission = NotificationPermission | "unsupported";

export function permission(): Permission {
  return "Notification" in window ? Notification.permission : "unsupported";
}

/** Shows a notification of the system unless the person looks at that conversation, or wants none. */
export function notifyOf(client: QueryClient, message: Message, contact: Contact | undefined): void {
  const settings = client.getQueryData<Settings>(keys.settings);
  if (!settings?.notifications || permission() !== "granted") return;
  if (!contact || contact.muted || contact.state !== "connected") return;
  const route = parseRoute(window.location.hash);
  const looking = document.hasFocus() && route.name === "conversation" && route.contact === contact.contact;
  if (looking) return;
  const shown = new Notification(contact.name, { body: message.text.slice(0, LONGEST_PREVIEW), tag: contact.contact, icon: "/mark.svg" });
  shown.onclick = () => {
    window.focus();
    openConversation(contact.contact);
    shown.close();
  };
}
