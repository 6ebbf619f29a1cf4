import type { History, Message } from "../../api/model";
import { furthest } from "../../api/progress";

/** The stretch of a conversation that is loaded. Pure: every change makes a new value. */
export interface Timeline {
  readonly messages: readonly Message[];
  /** Index of the first message in an endless list; falls as older pages come in front, so that the list can keep its place. */
  readonly firstIndex: number;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
}

/** Far more than any conversation has; the list widget wants positive indexes. */
export const START_INDEX = 100_000_000;

export function newest(page: History): Timeline {
  return { messages: page.messages, firstIndex: START_INDEX, hasOlder: page.more, hasNewer: false };
}

/** A stretch in the middle: what came before a message, and from it on. */
export function around(older: History, newer: History): Timeline {
  return { messages: [...older.messages, ...newer.messages], firstIndex: START_INDEX, hasOlder: older.more, hasNewer: newer.more };
}

function without(page: readonly Message[], known: readonly Message[]): Message[] {
  const ids = new Set(known.map((message) => message.id));
  return page.filter((message) => !ids.has(message.id));
}

export function prepend(timeline: Timeline, page: History): Timeline {
  const older = without(page.messages, timeline.messages);
  return {
    ...timeline,
    messages: [...older, ...timeline.messages],
    firstIndex: timeline.firstIndex - older.length,
    hasOlder: page.more,
  };
}

export function append(timeline: Timeline, page: History): Timeline {
  return { ...timeline, messages: [...timeline.messages, ...without(page.messages, timeline.messages)], hasNewer: page.more };
}

/** Puts a changed message in its place, and a new one at the end when the end is loaded. */
export function upsert(timeline: Timeline, message: Message, isNew: boolean): Timeline {
  const index = timeline.messages.findLastIndex((known) => known.id === message.id);
  if (index >= 0) return { ...timeline, messages: timeline.messages.with(index, furthest(timeline.messages[index], message)) };
  if (!isNew || timeline.hasNewer) return timeline;
  return { ...timeline, messages: [...timeline.messages, message] };
}

export function remove(timeline: Timeline, id: string): Timeline {
  const messages = timeline.messages.filter((message) => message.id !== id);
  return messages.length === timeline.messages.length ? timeline : { ...timeline, messages };
}

/**
 * Brings the end of a loaded stretch in line with the newest page of the node, whose order is the true one (two people may write at the same time).
 * A page that does not touch the stretch replaces it: much was written in the meantime.
 */
export function mergeNewest(timeline: Timeline, page: History): Timeline {
  if (timeline.hasNewer) return timeline;
  if (timeline.messages.length === 0) return newest(page);
  const first = page.messages[0];
  if (!first) return newest(page);
  const seam = timeline.messages.findLastIndex((message) => message.id === first.id);
  if (seam < 0) return page.more ? newest(page) : { ...newest(page), firstIndex: timeline.firstIndex };
  const known = new Map(timeline.messages.slice(seam).map((message) => [message.id, message]));
  const tail = page.messages.map((message) => furthest(known.get(message.id), message));
  return { ...timeline, messages: [...timeline.messages.slice(0, seam), ...tail] };
}

/** Everything up to a message counts as seen. */
export function markRead(timeline: Timeline, upTo: string): Timeline {
  const end = timeline.messages.findLastIndex((message) => message.id === upTo);
  if (end < 0 || !timeline.messages.some((message, index) => index <= end && message.unread)) return timeline;
  return {
    ...timeline,
    messages: timeline.messages.map((message, index) => (index <= end && message.unread ? { ...message, unread: false } : message)),
  };
}
