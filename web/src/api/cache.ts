import type { Contact, Message } from "./model";
import { furthest } from "./progress";

/** Pure changes of the list of contacts as events come in. */

function latest(contact: Contact): number {
  const message = contact.lastMessage;
  return Math.max(contact.addedAt, message ? Math.max(message.receivedAt, message.fromMe ? message.sentAt : 0) : 0);
}

function sorted(contacts: Contact[]): Contact[] {
  return contacts.sort((a, b) => latest(b) - latest(a));
}

export function putContact(contacts: readonly Contact[], contact: Contact): Contact[] {
  return sorted([...contacts.filter((known) => known.contact !== contact.contact), contact]);
}

export function dropContact(contacts: readonly Contact[], id: string): Contact[] {
  return contacts.filter((known) => known.contact !== id);
}

export function changeContact(contacts: readonly Contact[], id: string, change: Partial<Contact>): Contact[] {
  return contacts.map((known) => (known.contact === id ? { ...known, ...change } : known));
}

/** A new message leads its conversation to the top; a changed one is shown anew where it was the last. */
export function noteMessage(contacts: readonly Contact[], message: Message, isNew: boolean): Contact[] {
  return sorted(
    contacts.map((known) => {
      if (known.contact !== message.contact) return known;
      if (!isNew && known.lastMessage?.id !== message.id) return known;
      const stopped = isNew && !message.fromMe ? { typing: false } : {};
      return { ...known, ...stopped, lastMessage: furthest(known.lastMessage ?? undefined, message) };
    }),
  );
}

export const isListed = (contact: Contact) => contact.state === "connected" || contact.state === "connecting" || contact.state === "refused";
export const isRequest = (contact: Contact) => contact.state === "request";
export const isBlocked = (contact: Contact) => contact.state === "blocked";

/** How many messages wait to be seen in conversations that are not muted. */
export function unreadTotal(contacts: readonly Contact[]): number {
  return contacts.reduce((sum, contact) => sum + (contact.muted || !isListed(contact) ? 0 : contact.unread), 0);
}
