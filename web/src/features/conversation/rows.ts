import type { Message } from "../../api/model";
import type { Outgoing } from "./outgoing";

/** Messages of one writer that follow within this time stand together as one group. */
export const GROUP_WITHIN = 5 * 60_000;

export interface Row {
  readonly key: string;
  readonly message: Message;
  /** Set while the node has not taken the message yet. */
  readonly outgoing: Outgoing | null;
  /** Start of the day when this is its first message, for the separator above it. */
  readonly day: number | null;
  /** The first message not seen when the conversation was opened. */
  readonly firstUnread: boolean;
  readonly groupStart: boolean;
  readonly groupEnd: boolean;
}

function dayOf(time: number): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** The time by which a message is placed among others: when it reached this node; our own, when it was written. */
export function shownAt(message: Message): number {
  return message.fromMe ? message.sentAt : message.receivedAt || message.sentAt;
}

function asMessage(outgoing: Outgoing, contact: string): Message {
  return {
    id: outgoing.key,
    contact,
    from: "me",
    fromMe: true,
    text: outgoing.text,
    sentAt: outgoing.at,
    receivedAt: outgoing.at,
    state: "waiting",
    route: null,
    unread: false,
    editedAt: null,
    deleted: false,
    replyTo: outgoing.replyTo,
    reactions: [],
    expiresAt: null,
    missing: false,
    disappearAfterSet: null,
    forwarders: null,
    throughTor: false,
  };
}

export function rowsOf(messages: readonly Message[], outgoing: readonly Outgoing[], contact: string, firstUnread: string | null): Row[] {
  const all = [
    ...messages.map((message) => ({ message, outgoing: null as Outgoing | null })),
    ...outgoing.map((entry) => ({ message: asMessage(entry, contact), outgoing: entry as Outgoing | null })),
  ];
  const days = all.map(({ message }) => dayOf(shownAt(message)));
  const opens = all.map(({ message }, index) => {
    const before = all[index - 1]?.message;
    return (
      !before ||
      days[index] !== days[index - 1] ||
      before.fromMe !== message.fromMe ||
      message.missing ||
      message.id === firstUnread ||
      shownAt(message) - shownAt(before) > GROUP_WITHIN
    );
  });
  return all.map(({ message, outgoing: entry }, index) => ({
    key: message.id,
    message,
    outgoing: entry,
    day: days[index] !== days[index - 1] ? (days[index] ?? null) : null,
    firstUnread: message.id === firstUnread,
    groupStart: opens[index] ?? true,
    groupEnd: opens[index + 1] ?? true,
  }));
}
