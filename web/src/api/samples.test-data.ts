import type { Contact, Message } from "./model";

/** A message for tests; everything not named is ordinary. */
export function message(change: Partial<Message> = {}): Message {
  return {
    id: "m",
    contact: "bob",
    from: "Bob",
    fromMe: false,
    text: "text",
    sentAt: 1_000,
    receivedAt: 1_000,
    state: "received",
    route: "direct",
    unread: false,
    editedAt: null,
    deleted: false,
    replyTo: null,
    reactions: [],
    expiresAt: null,
    missing: false,
    disappearAfterSet: null,
    ...change,
  };
}

/** A contact for tests. */
export function contact(change: Partial<Contact> = {}): Contact {
  return {
    contact: "bob",
    name: "Bob",
    profileName: "Bob",
    state: "connected",
    reason: null,
    verified: false,
    muted: false,
    online: false,
    typing: false,
    addedAt: 1,
    unread: 0,
    lastMessage: null,
    draft: "",
    disappearAfter: 0,
    ...change,
  };
}
